// Completes a file of secrets as often as it takes, and prints the values: `store-secrets.ts FILE SERVICE...`.
import { catalogue } from '../../lib/sportstix/catalogue';
import { completeSecrets } from '../../lib/sportstix/secrets';

const [file = '', ...names] = process.argv.slice(2);
const services = catalogue.filter(({ name }) => names.includes(name));

let secrets = completeSecrets(file, services);
while (!secrets.store()) {
  secrets = completeSecrets(file, services);
}
const { passwords, jwt } = secrets.values;
process.stdout.write(JSON.stringify({ ...Object.fromEntries(passwords.databases), redis: passwords.redis, ...jwt }));
