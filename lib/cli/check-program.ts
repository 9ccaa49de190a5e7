import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { check, FORMATS } from '../policy/check';
import type { CheckOptions, Format } from '../policy/check';
import type { GivenObject } from '../policy/given';
import { listOfPolicies, pageOfPolicy } from '../policy/page';
import { policies } from '../policy/policies';
import { workloads } from '../policy/policy';
import type { Policy } from '../policy/policy';
import { supportedVersion } from '../policy/schema/definitions';
import type { PodTemplateKind } from '../manifest/workloads';
import { wantsColour } from '../policy/report';
import { readArguments, runCommand } from './command-line';

/** A program that judges manifests. */
export interface CheckProgram {
  /** What it is called. */
  readonly name: string;
  /** How people call it, before its arguments. */
  readonly call: string;
  /** By what an environment's manifests are judged. None: the program knows no environments. */
  readonly settingsOf?: (environment: string) => Promise<Settings>;
  /** The folder that names of files are relative to: that of the process, unless somebody has changed it. */
  readonly folder: string;
}

/** By what is judged. */
export interface Settings {
  readonly policies: readonly Policy[];
  readonly workloads: readonly PodTemplateKind[];
  /**
   * What is in the cluster already.
   * @default []
   */
  readonly given?: readonly GivenObject[];
}

function usageOf({ call, settingsOf }: CheckProgram): string {
  const environment = settingsOf === undefined ? '' : ' [--environment NAME]';
  return `Checks Kubernetes manifests by policies (--list tells them).

Usage: ${call} [--format text|json|sarif]${environment} [--kubernetes VERSION] [--no-exceptions]
       [--pod-template GROUP/KIND=PATH]... [--given FILE|DIR|-]... [--unused] FILE|DIR|-...
       ${call} --list | --explain ID [--format text|json]${environment}

  -                 standard input: kubectl kustomize OVERLAY | ${call} -
${
  settingsOf === undefined
    ? ''
    : '  --environment     judge by what this environment demands (default: by the policies as they are by default)\n'
}  --format          how the result is written (default: text)
  --kubernetes      the oldest version of the clusters that the objects are for, such as 1.30 (default: the oldest that is supported${
    settingsOf === undefined ? '' : ', or what the environment says'
  })
  --no-exceptions   judge as if no object carried acknowledged exceptions
  --pod-template    where a custom resource holds its pod template, so that it is judged as a workload:
                    --pod-template serving.knative.dev/Service=spec.template (may be repeated)
  --given           what is in the cluster already, to which the rest may refer, and which is not judged (may be repeated):
                    kubectl get all,secrets,configmaps,serviceaccounts -A -o yaml | ${call} --given - DIR
  --unused          list what nothing refers to as well (ConfigMaps, Secrets, claims, Services, ServiceAccounts, roles): text and json
  --list            every policy: its id, its severity or off, what must hold
  --explain         one policy: what it judges and where, why, what to do, how to acknowledge an exception, its expressions
  --help            this text

All that is named is judged as one set: what an object refers to must be in it, or given.
Of a folder every .yaml, .yml and .json file is checked, at any depth, as kubectl apply -R reads them.

exit code: 0 no errors, 1 policy errors, 2 something could not be read (it is named, and the rest is checked), or there is no such policy${settingsOf === undefined ? '' : '\nor environment'}
`;
}

interface Arguments extends Pick<CheckOptions, 'inputs' | 'format' | 'exceptions'> {
  readonly given: readonly string[];
  readonly unused: boolean;
  readonly workloads: readonly PodTemplateKind[];
  readonly environment: string | undefined;
  readonly kubernetes: string | undefined;
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
function parse(args: readonly string[], knowsEnvironments: boolean): { readonly values: Arguments } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'text' },
      environment: { type: 'string' },
      kubernetes: { type: 'string' },
      list: { type: 'boolean', default: false },
      explain: { type: 'string' },
      'no-exceptions': { type: 'boolean', default: false },
      'pod-template': { type: 'string', multiple: true, default: [] },
      given: { type: 'string', multiple: true, default: [] },
      unused: { type: 'boolean', default: false },
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
  const { environment, kubernetes, list, explain, help, given, unused } = values;
  if (environment !== undefined && !knowsEnvironments) {
    throw new Error('--environment: this program knows no environments');
  }
  if (environment !== undefined && kubernetes !== undefined) {
    throw new Error('--kubernetes: the environment says which versions its clusters have');
  }
  if (kubernetes !== undefined) {
    supportedVersion(kubernetes);
  }
  const asks = list || explain !== undefined;
  if (asks && (positionals.length > 0 || (list && explain !== undefined))) {
    throw new Error('--list and --explain stand for themselves: nothing is checked, and each prints something else');
  }
  if (asks && format === 'sarif') {
    throw new Error('--format sarif: --list and --explain are written as text or json');
  }
  if (unused && format === 'sarif') {
    throw new Error('--unused: what nothing uses is no fault, and SARIF lists faults; it is written as text or json');
  }
  if (given.includes('-') && positionals.includes('-')) {
    throw new Error('--given -: standard input is read once, as what is judged or as what is given');
  }
  if (positionals.length === 0 && !help && !asks) {
    throw new Error('nothing to check: name a file or a folder, or - for standard input');
  }
  const exceptions = !values['no-exceptions'];
  return {
    values: {
      inputs: positionals,
      workloads: registered,
      format,
      exceptions,
      given,
      unused,
      environment,
      kubernetes,
      list,
      explain,
      help,
    },
  };
}

/** Runs the program with the arguments of this process. */
export function runCheck(program: CheckProgram): void {
  const { name, settingsOf, folder } = program;
  runCommand(name, async () => {
    const parsed = readArguments(name, usageOf(program), () => parse(process.argv.slice(2), settingsOf !== undefined));
    if (typeof parsed === 'number') return parsed;
    const { inputs, given, format, list, explain, environment, kubernetes, workloads: registered } = parsed.values;
    const settings =
      environment === undefined || settingsOf === undefined
        ? { policies: policies({ ...(kubernetes !== undefined && { oldestKubernetes: kubernetes }) }), workloads: [] }
        : await settingsOf(environment);
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
    process.chdir(folder);
    const result = check({
      ...parsed.values,
      stdin: [...inputs, ...given].includes('-') ? await buffer(process.stdin) : new Uint8Array(),
      policies: settings.policies,
      workloads: [...settings.workloads, ...registered],
      ...(settings.given !== undefined && { givenObjects: settings.given }),
      colour: wantsColour(process.stdout),
    });
    process.stdout.write(result.stdout);
    process.stderr.write(result.stderr);
    return result.exitCode;
  });
}
