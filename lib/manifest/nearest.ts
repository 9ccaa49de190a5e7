// What somebody meant who wrote a name that nobody knows.

/** Every short name is near to every other: a mistake or two, and of no more than a third of the name. */
const MOST_EDITS = 2;

/** The candidate whose name is near to the one that was written, whatever the case of its letters; undefined where none is. */
export function nearest<T>(written: string, candidates: readonly T[], nameOf: (candidate: T) => string): T | undefined {
  const found = closest(written, candidates, nameOf);
  return found !== undefined && found.edits <= Math.min(MOST_EDITS, nameOf(found.candidate).length / 3)
    ? found.candidate
    : undefined;
}

/** The candidate that is the least far from what was written, however far that is; of several the first. */
export function closest<T>(
  written: string,
  candidates: readonly T[],
  nameOf: (candidate: T) => string,
): { readonly candidate: T; readonly edits: number } | undefined {
  const name = written.toLowerCase();
  return candidates
    .map((candidate) => ({ candidate, edits: editsBetween(nameOf(candidate).toLowerCase(), name) }))
    .toSorted((a, b) => a.edits - b.edits)[0];
}

/** Levenshtein's distance. */
function editsBetween(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
