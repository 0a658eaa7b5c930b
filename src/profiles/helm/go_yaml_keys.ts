/**
 * Compares keys as Go's YAML package sorts those of a map: letters after everything else, and numbers by their value.
 *
 * @see {@link https://github.com/yaml/go-yaml/blob/v2.4.4/sorter.go | go-yaml 2.4.4, sorter.go}
 */
export function compareGoKeys(left: string, right: string): number {
  const [a, b] = [[...left], [...right]];
  const isDigit = (characters: readonly string[], at: number): boolean => /^\p{Nd}$/u.test(characters[at] ?? "");
  for (let at = 0; at < a.length && at < b.length; at++) {
    const [one = "", other = ""] = [a[at], b[at]];
    if (one === other) continue;
    const [isLetter, isOtherLetter] = [LETTER_REGEXP.test(one), LETTER_REGEXP.test(other)];
    if (isLetter && isOtherLetter) return codeOf(one) - codeOf(other);
    if (isLetter || isOtherLetter) return isOtherLetter ? -1 : 1;
    const isInNumber = (one === "0" || other === "0") && hasNonZeroDigitBefore(a, at, isDigit);
    const first = numberAt(a, at, { isDigit, from: isInNumber ? 1n : 0n });
    const second = numberAt(b, at, { isDigit, from: isInNumber ? 1n : 0n });
    if (first.value !== second.value) return first.value < second.value ? -1 : 1;
    if (first.end !== second.end) return first.end - second.end;
    return codeOf(one) - codeOf(other);
  }
  return a.length - b.length;
}

const LETTER_REGEXP = /^\p{L}$/u;

type IsDigit = (characters: readonly string[], at: number) => boolean;

function hasNonZeroDigitBefore(characters: readonly string[], at: number, isDigit: IsDigit): boolean {
  for (let before = at - 1; before >= 0 && isDigit(characters, before); before--) {
    if (characters[before] !== "0") return true;
  }
  return false;
}

/** In 64 bits, like Go. */
function numberAt(
  characters: readonly string[],
  start: number,
  { isDigit, from }: { readonly isDigit: IsDigit; readonly from: bigint },
): { readonly value: bigint; readonly end: number } {
  let value = from;
  let end = start;
  for (; end < characters.length && isDigit(characters, end); end++) {
    value = BigInt.asIntN(64, value * 10n + BigInt(codeOf(characters[end] ?? "0") - 48));
  }
  return { value, end };
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
