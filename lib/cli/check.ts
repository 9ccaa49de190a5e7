import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { check, FORMATS } from '../policy/check';
import type { CheckOptions, Format } from '../policy/check';
import { listOfPolicies, pageOfPolicy } from '../policy/page';
import { policies } from '../policy/policies';
import { workloads } from '../policy/policy';
import type { Policy } from '../policy/policy';
import type { PodTemplateKind } from '../manifest/workloads';
import { wantsColour } from '../policy/report';
import { readArguments, runCommand } from './command-line';

const USAGE = `Checks Kubernetes manifests by the platform's policies (lib/policy/README.md).

Usage: npm run -s check -- [--format text|json|sarif] [--environment NAME] [--no-exceptions] [--pod-template GROUP/KIND=PATH]... FILE|DIR|-...
       npm run -s check -- --list | --explain ID [--format text|json] [--environment NAME]

  -                 standard input: kubectl kustomize OVERLAY | npm run -s check -- -
  --environment     judge by what this environment demands (default: by the policies as they are by default)
  --format          how the result is written (default: text)
  --no-exceptions   judge as if no object carried acknowledged exceptions
  --pod-template    where a custom resource holds its pod template, so that it is judged as a workload:
                    --pod-template serving.knative.dev/Service=spec.template (may be repeated)
  --list            every policy: its id, its severity or off, what must hold
  --explain         one policy: what it judges and where, why, what to do, how to acknowledge an exception, its expressions
  --help            this text

Of a folder every .yaml, .yml and .json file is checked, at any depth, as kubectl apply -R reads them.

exit code: 0 no errors, 1 policy errors, 2 something could not be read (it is named, and the rest is checked), or there is no such policy
or environment
`;

interface Arguments extends Pick<CheckOptions, 'inputs' | 'format' | 'exceptions'> {
  readonly workloads: readonly PodTemplateKind[];
  readonly environment: string | undefined;
  readonly list: boolean;
  readonly explain: string | undefined;
  readonly help: boolean;
}

/** GROUP/KIND=PATH */
function parsePodTemplate(text: string): PodTemplateKind {
  const [, group = '', kind = '', template = ''] = /^([^/=]*)\/([^/=]*)=(.*)$/.exec(text) ?? [];
  if (template === '') {
    throw new Error(
      `--pod-template ${text}: this names no place. Write GROUP/KIND=PATH, such as serving.knative.dev/Service=spec.template`,
    );
  }
  return { group, kind, template };
}

/** @throws Error that says what is wrong. */
function parse(args: readonly string[]): { readonly values: Arguments } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'text' },
      environment: { type: 'string' },
      list: { type: 'boolean', default: false },
      explain: { type: 'string' },
      'no-exceptions': { type: 'boolean', default: false },
      'pod-template': { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  const format = FORMATS.find((known): known is Format => known === values.format);
  if (format === undefined) {
    throw new Error(`--format ${values.format}: there is no such format; it is one of ${FORMATS.join(', ')}`);
  }
  const registered = values['pod-template'].map(parsePodTemplate);
  // Refuses what names no place, before anything is read.
  workloads(registered);
  const { environment, list, explain, help } = values;
  const asks = list || explain !== undefined;
  if (asks && (positionals.length > 0 || (list && explain !== undefined))) {
    throw new Error('--list and --explain stand for themselves: nothing is checked, and each prints something else');
  }
  if (asks && format === 'sarif') {
    throw new Error('--format sarif: --list and --explain are written as text or json');
  }
  if (positionals.length === 0 && !help && !asks) {
    throw new Error('nothing to check: name a file or a folder, or - for standard input');
  }
  const exceptions = !values['no-exceptions'];
  return {
    values: { inputs: positionals, format, exceptions, workloads: registered, environment, list, explain, help },
  };
}

/** By what is judged: an environment's policies, or the default ones. */
async function settingsOf(
  environment: string | undefined,
): Promise<{ readonly policies: readonly Policy[]; readonly workloads: readonly PodTemplateKind[] }> {
  if (environment === undefined) {
    return { policies: policies(), workloads: [] };
  }
  // With all that an environment is made of, which takes longer to load than most files to check.
  const { environmentNamed, policyPackOf } = await import('../sportstix/environments.js');
  return policyPackOf(environmentNamed(environment));
}

/** Where the caller is: npm runs its scripts in the project's folder, and says where it was called. */
function callersFolder(): string {
  const { INIT_CWD: caller, npm_lifecycle_event: script } = process.env;
  const here = process.cwd();
  return script === 'check' && caller !== undefined && here === join(__dirname, '..', '..') ? caller : here;
}

runCommand('npm run -s check', async () => {
  const parsed = readArguments('npm run -s check', USAGE, () => parse(process.argv.slice(2)));
  if (typeof parsed === 'number') return parsed;
  const { inputs, format, list, explain, environment, workloads: registered } = parsed.values;
  const settings = await settingsOf(environment);
  if (list || explain !== undefined) {
    const written = format === 'json' ? 'json' : 'text';
    process.stdout.write(
      explain === undefined
        ? listOfPolicies(settings.policies, written)
        : pageOfPolicy(explain, settings.policies, written),
    );
    return 0;
  }
  // So that names of files mean what they mean to the caller.
  process.chdir(callersFolder());
  const result = check({
    ...parsed.values,
    stdin: inputs.includes('-') ? await buffer(process.stdin) : new Uint8Array(),
    policies: settings.policies,
    workloads: [...settings.workloads, ...registered],
    colour: wantsColour(process.stdout),
  });
  process.stdout.write(result.stdout);
  process.stderr.write(result.stderr);
  return result.exitCode;
});
