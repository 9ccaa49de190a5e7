// The commands that act on this machine and its cluster: `main.ts doctor|up|down [ARGUMENTS]`.
import { join } from 'node:path';
import { thisSystem } from '../k3d/system';
import { local } from '../sportstix/environments';
import { bringUpOf, hostAccessOf, patientOf } from '../sportstix/host';
import { readPasswords } from '../sportstix/secrets';
import { main as doctor } from './doctor';
import { main as down } from './down';
import { main as up } from './up';

async function run([command, ...args]: readonly string[]): Promise<number> {
  const access = hostAccessOf(local);
  if (access === undefined) {
    throw new Error(`Environment ${local.name} has no cluster on this machine.`);
  }
  const platform = bringUpOf(local, access);
  if (command === 'down') {
    return down(platform, args);
  }
  const { passwords } = readPasswords(join(__dirname, '..', '..', '.secrets', `${local.name}.yml`), local.services);
  const patient = patientOf(local, access, passwords, thisSystem());
  if (command === 'doctor') {
    return doctor(patient, args);
  }
  if (command === 'up') {
    return up(platform, patient, args);
  }
  throw new Error(`There is no command ${command ?? '(none)'}; there are doctor, up and down.`);
}

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
