import type { Violation } from './violation';

/** What is wrong with an object, as far as it does not follow from the object and the policy. */
export type KeptViolation = Pick<Violation, 'policy' | 'severity' | 'message' | 'fault' | 'path'>;

/** What an engine has said of an object. */
export interface Judged {
  /** By what it must be one of a kind. */
  readonly keys: readonly string[];
  readonly violations: readonly KeptViolation[];
}

/**
 * What engines have said of objects, by a digest of the object, the policies and the kinds: all that the answer depends on. It lasts as
 * long as the process; bin/run.cjs puts another one in its place, which outlasts it. Nothing is kept of an object that is found to hold a
 * secret.
 */
export const judgedObjects: Pick<Map<string, Judged>, 'get' | 'set'> = new Map();
