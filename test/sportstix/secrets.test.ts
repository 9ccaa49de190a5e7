import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import type { ServiceSpec, SpringServiceSpec } from '../../lib/sportstix/catalogue';
import type { Environment } from '../../lib/sportstix/environments';
import { completeSecrets, jwkThumbprint, readPasswords, type SecretValues } from '../../lib/sportstix/secrets';
import { UserError } from '../../lib/synth/user-error';
import { toYaml } from '../../lib/synth/yaml';
import { giveToOrdinaryUser, ORDINARY_USER, runFile } from '../processes';
import { example, orders } from './example';

let folder: string;
let file: string;

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'secrets-test-')));
  file = join(folder, 'deeper', 'example.yml');
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

function given(content: string | Buffer): void {
  file = join(folder, 'given.yml');
  fs.writeFileSync(file, content);
}

function stored(): Record<string, string> {
  return load(fs.readFileSync(file, 'utf8')) as Record<string, string>;
}

/** What a synth does. */
function complete(environment: Environment = example): { values: SecretValues; generated: readonly string[] } {
  const { values, generated, store } = completeSecrets(file, environment);
  expect(store()).toBe(true);
  return { values, generated };
}

const keyPair = (bits: number, type: 'pkcs8' | 'pkcs1' = 'pkcs8'): { privateKey: string; publicKey: string } =>
  generateKeyPairSync('rsa', {
    modulusLength: bits,
    privateKeyEncoding: { type, format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });

/** The passwords of the first PostgreSQL's users. */
const usersOf = ({ passwords }: SecretValues): ReadonlyMap<string, string> =>
  passwords.databases.get('postgres-external') ?? new Map<string, string>();

const redisOf = ({ passwords }: SecretValues): string | undefined => passwords.redis.get('redis-external');

/** A service with a database. */
function withDatabase(name: string, username: string, owner = `${name}_owner`): SpringServiceSpec {
  return { ...orders, name, database: { name: `shop_${name}`, username, owner } };
}

/** An environment with these services. */
function having(...services: readonly ServiceSpec[]): Environment {
  return { ...example, services };
}

/** The services with a database. */
const NAMES = ['orders', 'billing'];
/** A user and an owner each, Redis, and the two keys. */
const VALUES = 2 * NAMES.length + 3;

describe('the first time', () => {
  test('generates a password for each user and each owner of a database, and for Redis, all different', () => {
    const { values, generated } = complete();

    expect([...usersOf(values).keys()]).toEqual(NAMES.flatMap((name) => [`${name}_user`, `${name}_owner`]));
    const passwords = [...values.passwords.redis.values(), ...usersOf(values).values()];
    expect(new Set(passwords).size).toBe(2 * NAMES.length + 1);
    for (const password of passwords) {
      expect(password).toMatch(/^[0-9a-f]{48}$/);
    }
    expect([...generated].sort()).toEqual(Object.keys(stored()).sort());
    expect(generated).toContain('postgres-orders_owner-password');
  });

  test("knows nothing of the superuser's password", () => {
    complete();
    expect(Object.keys(stored())).not.toContain('postgres-password');
    expect(fs.readFileSync(file, 'utf8')).not.toMatch(/postgres-postgres|superuser/);
  });

  test('generates an RSA key pair of 2048 bits, PKCS#8 and SPKI', () => {
    const { jwt } = complete().values;

    expect(jwt.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(jwt.publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    const privateKey = createPrivateKey(jwt.privateKey);
    expect(privateKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(createPublicKey(privateKey).export({ type: 'spki', format: 'pem' })).toBe(jwt.publicKey);
  });

  test('makes a file and a folder for their owner only', () => {
    complete();

    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(fs.statSync(join(folder, 'deeper')).mode & 0o777).toBe(0o700);
    expect(fs.readdirSync(join(folder, 'deeper'))).toEqual(['example.yml']);
  });

  test('writes nothing before it is told to', () => {
    completeSecrets(file, example);
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

describe("the key's id", () => {
  test('is the thumbprint of RFC 7638, section 3.1', () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs' +
      'tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajr' +
      'n1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
    const key = createPublicKey({ format: 'jwk', key: { kty: 'RSA', n, e: 'AQAB' } });

    expect(jwkThumbprint(key.export({ type: 'spki', format: 'pem' }).toString())).toBe(
      'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
    );
  });

  test('follows the key: the same for the same, another for another', () => {
    const [one, other] = [keyPair(2048), keyPair(2048)];
    const idOf = (pair: { privateKey: string }): string => {
      given(toYaml({ 'jwt-private-key': pair.privateKey }));
      return complete(having()).values.jwt.keyId;
    };

    expect(idOf(one)).toBe(jwkThumbprint(one.publicKey));
    expect(idOf(one)).toBe(idOf(one));
    expect(idOf(other)).not.toBe(idOf(one));
  });
});

describe('from then on', () => {
  test('gives the same values and does not touch the file', () => {
    const first = complete();
    const text = fs.readFileSync(file, 'utf8');
    const second = complete();

    expect(second).toEqual({ values: first.values, generated: [] });
    expect(fs.readFileSync(file, 'utf8')).toBe(text);
  });

  test('takes away what others may do with the file', () => {
    complete();
    fs.chmodSync(file, 0o644);
    complete();

    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });

  test('adds what a new service needs, and changes nothing else', () => {
    complete(having(...example.services.filter(({ name }) => name !== 'billing')));
    const before = fs.readFileSync(file, 'utf8');
    const { generated } = complete();

    expect(generated).toEqual(['postgres-billing_user-password', 'postgres-billing_owner-password']);
    expect(fs.readFileSync(file, 'utf8').startsWith(before)).toBe(true);
  });

  test('keeps the password of a service that has gone', () => {
    complete();
    const { values, generated } = complete(having());

    expect(generated).toEqual([]);
    expect(usersOf(values).size).toBe(0);
    expect(stored()).toHaveProperty(['postgres-orders_user-password']);
  });
});

describe('a database user', () => {
  test('has one password, however many services log in as that user', () => {
    const { values, generated } = complete(having(withDatabase('one', 'shared'), withDatabase('two', 'shared')));

    expect([...usersOf(values).keys()]).toEqual(['shared', 'one_owner', 'two_owner']);
    expect(generated.filter((key) => key.includes('shared'))).toEqual(['postgres-shared-password']);
  });

  test('who owns a database too has one password', () => {
    const { values } = complete(having(withDatabase('one', 'both', 'both')));
    expect([...usersOf(values).keys()]).toEqual(['both']);
  });
});

describe('a further server', () => {
  const [postgres] = example.postgres;
  const [redis] = example.redis;
  const archive = { name: 'postgres-archive', host: 'db.example.com', port: 5432, ranges: ['10.1.2.0/24'] };
  const sessions = { name: 'redis-sessions', host: 'cache.example.com', port: 6379, ranges: ['10.1.2.0/24'] };
  const archived = withDatabase('orders', 'orders_user');
  const environment: Environment = {
    ...example,
    postgres: [postgres, archive],
    redis: [redis, sessions],
    services: [orders, { ...archived, name: 'archive', database: database('archive') }],
  };

  function database(server: string): NonNullable<SpringServiceSpec['database']> {
    return { name: 'shop_orders', username: 'orders_user', owner: 'orders_owner', server: `postgres-${server}` };
  }

  test('has passwords by its own name, also for users that have the name of one of the first', () => {
    const { values, generated } = complete(environment);

    expect(generated.filter((key) => !key.startsWith('jwt-'))).toEqual([
      'postgres-orders_user-password',
      'postgres-orders_owner-password',
      'postgres-archive-orders_user-password',
      'postgres-archive-orders_owner-password',
      'redis-password',
      'redis-sessions-password',
    ]);
    const all = [
      ...[...values.passwords.databases.values()].flatMap((users) => [...users.values()]),
      ...values.passwords.redis.values(),
    ];
    expect(new Set(all).size).toBe(6);
    expect(values.passwords.databases.get('postgres-archive')?.get('orders_user')).toBe(
      stored()['postgres-archive-orders_user-password'],
    );
    expect(values.passwords.redis.get('redis-sessions')).toBe(stored()['redis-sessions-password']);
    expect(readPasswords(file, environment)).toEqual({ passwords: values.passwords, missing: [] });
  });

  test('changes no password of the first, and leaves its own when it goes', () => {
    const first = complete().values;
    const more = complete({ ...environment, services: [...example.services, ...environment.services.slice(1)] }).values;
    expect(usersOf(more)).toEqual(usersOf(first));
    expect(redisOf(more)).toBe(redisOf(first));

    expect(complete()).toEqual({ values: first, generated: [] });
    expect(stored()).toHaveProperty(['redis-sessions-password']);
    expect(stored()).toHaveProperty(['postgres-archive-orders_user-password']);
  });

  test('has no password of an earlier version, which had one server', () => {
    given('archive-db-password: former\norders-db-password: former-orders\n');
    const { values } = complete(environment);
    expect(usersOf(values).get('orders_user')).toBe('former-orders');
    expect(values.passwords.databases.get('postgres-archive')?.get('orders_user')).toMatch(/^[0-9a-f]{48}$/);
  });

  test('whose user would have the password of another is refused', () => {
    const clash = withDatabase('clash', 'archive-orders_user');
    expect(() => complete({ ...environment, services: [...environment.services, clash] })).toThrow(
      'Environment example: archive-orders_user of postgres-external and orders_user of postgres-archive would both have the password postgres-archive-orders_user-password in the file of secrets. Rename one.',
    );
  });

  test('that is not there is named with the service that wants it', () => {
    expect(() => complete({ ...environment, postgres: [postgres] })).toThrow(
      'Environment example, archive: database.server "postgres-archive": the environment has no such server',
    );
  });
});

describe('a file of an earlier version', () => {
  const FORMER = toYaml({
    'postgres-password': 'of-the-superuser',
    ...Object.fromEntries(NAMES.map((name) => [`${name}-db-password`, `former-${name}`])),
  });

  test("goes on working: each service's password is its user's, the superuser's is not used, nothing is changed", () => {
    given(FORMER);
    const { values, generated } = complete();

    for (const name of NAMES) {
      expect(usersOf(values).get(`${name}_user`)).toBe(`former-${name}`);
      expect(usersOf(values).get(`${name}_owner`)).toMatch(/^[0-9a-f]{48}$/);
    }
    expect([...usersOf(values).values(), ...values.passwords.redis.values()]).not.toContain('of-the-superuser');
    expect(generated).toEqual([
      ...NAMES.map((name) => `postgres-${name}_owner-password`),
      'redis-password',
      'jwt-private-key',
      'jwt-public-key',
    ]);
    expect(fs.readFileSync(file, 'utf8').startsWith(FORMER)).toBe(true);
    expect(complete()).toEqual({ values, generated: [] });
  });

  test("a user's own name comes before the service's", () => {
    given(`${FORMER}postgres-orders_user-password: newer\n`);
    expect(usersOf(complete().values).get('orders_user')).toBe('newer');
  });

  test('two services of one user, of which one has a password, share it', () => {
    given('two-db-password: former-two\n');
    const { values } = complete(having(withDatabase('one', 'shared'), withDatabase('two', 'shared')));
    expect(usersOf(values).get('shared')).toBe('former-two');
  });

  test('two services of one user with two passwords are an error that names both', () => {
    given('one-db-password: former-one\ntwo-db-password: former-two\n');
    const environment = having(withDatabase('one', 'shared'), withDatabase('two', 'shared'));

    for (const call of [() => complete(environment), () => readPasswords(file, environment)]) {
      expect(call).toThrow(
        'one-db-password and two-db-password differ, but their services log in as one user, shared.',
      );
      expect(call).not.toThrow('former-one');
    }
    fs.appendFileSync(file, 'postgres-shared-password: decided\n');
    expect(usersOf(complete(environment).values).get('shared')).toBe('decided');
  });
});

describe('values given by the user', () => {
  test('hold, comments stay, the rest is generated', () => {
    given("# mine\npostgres-orders_user-password: 'p@ss: word'   # as on the server");
    const { values } = complete();

    expect(usersOf(values).get('orders_user')).toBe('p@ss: word');
    expect(fs.readFileSync(file, 'utf8')).toMatch(
      /^# mine\npostgres-orders_user-password: 'p@ss: word' {3}# as on the server\n/,
    );
    expect(stored()).toHaveProperty(['postgres-billing_user-password']);
  });

  test('an empty file, one with comments only, or one with a byte order mark is filled', () => {
    for (const content of ['', '# nothing yet\n', '\ufeff# from another editor\r\nredis-password: x\r\n']) {
      given(content);
      complete();
      expect(fs.readFileSync(file, 'utf8').startsWith(content)).toBe(true);
      expect(Object.keys(stored())).toHaveLength(VALUES);
    }
  });

  test('may be anchored, and referred to', () => {
    given('redis-password: &one same\npostgres-orders_user-password: *one\n');
    const { values } = complete();
    expect([redisOf(values), usersOf(values).get('orders_user')]).toEqual(['same', 'same']);
  });

  test('the public key is derived from a private key that stands alone', () => {
    const pair = keyPair(2048);
    given(toYaml({ 'jwt-private-key': pair.privateKey }));
    const { values, generated } = complete(having());

    expect(values.jwt).toMatchObject(pair);
    expect(generated).toEqual(['redis-password', 'jwt-public-key']);
  });

  test('a key pair holds', () => {
    const pair = keyPair(3072);
    given(toYaml({ 'jwt-private-key': pair.privateKey, 'jwt-public-key': pair.publicKey }));

    expect(complete(having()).values.jwt).toMatchObject(pair);
  });
});

describe('a malformed file is named, shown to nobody, and left alone', () => {
  const pair = keyPair(2048);
  const SECRET = 'hunter2hunter2';

  test.each<[string, string | Buffer, string]>([
    ['no YAML', `a: "${SECRET}\nb: [`, 'not YAML'],
    [
      'an alias of nothing',
      `redis-password: *${SECRET}\n`,
      'not YAML in line 1. Mend it (a value with other characters',
    ],
    ['a tag', `\nredis-password: !${SECRET} x\n`, 'not YAML in line 2'],
    ['an unknown escape', `redis-password: "${SECRET}\\q"\n`, 'not YAML in line 1'],
    ['a directive', `%${SECRET}\n`, 'not YAML'],
    ['a colon in a value', `redis-password: ${SECRET}: x\n`, 'not YAML in line 1'],
    ['a NUL', `redis-password: ${SECRET}\0\n`, 'not YAML'],
    ['a bare text', SECRET, 'not one mapping'],
    ['a list', `- ${SECRET}`, 'not one mapping'],
    ['two documents', `redis-password: ${SECRET}\n---\nb: x\n`, 'not one mapping'],
    ['a key twice', `redis-password: ${SECRET}\nredis-password: x\n`, 'not YAML in line 2'],
    ['a number', 'redis-password: 12345\n', 'redis-password: the value is not a text, or empty. Put it in quotes'],
    ['a switch', 'redis-password: true\n', 'redis-password: the value is not a text'],
    ['a list as value', `redis-password: [${SECRET}]\n`, 'redis-password: the value is not a text'],
    ['nothing', 'redis-password:\n', 'redis-password: the value is not a text, or empty'],
    ['an empty text', "redis-password: ''\n", 'redis-password: the value is not a text, or empty'],
    ['a mapping', `redis-password: { x: ${SECRET} }\n`, 'redis-password: the value is not a text'],
    ['a line break', `redis-password: "${SECRET}\\nx"\n`, 'redis-password: has a control character'],
    ['a block of lines', `redis-password: |\n  ${SECRET}\n`, 'redis-password: has a control character'],
    ['a tab', `redis-password: "${SECRET}\\t"\n`, 'redis-password: has a control character'],
    [
      'an escaped NUL',
      `postgres-orders_user-password: "${SECRET}\\0"\n`,
      'postgres-orders_user-password: has a control',
    ],
    [
      'an escape sequence of a terminal',
      `redis-password: "${SECRET}\\e[2J"\n`,
      'redis-password: has a control character',
    ],
    ['half a character', `redis-password: "${SECRET}\\uD800"\n`, 'redis-password: has a control character'],
    ['Latin-1', Buffer.from(`redis-password: ${SECRET}\xe4\n`, 'latin1'), 'not UTF-8'],
    ['UTF-16', Buffer.from(`\ufeffredis-password: ${SECRET}\n`, 'utf16le'), 'not UTF-8'],
    ['more than a server takes', `redis-password: ${SECRET.repeat(100)}\n`, 'redis-password: 1400 bytes long'],
    ['an unknown name', `a: x\n`, 'a name that is not known in line 1. Known are postgres-USER-password'],
    ['a value where a name should be', `# mine\n"${SECRET}": x\n`, 'a name that is not known in line 2'],
    ['a name and a value without a blank', `redis-password:${SECRET}: x\n`, 'a name that is not known in line 1'],
    ['a mapping in braces', `{ redis-password: ${SECRET} }\n`, 'cannot be added at its end'],
    ['an end of the document', `redis-password: ${SECRET}\n...\n`, 'cannot be added at its end'],
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
    const calls = [
      () => complete(),
      ...(message === 'cannot be added at its end' ? [] : [() => readPasswords(file, example)]),
    ];
    for (const call of calls) {
      const error = thrownBy(call);

      expect(error).toBeInstanceOf(UserError);
      expect(error.message).toMatch(new RegExp(`^${file}: [^\\n]*The file was left as it is\\.$`));
      expect(error.message).toContain(message);
      expect(`${error.stack} ${JSON.stringify(error.cause)}`).not.toContain(SECRET);
    }
    expect(fs.readFileSync(file)).toEqual(Buffer.from(content));
    expect(fs.readdirSync(folder)).toEqual(['given.yml']);
  });
});

function thrownBy(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    if (error instanceof Error) {
      return error;
    }
  }
  throw new Error('Nothing was thrown.');
}

describe('reading alone', () => {
  test('gives what is there, says what is missing, and makes and changes nothing', () => {
    given('orders-db-password: former\nredis-password: x\n');
    fs.chmodSync(file, 0o644);
    const { passwords, missing } = readPasswords(file, having(withDatabase('orders', 'orders_user', 'orders_owner')));

    expect(passwords).toEqual({
      databases: new Map([['postgres-external', new Map([['orders_user', 'former']])]]),
      redis: new Map([['redis-external', 'x']]),
    });
    expect(missing).toEqual(['postgres-orders_owner-password', 'jwt-private-key', 'jwt-public-key']);
    expect(fs.readFileSync(file, 'utf8')).toBe('orders-db-password: former\nredis-password: x\n');
    expect(fs.statSync(file).mode & 0o777).toBe(0o644);
    expect(fs.readdirSync(folder)).toEqual(['given.yml']);
  });

  test('of a file that is not there says that all is missing, and makes no folder', () => {
    expect(readPasswords(file, having()).missing).toEqual(['redis-password', 'jwt-private-key', 'jwt-public-key']);
    expect(readPasswords(file, example).passwords).toEqual({ databases: new Map(), redis: new Map() });
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

describe('a link', () => {
  test('stays a link; what it leads to is read, added to and closed to others', () => {
    const vault = join(folder, 'vault');
    fs.mkdirSync(vault);
    given('redis-password: from-the-vault\n');
    fs.renameSync(file, join(vault, 'secrets'));
    fs.symlinkSync('vault/secrets', file);
    const { values } = complete();

    expect(redisOf(values)).toBe('from-the-vault');
    expect(fs.readlinkSync(file)).toBe('vault/secrets');
    expect(Object.keys(stored())).toHaveLength(VALUES);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(vault)).toEqual(['secrets']);
  });

  test.each([
    [
      'to nothing',
      'gone',
      /given\.yml: a link to gone, which is not there\. Remove the link, or make what it leads to\.$/,
    ],
    ['to itself', 'given.yml', /given\.yml: .*\(ELOOP\)\. Its links lead in a circle\./],
    ['to a folder', '.', /given\.yml: cannot be read \(EISDIR\)/],
  ])('%s is an error that names it', (_, target, message) => {
    file = join(folder, 'given.yml');
    fs.symlinkSync(target, file);

    expect(() => complete()).toThrow(message);
    expect(() => readPasswords(file, example)).toThrow(message);
    expect(fs.readdirSync(folder)).toEqual(['given.yml']);
  });
});

test('a file below a file is an error that names it', () => {
  given('');
  file = join(file, 'below-a-file.yml');
  expect(() => complete()).toThrow(/below-a-file\.yml: .*\(ENOTDIR\)/);
});

test('a file that another process has changed meanwhile is left alone', () => {
  const { store } = completeSecrets(file, example);
  const others = complete();

  expect(store()).toBe(false);
  expect(complete()).toEqual({ values: others.values, generated: [] });
});

describe('several processes', () => {
  test('that each add a value agree in the end, and no value is lost', async () => {
    const runs = Array.from({ length: 6 }, (_, index) => NAMES.slice(index % NAMES.length).concat('orders'));
    const results = await Promise.all(
      runs.map((services) => runFile('test/sportstix/store-secrets.ts', [file, ...services])),
    );
    const { values } = complete();
    const all: Record<string, string> = {
      ...Object.fromEntries(usersOf(values)),
      redis: redisOf(values) ?? '',
      ...values.jwt,
    };

    for (const { code, stdout, stderr } of results) {
      expect([code, stderr]).toEqual([0, '']);
      expect(all).toMatchObject(JSON.parse(stdout) as Record<string, string>);
    }
    expect(new Set(fs.readFileSync(file, 'utf8').match(/^\S+:/gm)).size).toBe(VALUES);
    expect(fs.readdirSync(join(folder, 'deeper'))).toEqual(['example.yml']);
  });

  test('of which one may not read the file: it says so in one line, with what to do', async () => {
    given('redis-password: hunter2hunter2\n');
    fs.chmodSync(file, 0o000);
    giveToOrdinaryUser(folder);
    fs.renameSync(file, join(folder, 'example.yml'));
    const { code, stderr } = await runFile(
      'test/sportstix/run-synth.ts',
      [join(folder, 'dist'), folder],
      ORDINARY_USER,
    );

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^\S+\/example\.yml: cannot be read \(EACCES\)\. Your user may not do this\. Give it to yourself: sudo chown [^\n]*\n$/,
    );
    expect(fs.readdirSync(folder)).toEqual(['example.yml']);
  });

  test('of which one may not enter the folder: it names the folder', async () => {
    const secrets = join(folder, '.secrets');
    fs.mkdirSync(secrets, { mode: 0o000 });
    giveToOrdinaryUser(folder);
    const { code, stderr } = await runFile(
      'test/sportstix/run-synth.ts',
      [join(folder, 'dist'), secrets],
      ORDINARY_USER,
    );
    fs.chmodSync(secrets, 0o700);

    expect(code).toBe(1);
    expect(stderr).toContain(`${secrets}/example.yml: cannot be looked at (EACCES)`);
    expect(stderr).toContain(`sudo chown -R "$(id -u):$(id -g)" ${secrets} &&`);
    expect(fs.readdirSync(folder)).toEqual(['.secrets']);
  });

  const asRoot = process.getuid?.() === 0 ? test : test.skip;
  asRoot('that run as root leave files that belong to the owner of the folder', () => {
    fs.chownSync(folder, 65534, 65533);
    complete();

    for (const path of [join(folder, 'deeper'), file]) {
      expect(fs.statSync(path)).toMatchObject({ uid: 65534, gid: 65533 });
    }
    given('redis-password: x\n');
    complete();
    expect(fs.statSync(file)).toMatchObject({ uid: 65534, gid: 65533 });
  });
});
