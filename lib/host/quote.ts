/**
 * One quoting function for each language that is generated as text. They refuse what the language cannot hold on one
 * line, so that no name can end a comment or a statement. No error shows the text: it may be a password.
 */

function oneLine(text: string, language: string): string {
  // Control characters are what can break out of a line; no name of anything here has one.
  // eslint-disable-next-line no-control-regex -- they are the point
  if (/[\u0000-\u001f\u007f]/.test(text)) {
    throw new Error(
      `A text of ${text.length} characters has a control character, and cannot be written into ${language}: use one without it.`,
    );
  }
  return text;
}

/** A word of a POSIX shell. */
export function shellWord(text: string): string {
  const line = oneLine(text, 'a shell script');
  return /^[\w@%+=:,./-]+$/.test(line) ? line : `'${line.replaceAll("'", `'\\''`)}'`;
}

/** A command line of a POSIX shell. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/** An SQL string. PostgreSQL's `standard_conforming_strings` is on by default, so a backslash is only a backslash. */
export function sqlString(text: string): string {
  return `'${oneLine(text, 'SQL').replaceAll("'", "''")}'`;
}

/** An SQL identifier. */
export function sqlName(text: string): string {
  return `"${oneLine(text, 'SQL').replaceAll('"', '""')}"`;
}

/** A value for psql's `\set`: in single quotes psql reads C-like escapes. */
export function psqlString(text: string): string {
  return `'${oneLine(text, 'a psql script').replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** A string in Redis' configuration and on a line of its inline protocol: both read C-like escapes in double quotes. */
export function redisString(text: string): string {
  return `"${oneLine(text, "Redis' configuration").replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/**
 * A name in pg_hba.conf. Quoted always: quoting takes the special meaning from `all`, `replication` and `samerole`
 * (PostgreSQL's documentation, "The pg_hba.conf File"). The file has no escape for a double quote before PostgreSQL 16.
 */
export function hbaName(text: string): string {
  if (text.includes('"')) {
    throw new Error(`${JSON.stringify(text)} has a double quote: pg_hba.conf cannot name it; choose another name.`);
  }
  return `"${oneLine(text, 'pg_hba.conf')}"`;
}

/** A string in a JSON-like double-quoted form that nftables takes as a comment. nftables has no escape in it. */
export function nftString(text: string): string {
  if (text.includes('"')) {
    throw new Error(`${JSON.stringify(text)} has a double quote: an nftables comment cannot hold it.`);
  }
  return `"${oneLine(text, 'an nftables rule')}"`;
}
