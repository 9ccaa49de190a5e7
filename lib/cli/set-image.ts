// `npm run -s set-image`: names the image of a service in an environment.
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { environmentNamed } from '../sportstix/environments';
import { withImage } from '../sportstix/images';
import { besides, followLink, naming, writeNewFile } from '../synth/files';
import { UserError } from '../synth/user-error';
import { readArguments, runCommand } from './command-line';

const NAME = 'npm run -s set-image';

const USAGE = `Usage: ${NAME} -- ENVIRONMENT SERVICE VERSION@DIGEST

Names the image that a service runs in an environment: its version, and the digest that was tested, such as
1.4.0@sha256: and 64 hexadecimal digits. Changes this one line of images/ENVIRONMENT.yaml, and nothing else. Then run npm run synth.

  --help  this text

Exit code: 0 when the line says so, 2 when it was used wrongly or the file cannot be written; the file is then as it was.
`;

const ROOT = join(__dirname, '..', '..');

/** @throws Error that says what is wrong. */
function parse(args: readonly string[]): {
  readonly values: { readonly help?: boolean | undefined };
  readonly positionals: readonly string[];
} {
  const parsed = parseArgs({ args: [...args], allowPositionals: true, options: { help: { type: 'boolean' } } });
  if (parsed.positionals.length !== 3 && parsed.values.help !== true) {
    throw new Error(`there are three arguments, ENVIRONMENT SERVICE VERSION@DIGEST, not ${parsed.positionals.length}`);
  }
  return parsed;
}

runCommand(NAME, () => {
  const parsed = readArguments(NAME, USAGE, () => parse(process.argv.slice(2)));
  if (typeof parsed === 'number') return parsed;
  const [name = '', service = '', image = ''] = parsed.positionals;
  const { images, services } = environmentNamed(name);
  if (images.kind !== 'pinned') {
    throw new UserError(
      `environment ${name} has the images with the tag ${images.tag}, and no file that names one for each service.`,
    );
  }
  const file = followLink(join(ROOT, images.file));
  const before = naming(images.file, 'cannot be read', () => readFileSync(file, 'utf8'));
  const after = withImage(images.file, before, services, { service, image });
  const temporary = besides(file);
  try {
    naming(images.file, 'cannot be written', () => {
      writeNewFile(temporary, after, { mode: 0o644 });
      renameSync(temporary, file);
    });
  } finally {
    rmSync(temporary, { force: true });
  }
  return 0;
});
