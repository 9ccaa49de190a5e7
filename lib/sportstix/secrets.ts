import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { loadAll, YAMLException } from 'js-yaml';
import { besides, followLink, makeFolder, naming, statOf, writeNewFile } from '../synth/files';
import { withLock } from '../synth/lock';
import { UserError } from '../synth/user-error';
import { toYaml } from '../synth/yaml';
import type { Environment } from './environment';
import { databasesOf } from './servers';

/** The passwords of an environment. */
export interface Passwords {
  /**
   * Name of a PostgreSQL server to its users' passwords, also of the users who own databases. Services that share a user of a server
   * share the password; users of the same name on two servers are two.
   */
  readonly databases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Name of a Redis server to its password. */
  readonly redis: ReadonlyMap<string, string>;
}

/** The secret values of an environment. */
export interface SecretValues {
  readonly passwords: Passwords;
  /** Key pair that signs JWTs. */
  readonly jwt: {
    /** PKCS#8, PEM. */
    readonly privateKey: string;
    /** SPKI, PEM. */
    readonly publicKey: string;
    /** The key's id: {@link jwkThumbprint}, so that another key has another. */
    readonly keyId: string;
  };
}

/** What a file of secret values holds. */
export interface StoredPasswords {
  /** The passwords that it holds. */
  readonly passwords: Passwords;
  /** Names of the values that it lacks, and that a synth would generate. */
  readonly missing: readonly string[];
}

/** The secret values of an environment, some of which may have been generated and not been stored yet. */
export interface CompletedSecrets {
  readonly values: SecretValues;
  /** Names of the values that were generated. */
  readonly generated: readonly string[];
  /**
   * Adds what was generated to the file.
   *
   * @returns false if another process has changed the file since it was read: its values hold, so read them.
   * @throws UserError if the file cannot be written; it then is as it was.
   */
  readonly store: () => boolean;
}

const REDIS_KEY = 'redis-password';
const PRIVATE_KEY = 'jwt-private-key';
const PUBLIC_KEY = 'jwt-public-key';
const databaseKey = (user: string): string => `postgres-${user}-password`;
// Names of servers start with postgres- and redis-.
const furtherDatabaseKey = (server: string, user: string): string => `${server}-${user}-password`;
const furtherRedisKey = (server: string): string => `${server}-password`;
// What earlier versions wrote: a password for each service, and PostgreSQL's superuser's, which nothing uses any more.
const formerDatabaseKey = (service: string): string => `${service}-db-password`;
const KNOWN_KEYS = /^(postgres-(.+-)?password|.+-db-password|redis-(.+-)?password|jwt-(private|public)-key)$/;

const MIN_RSA_BITS = 2048;
/** Redis before version 6 takes no longer password. */
const MAX_PASSWORD_BYTES = 512;

const HEADER =
  '# Secret values of one environment, read by every synth. Not for git. Values may be changed here;\n' +
  '# one that is missing is generated and added at the end.\n';

/**
 * Reads what a file of secret values holds. Writes nothing and generates nothing; a file that is not there holds nothing.
 *
 * @param file path of the YAML file: a mapping from name to value.
 * @param environment where there are servers and databases that have passwords.
 * @throws UserError that names the file and the key, never a value, if the file cannot be read, or it or a value is malformed.
 */
export function readPasswords(file: string, environment: EnvironmentOfSecrets): StoredPasswords {
  const given = parse(file, readText(file) ?? '');
  const logins = loginsOf(file, given, environment);
  completeKeyPair(file, given, () => ({ privateKey: '', publicKey: '' }));
  return {
    passwords: passwordsOf(logins),
    missing: [
      ...logins.filter(({ password }) => password === undefined).map(({ key }) => key),
      ...[PRIVATE_KEY, PUBLIC_KEY].filter((key) => !given.has(key)),
    ],
  };
}

/**
 * Reads the secret values of an environment from a file, and generates those that it lacks: passwords, and an RSA key pair. Nothing is
 * written yet. What the file holds is never changed, only added to.
 *
 * @param file path of the YAML file: a mapping from name to value.
 * @param environment where there are servers and databases that need passwords.
 * @throws UserError that names the file and the key, never a value, if the file cannot be read, or it or a value is malformed.
 */
export function completeSecrets(file: string, environment: EnvironmentOfSecrets): CompletedSecrets {
  const text = readText(file);
  const given = parse(file, text ?? '');
  const added: Record<string, string> = {};
  const generate = (key: string): string => {
    // Hexadecimal digits need no quotes, whatever they are written into.
    const password = randomBytes(24).toString('hex');
    added[key] = password;
    return password;
  };
  const passwords = passwordsOf(
    loginsOf(file, given, environment).map((login) => ({ ...login, password: login.password ?? generate(login.key) })),
  );
  const { privateKey, publicKey } = completeKeyPair(file, given, generateKeyPair);
  if (!given.has(PRIVATE_KEY)) {
    added[PRIVATE_KEY] = privateKey;
  }
  if (!given.has(PUBLIC_KEY)) {
    added[PUBLIC_KEY] = publicKey;
  }
  const content = addTo(file, text, given, added);
  return {
    values: { passwords, jwt: { privateKey, publicKey, keyId: jwkThumbprint(privateKey) } },
    generated: Object.keys(added),
    store: () => store(file, text, content),
  };
}

/**
 * The thumbprint of an RSA public key, by which a verifier finds it in a set of keys: SHA-256 over the key's required members in
 * alphabetical order, without blanks, in URL-safe base64 (RFC 7638).
 *
 * @param key the public key, or the private one that it belongs to, in PEM.
 */
export function jwkThumbprint(key: string): string {
  const { e, kty, n } = createPublicKey(key).export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
}

function problem(file: string, what: string, remedy: string): UserError {
  return new UserError(`${file}: ${what} ${remedy} The file was left as it is.`);
}

/** The file's text, byte for byte; undefined if it is not there. */
function readText(file: string): string | undefined {
  const target = followLink(file);
  if (statOf(target) === undefined) {
    return undefined;
  }
  const bytes = naming(file, 'cannot be read', () => readFileSync(target));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw problem(file, 'not UTF-8: a value in it would not arrive as it was meant.', 'Save it as UTF-8.');
  }
}

/**
 * The values by name. Whatever is wrong, no error says more of the text than names that are known, and numbers of lines: a
 * value may stand anywhere in what is malformed.
 */
function parse(file: string, text: string): Map<string, string> {
  let documents: unknown[];
  try {
    documents = loadAll(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) {
      throw error;
    }
    // Not the exception's own words: it quotes the line, or what it takes for an alias or a tag, and so a secret.
    const line = error.mark === undefined ? '' : ` in line ${error.mark.line + 1}`;
    throw problem(
      file,
      `not YAML${line}.`,
      'Mend it (a value with other characters than letters and digits must be in quotes, a name stand once), or move the file away to have new values generated.',
    );
  }
  const [content = null] = documents;
  if (content === null && documents.length < 2) {
    return new Map();
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content) || documents.length > 1) {
    throw problem(file, 'not one mapping from names to values.', `Write lines such as "${REDIS_KEY}: ...".`);
  }
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(content)) {
    // A password of a user or a service that has gone may stay.
    if (!KNOWN_KEYS.test(key)) {
      throw problem(
        file,
        `a name that is not known${lineOf(key, text)}.`,
        `Known are ${databaseKey('USER')}, ${REDIS_KEY}, ${PRIVATE_KEY} and ${PUBLIC_KEY}.`,
      );
    }
    values.set(key, checkValue(file, key, value));
  }
  return values;
}

/** The line in which a name stands; empty where it cannot be found, as with one that is written with escapes. */
function lineOf(key: string, text: string): string {
  const index = text.split('\n').findIndex((line) => line.trimStart().replace(/^["']/, '').startsWith(key));
  return index === -1 ? '' : ` in line ${index + 1}`;
}

function checkValue(file: string, key: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw problem(
      file,
      `${key}: the value is not a text, or empty.`,
      'Put it in quotes, or remove the name to have one generated.',
    );
  }
  if (key === PRIVATE_KEY || key === PUBLIC_KEY) {
    return value;
  }
  // \p{Cs}: half a character, which no encoding can write.
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(value)) {
    throw problem(
      file,
      `${key}: has a control character, such as a line break or a tab, which the configuration of a server cannot hold.`,
      'Choose a password without, and change it on the server too if it is in use.',
    );
  }
  if (Buffer.byteLength(value) > MAX_PASSWORD_BYTES) {
    throw problem(
      file,
      `${key}: ${Buffer.byteLength(value)} bytes long, and servers take no more than ${MAX_PASSWORD_BYTES}.`,
      'Choose a shorter password.',
    );
  }
  return value;
}

/** What decides which passwords an environment has. */
type EnvironmentOfSecrets = Pick<Environment, 'name' | 'services' | 'postgres' | 'redis'>;

/** Who logs in to a server: a user of a PostgreSQL, or whoever has the password of a Redis. */
interface Login {
  readonly server: string;
  readonly user?: string;
  /** Name of the password in the file. */
  readonly key: string;
  /** Undefined where there is none yet. */
  readonly password: string | undefined;
}

/** Everybody who logs in: every user and every owner of a database, and to every Redis. */
function loginsOf(file: string, given: ReadonlyMap<string, string>, environment: EnvironmentOfSecrets): Login[] {
  const [firstPostgres] = environment.postgres;
  const logins = new Map<string, Login & { readonly formerKeys: readonly string[] }>();
  const add = (server: string, user: string, formerKey?: string): void => {
    const isFirst = server === firstPostgres.name;
    const key = isFirst ? databaseKey(user) : furtherDatabaseKey(server, user);
    const known = logins.get(key);
    if (known !== undefined && (known.server !== server || known.user !== user)) {
      throw new Error(
        `Environment ${environment.name}: ${user} of ${server} and ${known.user ?? ''} of ${known.server} would both have the password ${key} in the file of secrets. Rename one.`,
      );
    }
    // Earlier versions had one server.
    const formerKeys = [...(known?.formerKeys ?? []), ...(isFirst && formerKey !== undefined ? [formerKey] : [])];
    logins.set(key, { server, user, key, password: given.get(key), formerKeys });
  };
  for (const { service, server, database } of databasesOf(environment)) {
    add(server.name, database.username, formerDatabaseKey(service));
    add(server.name, database.owner);
  }
  return [
    ...[...logins.values()].map((login) => ({
      ...login,
      password: login.password ?? formerPassword(file, given, login),
    })),
    ...environment.redis.map(({ name }, index) => {
      const key = index === 0 ? REDIS_KEY : furtherRedisKey(name);
      return { server: name, key, password: given.get(key) };
    }),
  ];
}

/** The password by the name that it had in earlier versions: its service's. */
function formerPassword(
  file: string,
  given: ReadonlyMap<string, string>,
  { user = '', key, formerKeys }: Login & { readonly formerKeys: readonly string[] },
): string | undefined {
  const former = formerKeys.filter((formerKey) => given.has(formerKey));
  if (new Set(former.map((formerKey) => given.get(formerKey))).size > 1) {
    throw problem(
      file,
      `${former.join(' and ')} differ, but their services log in as one user, ${user}.`,
      `Add ${key} with the one that the server has.`,
    );
  }
  return given.get(former[0] ?? '');
}

/** The passwords that there are. */
function passwordsOf(logins: readonly Login[]): Passwords {
  const databases = new Map<string, Map<string, string>>();
  const redis = new Map<string, string>();
  for (const { server, user, password } of logins) {
    if (password !== undefined && user === undefined) {
      redis.set(server, password);
    } else if (password !== undefined && user !== undefined) {
      databases.set(server, (databases.get(server) ?? new Map<string, string>()).set(user, password));
    }
  }
  return { databases, redis };
}

interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

function generateKeyPair(): KeyPair {
  return generateKeyPairSync('rsa', {
    modulusLength: MIN_RSA_BITS,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

function completeKeyPair(file: string, given: ReadonlyMap<string, string>, generate: () => KeyPair): KeyPair {
  const privateKey = given.get(PRIVATE_KEY);
  const publicKey = given.get(PUBLIC_KEY);
  if (privateKey === undefined) {
    if (publicKey !== undefined) {
      throw problem(file, `${PUBLIC_KEY} stands without ${PRIVATE_KEY}.`, 'Add its private key, or remove it.');
    }
    return generate();
  }
  const derived = derivePublicKey(file, privateKey);
  if (publicKey !== undefined && normalizePem(publicKey) !== normalizePem(derived)) {
    throw problem(
      file,
      `${PUBLIC_KEY} does not belong to ${PRIVATE_KEY}, or is not SPKI in PEM.`,
      'Remove it to have it derived.',
    );
  }
  return { privateKey, publicKey: publicKey ?? derived };
}

function derivePublicKey(file: string, privatePem: string): string {
  const remedy = `Make one with "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:${MIN_RSA_BITS}", or remove both keys to have them generated.`;
  const invalid = problem(
    file,
    `${PRIVATE_KEY}: not an unencrypted RSA key of at least ${MIN_RSA_BITS} bits, as PKCS#8 in PEM.`,
    remedy,
  );
  // "BEGIN RSA PRIVATE KEY" is PKCS#1, which Spring does not read.
  if (!privatePem.trimStart().startsWith('-----BEGIN PRIVATE KEY-----')) {
    throw invalid;
  }
  try {
    const key = createPrivateKey(privatePem);
    if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS) {
      return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
    }
  } catch {
    // OpenSSL's own message says nothing that helps here.
  }
  throw invalid;
}

function normalizePem(pem: string): string {
  return pem.replace(/\s+/g, '');
}

/** The file's text with further values at its end; undefined where there are none. */
function addTo(
  file: string,
  before: string | undefined,
  given: ReadonlyMap<string, string>,
  added: Readonly<Record<string, string>>,
): string | undefined {
  if (Object.keys(added).length === 0) {
    return undefined;
  }
  const separator = before === undefined || before === '' || before.endsWith('\n') ? '' : '\n';
  const content = `${before ?? HEADER}${separator}${toYaml(added)}`;
  // A mapping in braces cannot be added to at the end.
  let complete = false;
  try {
    const written = parse(file, content);
    const expected = new Map([...given, ...Object.entries(added)]);
    complete = written.size === expected.size && [...expected].every(([key, value]) => written.get(key) === value);
  } catch {
    // Said below.
  }
  if (!complete) {
    throw problem(
      file,
      `lacks ${Object.keys(added).join(', ')}, which cannot be added at its end.`,
      'Add them, or write one name to a line.',
    );
  }
  return content;
}

function store(file: string, before: string | undefined, content: string | undefined): boolean {
  if (content === undefined) {
    forOwnerOnly(file);
    return true;
  }
  makeFolder(dirname(file), 0o700);
  const target = followLink(file);
  return withLock(`${target}.lock`, () => {
    if (readText(file) !== before) {
      return false;
    }
    const temporary = besides(target);
    try {
      naming(file, 'cannot be written', () => {
        // What was generated may be a server's password a moment later: it must not be lost.
        writeNewFile(temporary, content, { mode: 0o600, durable: true });
        renameSync(temporary, target);
      });
    } finally {
      rmSync(temporary, { force: true });
    }
    return true;
  });
}

/** Takes away what others may do with the file. */
function forOwnerOnly(file: string): void {
  naming(file, 'can be read by others, and that cannot be changed', () => {
    if ((statSync(file).mode & 0o077) !== 0) {
      chmodSync(file, 0o600);
    }
  });
}
