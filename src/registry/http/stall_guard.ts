import type { Clock } from "../../system/clock.ts";
import { answerLimit, REGISTRY_DEFAULTS } from "../defaults.ts";
import { ConnectionError, type Guard, type Guarded, type RequestBody, type TransportRequest } from "./transport.ts";

/** How long nothing may happen, in milliseconds. */
export interface StallLimits {
  /** Between two pieces of a body, in either direction. */
  readonly idle: number;
  /** Between the end of a request's body and the answer: a registry may have to move a large blob to its place. */
  readonly answer: number;
}

/** One minute without a byte, five minutes for an answer. */
export const DEFAULT_STALL_LIMITS: StallLimits = {
  idle: REGISTRY_DEFAULTS.timeout,
  answer: answerLimit(REGISTRY_DEFAULTS.timeout),
};

/** How many times {@linkcode StallLimits.idle} a short answer may take, all in all. */
const SHORT_ANSWER_FACTOR = 2;

/**
 * Ends requests in which nothing moves any more: slow ones go on, stalled ones fail and can be repeated. Every answer
 * but a blob is short, and fails when it is not there in twice the time in which something must move: a server that
 * sends a byte now and then would never end.
 */
export function stallGuard(limits: StallLimits, clock: Clock): Guard {
  return (request): Guarded => {
    const { host } = request.url;
    const stalled = new AbortController();
    const end = (what: string): void => stalled.abort(new ConnectionError("stalled", `Cannot reach ${host}: ${what}`));
    const watch = startWatch(limits.idle, clock, (limit) => end(`nothing moved for ${limit / 1000} s`));
    return {
      request: {
        ...request,
        signal: AbortSignal.any([request.signal, stalled.signal]),
        ...guardedBody(request, watch, limits),
      },
      answered(answer): Response {
        watch.progress(limits.idle);
        if (answer.body === null) {
          watch.stop();
          return answer;
        }
        const isShort = !request.isLong || answer.status >= 300;
        const limit = limits.idle * SHORT_ANSWER_FACTOR;
        const stopTimer = isShort
          ? clock.timer(limit, () => end(`its answer was not complete after ${limit / 1000} s`))
          : (): void => {};
        const body = passing(answer.body, () => watch.progress(watch.limit), () => {
          stopTimer();
          watch.stop();
        });
        return new Response(body, { status: answer.status, headers: answer.headers });
      },
      failed: () => watch.stop(),
    };
  };
}

interface Watch {
  /** Something moved; from now on it may stand still for `limit`. */
  progress(limit: number): void;
  stop(): void;
  readonly limit: number;
}

function startWatch(first: number, clock: Clock, stall: (limit: number) => void): Watch {
  let limit = first;
  let last = clock.now();
  let cancel = clock.timer(limit, check);

  // One timer that looks at the time is cheaper than one for each piece.
  function check(): void {
    const left = last + limit - clock.now();
    if (left <= 0) return stall(limit);
    cancel = clock.timer(left, check);
  }

  return {
    get limit(): number {
      return limit;
    },
    progress(next): void {
      last = clock.now();
      if (next < limit) {
        cancel();
        cancel = clock.timer(next, check);
      }
      limit = next;
    },
    stop: () => cancel(),
  };
}

function guardedBody(request: TransportRequest, watch: Watch, limits: StallLimits): { readonly body?: RequestBody } {
  const { body } = request;
  if (body === undefined) return {};
  return {
    body: {
      size: body.size,
      open(): ReadableStream<Uint8Array<ArrayBuffer>> {
        let left = body.size;
        return passing(body.open(), (bytes) => {
          left -= bytes;
          watch.progress(left > 0 ? limits.idle : limits.answer);
        }, () => {});
      },
    },
  };
}

function passing(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  moved: (bytes: number) => void,
  ended: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = source.getReader();
  return new ReadableStream({
    async pull(controller): Promise<void> {
      try {
        const { done, value } = await reader.read();
        if (done) {
          ended();
          return controller.close();
        }
        moved(value.byteLength);
        controller.enqueue(value);
      } catch (error) {
        ended();
        throw error;
      }
    },
    async cancel(reason): Promise<void> {
      ended();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
