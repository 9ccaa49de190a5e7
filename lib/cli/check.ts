import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { check, FORMATS } from '../policy/check';
import type { CheckOptions, Format } from '../policy/check';
import { policies } from '../policy/policies';
import { wantsColour } from '../policy/report';
import { readArguments, runCommand } from './command-line';

const USAGE = `Checks Kubernetes manifests by the platform's policies (lib/policy/README.md).

Usage: npm run -s check -- [--format text|json|sarif] [--no-exceptions] FILE|DIR|-...

  -                 standard input: kubectl kustomize OVERLAY | npm run -s check -- -
  --format          how the result is written (default: text)
  --no-exceptions   judge as if no object carried acknowledged exceptions
  --help            this text

Of a folder every .yaml, .yml and .json file is checked, at any depth, as kubectl apply -R reads them.

exit code: 0 no errors, 1 policy errors, 2 something could not be read (it is named, and the rest is checked)
`;

type Arguments = Pick<CheckOptions, 'inputs' | 'format' | 'exceptions'>;

/** @throws Error that says what is wrong. */
function parse(args: readonly string[]): { readonly values: Arguments & { readonly help: boolean } } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'text' },
      'no-exceptions': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const format = FORMATS.find((known): known is Format => known === values.format);
  if (format === undefined) {
    throw new Error(`--format ${values.format}: there is no such format; it is one of ${FORMATS.join(', ')}`);
  }
  if (positionals.length === 0 && !values.help) {
    throw new Error('nothing to check: name a file or a folder, or - for standard input');
  }
  return { values: { inputs: positionals, format, exceptions: !values['no-exceptions'], help: values.help } };
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
  const { inputs, format, exceptions } = parsed.values;
  // So that names of files mean what they mean to the caller.
  process.chdir(callersFolder());
  const result = check({
    inputs,
    format,
    exceptions,
    stdin: inputs.includes('-') ? await buffer(process.stdin) : new Uint8Array(),
    policies: policies(),
    colour: wantsColour(process.stdout),
  });
  process.stdout.write(result.stdout);
  process.stderr.write(result.stderr);
  return result.exitCode;
});
