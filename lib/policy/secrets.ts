import { celString } from './cel';
import { ANNOTATION_PREFIX } from './exceptions';

// What a secret looks like, once for all that may hold one: a name and its value, or a text. All patterns are RE2, as on the API server,
// which counts their length against what an expression may cost.

/** Words that stand for a secret, at the end of a name in any spelling: `db.password`, `trustStorePassword`, `DB_PASSWORD`. */
const WORDS =
  'passw(?:or)?d|_pwd|passphrase|[_.-]pass|secret|credentials?|(?:api|access|private|secret|encrypt(?:ion)?|signing|storage|account|shared|master|auth|session|license|hmac|webhook)[_.-]?key';

/** A word that stands for a secret unless what is given to it is a number: `MAX_TOKEN` counts. */
const COUNTED = 'token';

/** What may follow such a word in a name that stands for a secret all the same. */
const FURTHER = '(?:[_.-]?(?:old|new|base|prev(?:ious)?|current|value|primary|secondary|\\d+))*';

/** Names that end in such a word, and name an object or a file (Confluent's images): `TLS_SECRET`, `KAFKA_SSL_KEY_CREDENTIALS`. */
const OTHER_NAMES = '(?i)(?:tls|pull|registry)[_.-]?secret$|(?:store|ssl[_.-]key)[_.-]credentials$';

/** What is given to such a name and is no secret: these words alone. */
const SWITCHES = ['true', 'false', 'yes', 'no', 'none', 'null'];

/** What is given to such a name and is no secret: where one is kept, a header's name, a variable of a program. */
const REFERENCES = ['file:', 'classpath:', 'http:', 'https:', 'x-', 'process.env'];

/** The same, where the name and its value stand alone; and what is encrypted. */
const FURTHER_HARMLESS = 'on|off|required|optional|enabled|disabled|(?:vault|arn|op|secretref):.*|enc\\(.*\\)';

/** Ends of the names of files that hold a key or more. */
const FILES = 'jks|p12|pfx|pem|key|crt|cer|creds|txt|json|ya?ml|properties';

/** What ends a value that is not in quotes, as it stands in a class of characters. */
const END = `"',;&}\\\\\\s`;

/** Begins a value in a text that is a reference, filled in later; a path, a list, a comment; or none. Digits are dealt with apart. */
const NO_START = `${END}\\d$%{<()\\[\\]*!|>#=\`/~.`;

/** RE2: the begin of a text that begins with none of the REFERENCES and with no character of NO_START, and is none of the SWITCHES. */
function otherBegin(): string {
  const branch = (words: readonly string[], depth: number): string => {
    const complete = words.some((word) => word.length === depth);
    const next = [...new Set(words.map((word) => word.charAt(depth)))].filter((char) => char !== '');
    const escaped = next.map((char) => (/\w/.test(char) ? char : `\\${char}`));
    const others = `[^${depth === 0 ? NO_START : complete ? END : ''}${escaped.join('')}]`;
    const longer = next.flatMap((char, index) => {
      const below = words.filter((word) => word.charAt(depth) === char);
      const isReference = below.some((word) => word.length === depth + 1 && REFERENCES.includes(word));
      return isReference ? [] : [`${escaped[index] ?? ''}${branch(below, depth + 1)}`];
    });
    return next.length === 0 ? others : `(?:${[others, ...longer].join('|')})`;
  };
  return branch([...SWITCHES, ...REFERENCES], 0);
}

const SEPARATOR = `\\\\?["']?[ \\t]*(?::=|=>|[:=])[ \\t]*\\\\?["']?`;

/**
 * RE2: a text that gives a value to a name that stands for a secret, in whatever language: properties, YAML, JSON, an option, a URL.
 * Comments do not count, nor does what a program calls or looks up.
 */
const ASSIGNMENT = [
  `(?im)^[ \\t]*(?:[^#/;*\\s][^#\\n]*)?(?:`,
  `(?:${WORDS}|${COUNTED})${FURTHER}(?:${SEPARATOR}${otherBegin()}[\\w.]*(?:[^\\w.(\\[]|$)|[ \\t]*:[ \\t]*[|>][-+]?\\n[ \\t]+\\S)`,
  `|(?:${WORDS})${FURTHER}${SEPARATOR}\\d`,
  `|${COUNTED}${FURTHER}${SEPARATOR}\\d+[^\\d${END}])`,
].join('');

/** RE2: an option of a command line and its value, with a blank between them or as two words. */
const OPTION = `(?i)(?:^|\\s)--[\\w.-]*(?:${WORDS}|${COUNTED})[ \\n]+["']?[^\\s"'$%{<(/-]`;

/** RE2: a text that has the form of a secret: a private key, tokens of well-known makers. */
const FORM = [
  '-----BEGIN [A-Z ]*PRIVATE KEY',
  '\\bA[KS]IA[0-9A-Z]{16}\\b|\\bAIza[\\w-]{35}|\\bGOCSPX-[\\w-]{20}',
  '\\bgh[pousr]_\\w{36}|\\bgithub_pat_\\w{20}|\\bglpat-[\\w-]{20}|\\bnpm_\\w{36}',
  '\\bxox[abeprs]-[\\w-]{10}|hooks\\.slack\\.com/services/T\\w+/B\\w+/\\w',
  '\\b[sr]k_live_\\w{16}|\\bwhsec_\\w{20}|\\bSG\\.[\\w-]{16,}\\.[\\w-]{16}|\\bhv[sb]\\.\\w{24}',
  '\\beyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}\\.',
].join('|');

/** RE2: an address with a password in it. */
const ADDRESS = '://[^/\\s:@$]*:[^/\\s:@$({<%*][^/\\s:@]*@';

/** RE2: the name of a variable or a key that stands for a secret. */
const SECRET_NAME = `(?i)(?:${WORDS}|${COUNTED})${FURTHER}$`;
/** RE2: what every such name contains, and every text that gives one a value; quick to look for where there are thousands. */
export const SUSPICIOUS_NAME = '(?i)pass|pwd|secret|token|cred|[a-z][_.-]?key';
const COUNTED_NAME = `(?i)${COUNTED}${FURTHER}$`;

/** RE2: what such a variable may hold all the same. */
const HARMLESS_VALUE = `(?i)^(?:${[
  ...SWITCHES,
  FURTHER_HARMLESS,
  ...REFERENCES.map((text) => `${text.replace(/[.()]/g, '\\$&')}[^=]*`),
  '\\$\\([\\w.-]+\\)|\\$\\{.*\\}|\\{\\w+\\}.*|\\{\\{.*\\}\\}.*|<.*>|\\*+',
  `\\.{0,2}/.*|[\\w./-]+\\.(?:${FILES})`,
].join('|')})$`;

/** RE2: what every text of such a form contains, and quick to look for. */
export const SUSPICIOUS_FORM =
  '(?i)private key|a[ks]ia|aiza|gh[pousr]_|github_|glpat|npm_|xox|slack|_live_|whsec|gocspx|sg\\.|hv[sb]\\.|eyj';

const contains = (quick: string, pattern: string, text: string): string =>
  `(${text}.matches(${celString(quick)}) && ${text}.matches(${celString(pattern)}))`;
const isAssignment = (text: string): string => contains(SUSPICIOUS_NAME, ASSIGNMENT, text);
const isHarmless = (value: string): string => `${value}.matches(${celString(HARMLESS_VALUE)})`;

/** CEL: whether a text has the form of a secret. */
export function hasForm(text: string): string {
  const isAddress = `(${text}.contains('@') && ${text}.contains('://') && ${text}.matches(${celString(ADDRESS)}))`;
  return `(${contains(SUSPICIOUS_FORM, FORM, text)} || ${isAddress})`;
}

/** CEL: whether a command line, each word on a line of its own, holds a secret. */
export function lineHoldsSecret(text: string): string {
  return `(${hasForm(text)} || ${isAssignment(text)} || ${contains(SUSPICIOUS_NAME, OPTION, text)})`;
}

/** CEL: whether the value of a name is a secret, by what the name stands for. */
export function isNamedSecret(name: string, value: string): string {
  return `(${[
    `${value} != ''`,
    `${name}.matches(${celString(SUSPICIOUS_NAME)})`,
    `${name}.matches(${celString(SECRET_NAME)})`,
    `!${name}.matches(${celString(OTHER_NAMES)})`,
    `!${isHarmless(value)}`,
    `!(${name}.matches(${celString(COUNTED_NAME)}) && ${value}.matches('^[0-9]+$'))`,
  ].join(' && ')})`;
}

/** CEL: whether a text holds a secret. */
export function holdsSecret(text: string): string {
  return `(${hasForm(text)} || (${isAssignment(text)} && !${isHarmless(text)}))`;
}

/** CEL: the annotations of an object that hold secrets. kubectl's own repeats the object, and one named `.../secret` names a Secret. */
export function annotationsWithSecret(metadata: string): string {
  const value = `${metadata}.annotations[k]`;
  const holds = `(!k.endsWith('secret') && !k.startsWith('${ANNOTATION_PREFIX}') && ${isNamedSecret('k', value)}) || ${holdsSecret(value)}`;
  return `!has(${metadata}.annotations) ? [] : ${metadata}.annotations.filter(k, k != 'kubectl.kubernetes.io/last-applied-configuration' && (${holds}))`;
}
