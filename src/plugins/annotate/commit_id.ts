const COMMIT_ID_REGEXP = /^(?!0+$)(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Tells whether a text is the full name of a git object: 40 or 64 of `0-9a-f`, not all of them zero. */
export function isCommitId(text: string): boolean {
  return COMMIT_ID_REGEXP.test(text);
}
