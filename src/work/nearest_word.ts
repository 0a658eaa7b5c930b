/** A question for the end of a sentence about a word that is none of the candidates; nothing when none is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = nearestWord(word, candidates);
  return meant === undefined ? "" : `, did you mean ${JSON.stringify(meant)}?`;
}

/**
 * Finds what a mistyped word was meant to be: the candidate that is the fewest edits away, if those are at most two or
 * a third of the word, and one in a short word; or else the first one that begins with it. Two neighbours that changed
 * places are one edit.
 */
export function nearestWord(word: string, candidates: readonly string[]): string | undefined {
  const limit = word.length < 5 ? 1 : Math.max(2, Math.floor(word.length / 3));
  let nearest: string | undefined;
  let least = limit + 1;
  for (const candidate of candidates) {
    // Cheap, and keeps a very long word from making a very large table.
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const edits = editDistance(word, candidate);
    if (edits < least) [nearest, least] = [candidate, edits];
  }
  if (nearest !== undefined || word.length < 2) return nearest;
  return candidates.find((candidate) => candidate.startsWith(word));
}

/** Damerau's distance in its short form: no part is edited twice. */
function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = cell(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped = row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
        ? cell(beforeLast, column - 2) + 1
        : Infinity;
      current.push(Math.min(cell(last, column) + 1, cell(current, column - 1) + 1, replaced, swapped));
    }
    [beforeLast, last] = [last, current];
  }
  return cell(last, b.length);
}

function cell(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
