/**
 * Retries: what is worth another try, and when.
 *
 * p-retry is not used here: its timers cannot be replaced by a test's clock, it does not know `Retry-After`, and its
 * list of network errors is not ours, so all that would be left of it is the loop.
 */
import type { Call } from "../work/context.ts";
import type { Clock } from "../system/clock.ts";
import { REGISTRY_DEFAULTS } from "./defaults.ts";
import { hostKind } from "./http/address.ts";
import { RegistryError } from "./http/registry_error.ts";
import { ConnectionError, type ConnectionProblem } from "./http/transport.ts";
import { messageOf } from "../work/message_of.ts";

/** How patient a client is. */
export interface RetryPolicy {
  /** How often a failed request is repeated. 0 turns repeating off. */
  readonly retries: number;
  /** How long one operation may wait between its requests, in milliseconds and all in all. */
  readonly budget: number;
}

/** What the defaults say: their budget honours a `Retry-After: 120` in full, twice. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  retries: REGISTRY_DEFAULTS.retries,
  budget: REGISTRY_DEFAULTS.retryBudget,
};

/** What a {@linkcode Backoff} needs. */
export interface BackoffOptions {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  /** A number from 0 to 1, so that clients that failed together do not come back together. */
  readonly random?: () => number;
  /** What was said already: requests that fail together for the same reason are one line. */
  readonly said?: Set<string>;
}

/** Counts the failures of one operation. */
export interface Backoff {
  /**
   * Waits until it is time for the next attempt.
   *
   * @param worthIt Whether another attempt makes sense; {@linkcode isTemporary} of the error when left out.
   * @throws The error itself, when it does not or there were enough; the signal's reason, when it is aborted.
   */
  pause(error: unknown, call: Call, worthIt?: boolean): Promise<void>;
  /** Part of the work is done for good, so failures are counted anew. The budget of waiting stays as it is. */
  progress(): void;
}

/** Repeats an operation until it succeeds or its error is final. */
export async function retry<T>(operation: () => Promise<T>, options: BackoffOptions, call: Call): Promise<T> {
  const backoff = createBackoff(options);
  while (true) {
    try {
      return await operation();
    } catch (error) {
      await backoff.pause(error, call);
    }
  }
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;

/** Starts counting: the delay doubles from half a second to half a minute, less up to a half of it by chance. */
export function createBackoff({ policy, clock, random = Math.random, said = new Set() }: BackoffOptions): Backoff {
  let failures = 0;
  let attempts = 0;
  let budget = policy.budget;
  return {
    progress(): void {
      failures = 0;
    },
    async pause(error, call, worthIt = isTemporary(error)): Promise<void> {
      call.signal.throwIfAborted();
      attempts++;
      if (failures >= policy.retries || !worthIt) throw afterAttempts(error, attempts);
      const own = Math.min(FIRST_DELAY * 2 ** failures, LONGEST_DELAY);
      const asked = error instanceof RegistryError ? parseRetryAfter(error.retryAfter, clock.now()) : undefined;
      // Chance may only add to what the registry asks for.
      const delay = asked === undefined ? own * (1 - random() / 2) : asked + random() * Math.min(own, 1000);
      if (delay > budget) throw afterAttempts(error, attempts);
      failures++;
      budget -= delay;
      const message = messageOf(error);
      const count = `(${failures + 1} of ${policy.retries + 1})`;
      const say = said.has(`${message} ${count}`) ? call.log.debug : call.log.warn;
      said.add(`${message} ${count}`);
      say(`${message}; trying again in ${(delay / 1000).toFixed(1)} s ${count}`);
      await clock.wait(delay, call.signal);
    },
  };
}

/** Says of an error how often it was tried, when it was more than once. */
function afterAttempts(error: unknown, attempts: number): unknown {
  if (attempts === 1) return error;
  if (error instanceof RegistryError) return new RegistryError({ ...error, attempts }, { cause: error });
  if (!(error instanceof ConnectionError)) return error;
  return new ConnectionError(error.problem, `${error.message}, after ${attempts} attempts`, { ...error, cause: error });
}

/** Statuses that pass: overload, gateways, and a client's own request that came too slowly. */
const TEMPORARY_STATUSES: readonly number[] = [408, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524];

/** What a connection fails for again and again. */
const LASTING_PROBLEMS: readonly ConnectionProblem[] = [
  "unknown-host",
  "tls",
  "not-http",
  "certificate",
  "certificate-expired",
  "certificate-host",
  "client-certificate",
  "proxy",
  "blocked",
];

/** Tells whether an error may be gone at the next attempt. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof ConnectionError) {
    // What does not run on this very machine does not begin to by waiting for it.
    const isAbsent = error.problem === "refused" && error.peer !== undefined && hostKind(error.peer) === "loopback";
    return !isAbsent && !LASTING_PROBLEMS.includes(error.problem);
  }
  if (!(error instanceof RegistryError)) return false;
  if (TEMPORARY_STATUSES.includes(error.status)) return true;
  // GitHub answers 403 when requests come too fast.
  const words = [error.text, ...error.errors.map(({ message }) => message)].join(" ");
  return error.has("TOOMANYREQUESTS", "UNAVAILABLE") || error.status === 403 && /secondary rate limit/i.test(words);
}

/**
 * Reads a `Retry-After` header.
 *
 * @param now The time, in milliseconds since 1970.
 * @returns Milliseconds from now, 0 for what is past; `undefined` when there is no such header or it is malformed.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 | RFC 9110, Retry-After}
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*[0-9]+\s*$/.test(header)) return Number(header) * 1000;
  // Date.parse takes "-1" for a year.
  const date = /[a-z]/i.test(header) ? Date.parse(header) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
