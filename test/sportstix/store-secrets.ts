// Completes a file of secrets as often as it takes, and prints the values: `store-secrets.ts FILE SERVICE...`.
import { completeSecrets } from '../../lib/sportstix/secrets';
import { example } from './example';

const [file = '', ...names] = process.argv.slice(2);
const environment = { ...example, services: example.services.filter(({ name }) => names.includes(name)) };

let secrets = completeSecrets(file, environment);
while (!secrets.store()) {
  secrets = completeSecrets(file, environment);
}
const { passwords, jwt } = secrets.values;
const databases = [...passwords.databases.values()].flatMap((users) => [...users]);
const redis = passwords.redis.get('redis-external');
process.stdout.write(JSON.stringify({ ...Object.fromEntries(databases), redis, ...jwt }));
