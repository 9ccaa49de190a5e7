import { main } from '../../lib/cli/doctor';
import { thisSystem } from '../../lib/host/system';
import { access } from '../k3d/example';

// The doctor as a person runs it, on this machine; its tests start it in the namespace that stands for the host.
const passwords = new Map<string, string>(Object.entries(JSON.parse(process.env['LAB_PASSWORDS'] ?? '{}') as object));

main(
  {
    access: { ...access, folder: process.env['LAB_FILES'] ?? '' },
    configFile: 'dist/local/k3d.yml',
    images: ['shop/carts-service:dev'],
    buildArguments: new Map(),
    passwordOf: (_, user) => passwords.get(user),
    system: thisSystem(),
  },
  process.argv.slice(2),
).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 3;
  },
);
