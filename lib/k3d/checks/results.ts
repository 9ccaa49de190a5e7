import type { Fix, Result } from '../doctor';

export function ok(found: string): Result {
  return { status: 'ok', found };
}

export function problem(found: string, why: string, remedy: readonly string[], fix?: Fix): Result {
  return { status: 'problem', found, why, remedy, ...(fix === undefined ? {} : { fix }) };
}

export function couldNotRun(found: string, ...remedy: readonly string[]): Result {
  return { status: 'could-not-run', found, remedy };
}
