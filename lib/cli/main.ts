// The commands that look at clusters, and act on the one of this machine: `main.ts preflight|doctor|up|down [ARGUMENTS]`.
import { join } from 'node:path';
import type { K3dHostAccess } from '../k3d/model';
import { requestsIn } from '../k3d/requests';
import { thisSystem } from '../host/system';
import { environments, local } from '../sportstix/environments';
import { bringUpOf, hostAccessOf, localSetupOf } from '../sportstix/host';
import { readPasswords } from '../sportstix/secrets';
import { outdated } from '../sportstix/synth';
import { runCommand } from './command-line';
import { main as doctor } from './doctor';
import { main as down } from './down';
import { main as preflight } from './preflight';
import { main as up } from './up';

const ROOT = join(__dirname, '..', '..');
const OUTPUT = 'dist';
const SECRETS = '.secrets';

async function run(access: K3dHostAccess, command: string | undefined, args: readonly string[]): Promise<number> {
  const platform = bringUpOf(local, access);
  const { servers, agents } = access.cluster;
  const setup = {
    // Read when the first password is asked for: who asks for help only needs none.
    ...localSetupOf(
      local,
      access,
      () => readPasswords(join(SECRETS, `${local.name}.yml`), local).passwords,
      thisSystem(),
    ),
    requests: () => requestsIn(join(OUTPUT, local.name, 'manifests'), servers + agents),
  };
  switch (command) {
    case 'doctor':
      return doctor(setup, args);
    case 'up':
      return up(platform, setup, () => outdated(local, SECRETS, OUTPUT), args);
    case 'down':
      return down(platform, args);
    case undefined:
    default:
      throw new Error(`there is no command ${command ?? '(none)'}; there are preflight, doctor, up and down.`);
  }
}

const [command, ...args] = process.argv.slice(2);

runCommand(`npm run ${command ?? ''}`, () => {
  // Files are named as in the project's folder, wherever this was called.
  process.chdir(ROOT);
  if (command === 'preflight') return preflight(args, environments, OUTPUT);
  const access = hostAccessOf(local);
  if (access === undefined) throw new Error(`environment ${local.name} has no cluster on this machine.`);
  return run(access, command, args);
});
