// How a secret is recognized: by the name it is given, or by its own look. Not a policy, but what two of them share.

/** A name that ends so is a secret's; `_FILE`, `_TTL`, `_URL` and the like are not. */
const WORDS =
  'password|passwd|_pwd|passphrase|secret|token|credentials?|api[_.-]?key|access[_.-]?key|private[_.-]?key|secret[_.-]?key|encryption[_.-]?key|signing[_.-]?key';

/** RE2: the name of a variable or key that holds a secret. */
export const SECRET_NAME = `(?i)(?:${WORDS})$`;

/** RE2: what such a variable may hold all the same: a switch, or a reference that is filled in later. */
export const HARMLESS_VALUE =
  '^(?:(?i:true|false|yes|no|on|off|none|null|required|optional|enabled|disabled)|\\$\\([A-Za-z_][\\w.-]*\\)|\\$\\{[^{}]*\\})$';

/** RE2: a private key, an address with a password in it, tokens of well-known makers. */
export const SECRET_VALUE =
  '-----BEGIN [A-Z ]*PRIVATE KEY|://[^/\\s:@$]*:[^/\\s:@$(]+@|\\bAKIA[0-9A-Z]{16}\\b|\\bgh[pousr]_[A-Za-z0-9]{36}|\\bxox[abprs]-[0-9A-Za-z-]{10}|\\beyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}\\.';

/** RE2: a line of a configuration file that sets a secret. */
export const SECRET_LINE = `(?i)(?:${WORDS})["']?[ \\t]*[:=][ \\t]*["']?[^\\s"'$%{}<(\\[&*!|>,;#]`;

/** RE2: what every text that SECRET_LINE or SECRET_VALUE matches contains, and quick to look for. */
export const SUSPICIOUS = '(?i)pass|pwd|secret|token|key|cred|://|AKIA|gh[pousr]_|xox|eyJ';
