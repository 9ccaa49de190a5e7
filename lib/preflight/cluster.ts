import { complaint, Unanswered } from '../host/command';
import { shellLine } from '../host/quote';
import type { System } from '../host/system';
import { listAt, parseJson } from '../manifest/plain-data';

/** A question that the cluster did not answer, and what to do about it. */
export class NoAnswer extends Unanswered {
  public constructor(
    message: string,
    public readonly remedy: readonly string[],
  ) {
    super(message);
  }
}

/** What kubectl says when something is not there: an object, a kind, an address. */
const ABSENT = /\(NotFound\)|the server doesn't have a resource type/;

/** https://pkg.go.dev/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters: how the API server says that something is not allowed. */
const FORBIDDEN =
  /cannot (?<verb>\w+) (?:resource|path) "(?<resource>[^"]+)"(?: in API group "(?<group>[^"]*)")?(?: in the namespace "(?<namespace>[^"]+)")?/;

const REQUEST_TIMEOUT = '--request-timeout=20s';
const TIMEOUT_SECONDS = 60;

/** A cluster, asked through kubectl; of Secrets nothing but the names. The same question is asked once. */
export class Cluster {
  private readonly asked = new Map<string, Promise<string | undefined>>();

  /**
   * @param context name of the kubeconfig's context
   * @default - the current one
   */
  public constructor(
    private readonly system: Pick<System, 'run'>,
    private readonly context?: string,
  ) {}

  /** A command line of kubectl, as it asks this cluster. */
  public command(...args: readonly string[]): readonly string[] {
    return ['kubectl', ...args, ...(this.context === undefined ? [] : ['--context', this.context])];
  }

  /**
   * What kubectl prints; undefined where what is asked for is not there.
   *
   * @throws NoAnswer: of a program that is missing, a cluster that is not there, or a right that whoever asks does not have.
   */
  public ask(...args: readonly string[]): Promise<string | undefined> {
    const key = args.join('\n');
    const answer = this.asked.get(key) ?? this.run(args);
    this.asked.set(key, answer);
    return answer;
  }

  /** What `kubectl get` says, as plain data. */
  public async get(...args: readonly string[]): Promise<unknown> {
    return dataOf(args, await this.ask('get', ...args, '-o', 'json'));
  }

  /** The objects that `kubectl get` lists; none where there is not even their kind. */
  public async list(...args: readonly string[]): Promise<readonly unknown[]> {
    return listAt(await this.get(...args), 'items');
  }

  /** What the API server says at an address. */
  public async raw(path: string): Promise<unknown> {
    return dataOf([path], await this.ask('get', '--raw', path));
  }

  private async run(args: readonly string[]): Promise<string | undefined> {
    const command = [...this.command(...args), REQUEST_TIMEOUT];
    const result = await this.system.run(command, { timeoutSeconds: TIMEOUT_SECONDS });
    const complaints = result.kind === 'exited' ? result.stderr : '';
    if (result.kind === 'exited' && result.code === 0) {
      return result.stdout;
    }
    if (ABSENT.test(complaints)) {
      return undefined;
    }
    const said = FORBIDDEN.exec(complaints)?.groups;
    if (said === undefined) {
      throw new NoAnswer(complaint(command, result), [
        result.kind === 'missing'
          ? 'install kubectl: https://kubernetes.io/docs/tasks/tools/'
          : 'choose a cluster that answers by --context: kubectl config get-contexts',
      ]);
    }
    const { verb = '', resource = '', group = '', namespace } = said;
    const what = group === '' ? resource : `${resource}.${group}`;
    const where = namespace === undefined ? '--all-namespaces' : `--namespace=${namespace}`;
    throw new NoAnswer(
      `you may not ${verb} ${what}${namespace === undefined ? ' in the whole cluster' : ` in namespace ${namespace}`}`,
      [
        `ask whoever runs the cluster for that right; this shows whether you have it: ${shellLine(this.command('auth', 'can-i', verb, what, where))}`,
      ],
    );
  }
}

function dataOf(args: readonly string[], text: string | undefined): unknown {
  const data = text === undefined ? undefined : parseJson(text);
  if (text !== undefined && data === undefined) {
    throw new Unanswered(`kubectl get ${args.join(' ')} printed no JSON`);
  }
  return data;
}
