/**
 * Objects that an engine has found nothing wrong with, by a digest of the object, the policies and the kinds: all that the answer depends
 * on. For each, by what it must be one of a kind. These last as long as the process; bin/run.cjs puts others in their place, which outlast
 * it. Nothing is kept of an object that something is wrong with, such as one that holds a secret.
 */
export const passedObjects: Pick<Map<string, readonly string[]>, 'get' | 'set'> = new Map();
