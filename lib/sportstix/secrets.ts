import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { loadAll, YAMLException } from 'js-yaml';
import { isErrorCode } from '../synth/output';
import { toYaml } from '../synth/yaml';
import type { ServiceSpec } from './catalogue';

/** The secret values of an environment. */
export interface SecretValues {
  /** Password of PostgreSQL's superuser, as which Flyway migrates. */
  readonly postgresPassword: string;
  /** Service to the password of its database's user. */
  readonly databasePasswords: Readonly<Record<string, string>>;
  /** Key pair that signs JWTs. */
  readonly jwt: {
    /** PKCS#8, PEM. */
    readonly privateKey: string;
    /** SPKI, PEM. */
    readonly publicKey: string;
  };
}

const POSTGRES_KEY = 'postgres-password';
const PRIVATE_KEY = 'jwt-private-key';
const PUBLIC_KEY = 'jwt-public-key';
const DATABASE_SUFFIX = '-db-password';
const MIN_RSA_BITS = 2048;

const HEADER =
  '# Secret values of one environment, read by every synth. Not for git. Values may be changed here;\n' +
  '# one that is missing is generated and added at the end.\n';

/**
 * Reads the secret values of an environment from a file, and first generates those that it lacks: passwords, and an RSA key
 * pair. The file is readable by its owner only. What it holds is never changed.
 *
 * @param file path of the YAML file: a mapping from name to value.
 * @param services the services whose databases need passwords.
 * @returns the values, and the names of those that were generated.
 * @throws Error that names the file and the key, never a value, if the file or a value is malformed; the file stays as it was.
 */
export function loadSecrets(
  file: string,
  services: readonly ServiceSpec[],
): { readonly values: SecretValues; readonly generated: readonly string[] } {
  const databases = services.filter((service) => service.kind === 'spring' && service.database !== undefined);
  const passwordKeys = [POSTGRES_KEY, ...databases.map(({ name }) => name + DATABASE_SUFFIX)];
  const text = readIfExists(file);
  const given = parse(file, text ?? '');
  checkKeys(file, given);

  const generated: Record<string, string> = {};
  for (const key of passwordKeys.filter((name) => !given.has(name))) {
    generated[key] = randomBytes(24).toString('hex');
  }
  Object.assign(generated, completeKeyPair(file, given));

  const all = new Map([...given, ...Object.entries(generated)]);
  if (Object.keys(generated).length > 0) {
    if (!save(file, text, toYaml(generated), all)) {
      return loadSecrets(file, services); // Another synth was first: its values hold.
    }
  } else {
    chmodSync(file, 0o600);
  }
  const value = (key: string): string => all.get(key) ?? '';
  return {
    generated: Object.keys(generated),
    values: {
      postgresPassword: value(POSTGRES_KEY),
      databasePasswords: Object.fromEntries(databases.map(({ name }) => [name, value(name + DATABASE_SUFFIX)])),
      jwt: { privateKey: value(PRIVATE_KEY), publicKey: value(PUBLIC_KEY) },
    },
  };
}

function problem(file: string, what: string, remedy: string): Error {
  return new Error(`${file}: ${what} ${remedy} The file was left as it is.`);
}

function readIfExists(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  }
}

function parse(file: string, text: string): Map<string, string> {
  let documents: unknown[];
  try {
    documents = loadAll(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) {
      throw error;
    }
    // Not the exception's own message: it quotes the line, and so a secret.
    const line = error.mark === undefined ? '' : ` in line ${error.mark.line + 1}`;
    throw problem(file, `not YAML: ${error.reason}${line}.`, 'Mend it, or move it away to have new values generated.');
  }
  const [content = null] = documents;
  if (content === null && documents.length < 2) {
    return new Map();
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content) || documents.length > 1) {
    throw problem(file, 'not one mapping from names to values.', `Write lines such as "${POSTGRES_KEY}: ...".`);
  }
  return new Map(
    Object.entries(content).map(([key, value]: [string, unknown]) => {
      if (typeof value !== 'string' || value === '') {
        throw problem(
          file,
          `${key}: the value is not a text, or empty.`,
          'Put it in quotes, or remove the key to have one generated.',
        );
      }
      return [key, value];
    }),
  );
}

function checkKeys(file: string, given: ReadonlyMap<string, string>): void {
  for (const key of given.keys()) {
    // A password of a service that left the catalogue may stay.
    if (![POSTGRES_KEY, PRIVATE_KEY, PUBLIC_KEY].includes(key) && !key.endsWith(DATABASE_SUFFIX)) {
      throw problem(
        file,
        `${key}: no such secret.`,
        `Known are ${POSTGRES_KEY}, SERVICE${DATABASE_SUFFIX}, ${PRIVATE_KEY} and ${PUBLIC_KEY}.`,
      );
    }
  }
}

/** The keys of the pair that are missing. */
function completeKeyPair(file: string, given: ReadonlyMap<string, string>): Record<string, string> {
  const privatePem = given.get(PRIVATE_KEY);
  const publicPem = given.get(PUBLIC_KEY);
  if (privatePem === undefined) {
    if (publicPem !== undefined) {
      throw problem(file, `${PUBLIC_KEY} stands without ${PRIVATE_KEY}.`, 'Add its private key, or remove it.');
    }
    const pair = generateKeyPairSync('rsa', {
      modulusLength: MIN_RSA_BITS,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    return { [PRIVATE_KEY]: pair.privateKey, [PUBLIC_KEY]: pair.publicKey };
  }
  const derived = derivePublicKey(file, privatePem);
  if (publicPem === undefined) {
    return { [PUBLIC_KEY]: derived };
  }
  if (normalizePem(publicPem) !== normalizePem(derived)) {
    throw problem(
      file,
      `${PUBLIC_KEY} does not belong to ${PRIVATE_KEY}, or is not SPKI in PEM.`,
      'Remove it to have it derived.',
    );
  }
  return {};
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

/** Adds to the file, or makes it. False if another process made it in the meantime. */
function save(
  file: string,
  before: string | undefined,
  addition: string,
  expected: ReadonlyMap<string, string>,
): boolean {
  const separator = before === undefined || before === '' || before.endsWith('\n') ? '' : '\n';
  const content = `${before ?? HEADER}${separator}${addition}`;
  // A mapping in braces cannot be added to at the end.
  let complete = false;
  try {
    const written = parse(file, content);
    complete = written.size === expected.size && [...expected].every(([key, value]) => written.get(key) === value);
  } catch {
    // Said below.
  }
  if (!complete) {
    throw problem(
      file,
      `lacks ${[...parse(file, addition).keys()].join(', ')}, which cannot be added at its end.`,
      'Add them, or write one name to a line.',
    );
  }
  const temporary = `${file}.${process.pid}.tmp`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(temporary, content, { mode: 0o600 });
  try {
    if (before === undefined) {
      linkSync(temporary, file); // Fails where rename would replace what another process wrote.
    } else {
      renameSync(temporary, file);
    }
    return true;
  } catch (error) {
    if (isErrorCode(error, 'EEXIST')) {
      return false;
    }
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}
