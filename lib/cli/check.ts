// `npm run check`: the program, with the environments of the platform.
import { join } from 'node:path';
import { runCheck } from './check-program';

/** Where the caller is: npm runs its scripts in the project's folder, and says where it was called. */
function callersFolder(): string {
  const { INIT_CWD: caller, npm_lifecycle_event: script } = process.env;
  const here = process.cwd();
  return script === 'check' && caller !== undefined && here === join(__dirname, '..', '..') ? caller : here;
}

runCheck({
  name: 'npm run -s check',
  call: 'npm run -s check --',
  folder: callersFolder(),
  settingsOf: async (environment) => {
    // With all that an environment is made of, which takes longer to load than most files to check.
    const { environmentNamed, policyPackOf } = await import('../sportstix/environments.js');
    return policyPackOf(environmentNamed(environment));
  },
});
