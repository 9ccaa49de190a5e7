import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

/**
 * Whether a password is the one that PostgreSQL keeps a SCRAM verifier of, in its form
 * `SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY` (PostgreSQL's documentation, pg_authid; RFC 5802). So no login is
 * needed to find out, and none is logged.
 */
export function scramMatches(verifier: string, password: string): boolean {
  const parts = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/.exec(verifier);
  if (parts === null) return false;
  const [, iterations = '', salt = '', storedKey = ''] = parts;
  // SASLprep, as PostgreSQL does it, is NFKC for all that is likely in a password.
  const salted = pbkdf2Sync(password.normalize('NFKC'), Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const expected = createHash('sha256').update(clientKey).digest();
  const stored = Buffer.from(storedKey, 'base64');
  return stored.length === expected.length && timingSafeEqual(stored, expected);
}
