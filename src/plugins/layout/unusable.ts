/** Says that a path cannot be used as an image layout in a tar. */
export function unusable(path: string, problem: string, cause?: unknown): Error {
  return new Error(`Cannot use ${JSON.stringify(path)} as an OCI archive: ${problem}`, { cause });
}
