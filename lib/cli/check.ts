// `npm run check`: the program, with the environments of the platform.
import { runCheck } from './check-program';
import { callersFolder } from './command-line';

runCheck({
  name: 'npm run -s check',
  call: 'npm run -s check --',
  folder: callersFolder('check'),
  settingsOf: async (environment) => {
    // With all that an environment is made of, which takes longer to load than most files to check.
    const { environmentNamed, policyPackOf } = await import('../sportstix/environments.js');
    return policyPackOf(environmentNamed(environment));
  },
});
