import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { check, FORMATS } from '../policy/check';
import type { CheckOptions, Format } from '../policy/check';
import { policies } from '../policy/policies';
import { workloads } from '../policy/policy';
import type { PodTemplateKind } from '../policy/policy';
import { wantsColour } from '../policy/report';

const USAGE = `Checks Kubernetes manifests by the platform's policies (lib/policy/README.md).

usage: npm run -s check -- [--format text|json|sarif] [--no-exceptions] [--pod-template GROUP/KIND=PATH]... FILE|DIR|-...

  -                 standard input: kubectl kustomize OVERLAY | npm run -s check -- -
  --format          how the result is written (default: text)
  --no-exceptions   judge as if no object carried acknowledged exceptions
  --pod-template    where a custom resource holds its pod template, so that it is judged as a workload:
                    --pod-template serving.knative.dev/Service=spec.template (may be repeated)

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

function parse(args: readonly string[]): Arguments | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        format: { type: 'string', default: 'text' },
        'no-exceptions': { type: 'boolean', default: false },
        'pod-template': { type: 'string', multiple: true, default: [] },
      },
    });
    const format = FORMATS.find((known): known is Format => known === values.format);
    if (format === undefined) {
      return `--format ${values.format}: there is no such format; it is one of ${FORMATS.join(', ')}`;
    }
    const registered = values['pod-template'].map(parsePodTemplate);
    workloads(registered);
    return positionals.length === 0
      ? 'nothing to check: name a file or a folder, or - for standard input'
      : { inputs: positionals, format, exceptions: !values['no-exceptions'], workloads: registered };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function main(): Promise<void> {
  const args = parse(process.argv.slice(2));
  if (typeof args === 'string') {
    process.stderr.write(`${args}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  const result = check({
    ...args,
    stdin: args.inputs.includes('-') ? await buffer(process.stdin) : new Uint8Array(),
    policies: policies(),
    colour: wantsColour(process.stdout),
  });
  process.stdout.write(result.stdout);
  process.stderr.write(result.stderr);
  process.exitCode = result.exitCode;
}

main().catch((error: unknown) => {
  process.stderr.write(`check: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 2;
});
