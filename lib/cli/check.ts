import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { check, FORMATS } from '../policy/check';
import type { CheckOptions, Format } from '../policy/check';
import { policies } from '../policy/policies';
import { workloads } from '../policy/policy';
import type { PodTemplateKind } from '../manifest/workloads';
import { wantsColour } from '../policy/report';
import { readArguments, runCommand } from './command-line';

const USAGE = `Checks Kubernetes manifests by the platform's policies (lib/policy/README.md).

Usage: npm run -s check -- [--format text|json|sarif] [--no-exceptions] [--pod-template GROUP/KIND=PATH]... FILE|DIR|-...

  -                 standard input: kubectl kustomize OVERLAY | npm run -s check -- -
  --format          how the result is written (default: text)
  --no-exceptions   judge as if no object carried acknowledged exceptions
  --pod-template    where a custom resource holds its pod template, so that it is judged as a workload:
                    --pod-template serving.knative.dev/Service=spec.template (may be repeated)
  --help            this text

Of a folder every .yaml, .yml and .json file is checked, at any depth, as kubectl apply -R reads them.

exit code: 0 no errors, 1 policy errors, 2 something could not be read (it is named, and the rest is checked)
`;

type Arguments = Pick<CheckOptions, 'inputs' | 'format' | 'exceptions' | 'workloads'>;

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
function parse(args: readonly string[]): { readonly values: Arguments & { readonly help: boolean } } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'text' },
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
  if (positionals.length === 0 && !values.help) {
    throw new Error('nothing to check: name a file or a folder, or - for standard input');
  }
  const exceptions = !values['no-exceptions'];
  return { values: { inputs: positionals, format, exceptions, workloads: registered, help: values.help } };
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
  const { inputs } = parsed.values;
  // So that names of files mean what they mean to the caller.
  process.chdir(callersFolder());
  const result = check({
    ...parsed.values,
    stdin: inputs.includes('-') ? await buffer(process.stdin) : new Uint8Array(),
    policies: policies(),
    colour: wantsColour(process.stdout),
  });
  process.stdout.write(result.stdout);
  process.stderr.write(result.stderr);
  return result.exitCode;
});
