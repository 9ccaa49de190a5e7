// The commands that act on this machine and its cluster: `main.ts doctor|up|down [ARGUMENTS]`.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OutdatedFile } from '../k3d/bring-up';
import type { HostAccess } from '../k3d/model';
import { requestsIn } from '../k3d/requests';
import { thisSystem } from '../k3d/system';
import { local } from '../sportstix/environments';
import { bringUpOf, hostAccessOf, passwordsFrom, patientOf } from '../sportstix/host';
import { loadSecrets, type SecretValues } from '../sportstix/secrets';
import { renderEnvironment } from '../sportstix/synth';
import { runCommand } from './command-line';
import { main as doctor } from './doctor';
import { main as down } from './down';
import { main as up } from './up';

const ROOT = join(__dirname, '..', '..');
const OUTPUT = join('dist', local.name);
const SECRETS_FILE = 'secrets.k8s.yaml';

/** The secrets that there are; none before the first synth, which makes them. */
function secrets(): SecretValues | undefined {
  const file = join('.secrets', `${local.name}.yml`);
  return existsSync(file) ? loadSecrets(file, local.services).values : undefined;
}

const NO_SECRETS: SecretValues = {
  postgresPassword: '',
  databasePasswords: {},
  jwt: { privateKey: '', publicKey: '' },
};

/** The generated files that are not what the code makes now. */
function outdated(): readonly OutdatedFile[] {
  const known = secrets();
  const { manifests, others } = renderEnvironment(local, known ?? NO_SECRETS);
  const files = [
    ...[...manifests].map(([name, content]) => ({ name: join('manifests', name), content })),
    ...[...others].map(([name, { content }]) => ({ name, content })),
  ];
  return files.flatMap(({ name, content }): OutdatedFile[] => {
    const file = join(OUTPUT, name);
    const committed = name !== join('manifests', SECRETS_FILE);
    if (!existsSync(file)) return [{ text: `${file}: missing`, committed }];
    const same = (committed || known !== undefined) && readFileSync(file, 'utf8') === content;
    return same ? [] : [{ text: `${file}: not what would be synthesized now`, committed }];
  });
}

async function run(access: HostAccess, [command, ...args]: readonly string[]): Promise<number> {
  const platform = bringUpOf(local, access);
  const { servers, agents } = access.cluster;
  const patient = {
    ...patientOf(
      local,
      access,
      // Read when the first password is asked for: who asks for help only, or has none yet, needs none.
      (endpoint, user) => {
        const values = secrets();
        return values && passwordsFrom(local.services, values)(endpoint, user);
      },
      thisSystem(),
    ),
    requests: () => requestsIn(join(OUTPUT, 'manifests'), servers + agents),
  };
  switch (command) {
    case 'doctor':
      return doctor(patient, args);
    case 'up':
      return up(platform, patient, outdated, args);
    case 'down':
      return down(platform, args);
    case undefined:
    default:
      throw new Error(`there is no command ${command ?? '(none)'}; there are doctor, up and down.`);
  }
}

runCommand(`npm run ${process.argv[2] ?? ''}`, () => {
  const access = hostAccessOf(local);
  if (access === undefined) throw new Error(`environment ${local.name} has no cluster on this machine.`);
  // Files are named as in the project's folder, wherever this was called.
  process.chdir(ROOT);
  return run(access, process.argv.slice(2));
});
