import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { catalogue } from '../../lib/sportstix/catalogue';
import { loadSecrets } from '../../lib/sportstix/secrets';
import { toYaml } from '../../lib/synth/yaml';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-test-'));
  file = join(folder, 'deeper', 'local.yml');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function given(content: string): void {
  file = join(folder, 'given.yml');
  writeFileSync(file, content);
}

function stored(): Record<string, string> {
  return load(readFileSync(file, 'utf8')) as Record<string, string>;
}

const keyPair = (bits: number, type: 'pkcs8' | 'pkcs1' = 'pkcs8'): { privateKey: string; publicKey: string } =>
  generateKeyPairSync('rsa', {
    modulusLength: bits,
    privateKeyEncoding: { type, format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });

describe('the first time', () => {
  test('generates a password for each database and the superuser, all different', () => {
    const { values, generated } = loadSecrets(file, catalogue);

    expect(Object.keys(values.databasePasswords)).toEqual(['auth', 'game', 'booking', 'payment', 'admin']);
    const passwords = [values.postgresPassword, ...Object.values(values.databasePasswords)];
    expect(new Set(passwords).size).toBe(6);
    for (const password of passwords) {
      expect(password).toMatch(/^[0-9a-f]{48}$/);
    }
    expect([...generated].sort()).toEqual(Object.keys(stored()).sort());
  });

  test('generates an RSA key pair of 2048 bits, PKCS#8 and SPKI', () => {
    const { jwt } = loadSecrets(file, catalogue).values;

    expect(jwt.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(jwt.publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    const privateKey = createPrivateKey(jwt.privateKey);
    expect(privateKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(createPublicKey(privateKey).export({ type: 'spki', format: 'pem' })).toBe(jwt.publicKey);
  });

  test('makes a file for its owner only', () => {
    loadSecrets(file, catalogue);

    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deeper'))).toEqual(['local.yml']);
  });
});

describe('from then on', () => {
  test('gives the same values and does not touch the file', () => {
    const first = loadSecrets(file, catalogue);
    const text = readFileSync(file, 'utf8');
    const second = loadSecrets(file, catalogue);

    expect(second).toEqual({ values: first.values, generated: [] });
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('takes away what others may do with the file', () => {
    loadSecrets(file, catalogue);
    chmodSync(file, 0o644);
    loadSecrets(file, catalogue);

    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('adds what a new service needs, and changes nothing else', () => {
    loadSecrets(
      file,
      catalogue.filter(({ name }) => name !== 'admin'),
    );
    const before = readFileSync(file, 'utf8');
    const { generated } = loadSecrets(file, catalogue);

    expect(generated).toEqual(['admin-db-password']);
    expect(readFileSync(file, 'utf8').startsWith(before)).toBe(true);
  });

  test('keeps the password of a service that has gone', () => {
    loadSecrets(file, catalogue);
    const { values, generated } = loadSecrets(file, []);

    expect(generated).toEqual([]);
    expect(values.databasePasswords).toEqual({});
    expect(stored()).toHaveProperty(['auth-db-password']);
  });
});

describe('values given by the user', () => {
  test('hold, comments stay, the rest is generated', () => {
    given("# mine\nauth-db-password: 'p@ss: word'   # as on the server");
    const { values } = loadSecrets(file, catalogue);

    expect(values.databasePasswords['auth']).toBe('p@ss: word');
    expect(readFileSync(file, 'utf8')).toMatch(/^# mine\nauth-db-password: 'p@ss: word' {3}# as on the server\n/);
    expect(stored()).toHaveProperty(['game-db-password']);
  });

  test('an empty file, or one with comments only, is filled', () => {
    for (const content of ['', '# nothing yet\n']) {
      given(content);
      loadSecrets(file, catalogue);
      expect(readFileSync(file, 'utf8').startsWith(content)).toBe(true);
      expect(Object.keys(stored())).toHaveLength(8);
    }
  });

  test('the public key is derived from a private key that stands alone', () => {
    const pair = keyPair(2048);
    given(toYaml({ 'jwt-private-key': pair.privateKey }));
    const { values, generated } = loadSecrets(file, []);

    expect(values.jwt).toEqual(pair);
    expect(generated).toEqual(['postgres-password', 'jwt-public-key']);
  });

  test('a key pair holds', () => {
    const pair = keyPair(3072);
    given(toYaml({ 'jwt-private-key': pair.privateKey, 'jwt-public-key': pair.publicKey }));

    expect(loadSecrets(file, []).values.jwt).toEqual(pair);
  });
});

describe('a malformed file is named, shown to nobody, and left alone', () => {
  const pair = keyPair(2048);
  const SECRET = 'hunter2hunter2';

  test.each<[string, string, string]>([
    ['no YAML', `a: "${SECRET}\nb: [`, 'not YAML'],
    ['a bare text', SECRET, 'not one mapping'],
    ['a list', `- ${SECRET}`, 'not one mapping'],
    ['two documents', `a: ${SECRET}\n---\nb: x\n`, 'not one mapping'],
    ['a key twice', `postgres-password: ${SECRET}\npostgres-password: x\n`, 'not YAML'],
    [
      'a number',
      'postgres-password: 12345\n',
      'postgres-password: the value is not a text, or empty. Put it in quotes',
    ],
    ['nothing', 'postgres-password:\n', 'postgres-password: the value is not a text, or empty'],
    ['an empty text', "postgres-password: ''\n", 'postgres-password: the value is not a text, or empty'],
    ['a mapping', `postgres-password: { x: ${SECRET} }\n`, 'postgres-password: the value is not a text'],
    [
      'an unknown name',
      `postgres-pasword: ${SECRET}\n`,
      'postgres-pasword: no such secret. Known are postgres-password',
    ],
    ['a mapping in braces', `{ auth-db-password: ${SECRET} }\n`, 'cannot be added at its end'],
    ['no key at all', toYaml({ 'jwt-private-key': SECRET }), 'jwt-private-key: not an unencrypted RSA key'],
    ['a key of 1024 bits', toYaml({ 'jwt-private-key': keyPair(1024).privateKey }), 'at least 2048 bits'],
    ['a PKCS#1 key', toYaml({ 'jwt-private-key': keyPair(2048, 'pkcs1').privateKey }), 'as PKCS#8 in PEM'],
    ['a damaged key', toYaml({ 'jwt-private-key': pair.privateKey.slice(0, -80) }), 'not an unencrypted RSA key'],
    [
      'a key of another kind',
      toYaml({ 'jwt-private-key': generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) }),
      'not an unencrypted RSA key',
    ],
    [
      'a public key alone',
      toYaml({ 'jwt-public-key': pair.publicKey }),
      'jwt-public-key stands without jwt-private-key',
    ],
    [
      'keys that do not belong together',
      toYaml({ 'jwt-private-key': pair.privateKey, 'jwt-public-key': keyPair(2048).publicKey }),
      'jwt-public-key does not belong to jwt-private-key',
    ],
  ])('%s', (_, content, message) => {
    given(content);
    const load = (): void => {
      loadSecrets(file, catalogue);
    };

    expect(load).toThrow(`${file}: `);
    expect(load).toThrow(message);
    expect(load).toThrow('The file was left as it is.');
    expect(load).not.toThrow(SECRET);
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(readdirSync(folder)).toEqual(['given.yml']);
  });
});

test('a folder that cannot be written is an error, and no file is left', () => {
  given('x');
  expect(() => loadSecrets(join(file, 'below-a-file.yml'), catalogue)).toThrow();
  expect(existsSync(join(folder, 'below-a-file.yml'))).toBe(false);
});
