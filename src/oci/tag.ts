/**
 * Tags: names that people give to manifests.
 *
 * @see {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests | OCI distribution-spec 1.1.1, Pulling manifests}
 */
const TAG_REGEXP = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const TAG_CHARACTER_REGEXP = /^[a-zA-Z0-9._-]$/;

/**
 * Checks a tag: 1 to 128 characters of `a-z A-Z 0-9 . _ -`, the first neither `.` nor `-`.
 *
 * @returns The same text.
 * @throws {SyntaxError} Says which character is wrong.
 */
export function parseTag(text: string): string {
  if (TAG_REGEXP.test(text)) return text;
  throw new SyntaxError(`Cannot parse tag ${JSON.stringify(text.slice(0, 140))}: ${problem(text)}`);
}

/** Tells whether a text is a tag that {@linkcode parseTag} accepts. */
export function isTag(text: string): boolean {
  return TAG_REGEXP.test(text);
}

function problem(text: string): string {
  if (text === "") return "it is empty";
  const wrong = Array.from(text).find((character) => !TAG_CHARACTER_REGEXP.test(character));
  if (wrong !== undefined) return `${JSON.stringify(wrong)} is not allowed in an OCI tag`;
  if (text.length > 128) return `it has ${text.length} characters, an OCI tag at most 128`;
  return `an OCI tag cannot begin with ${JSON.stringify(text.charAt(0))}`;
}
