/** How a registry is talked to unless the user says otherwise. It has no imports, since every start reads it. */
export const REGISTRY_DEFAULTS = {
  /** How many blobs are sent or fetched at a time. */
  concurrency: 4,
  /** How often a failed request is repeated. */
  retries: 5,
  /** How long a request may make no progress, in milliseconds. */
  timeout: 60_000,
  /** How long all waits between the repetitions of one request may take together, in milliseconds. */
  retryBudget: 5 * 60_000,
} as const;

/**
 * How long the answer to an upload may take, in milliseconds. After the last byte of a large blob a registry may take
 * long to move it to its place.
 *
 * @param timeout How long a request may make no progress, in milliseconds.
 */
export function answerLimit(timeout: number): number {
  return 5 * timeout;
}
