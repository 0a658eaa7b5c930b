import type { Transport, TransportRequest } from "./transport.ts";

/**
 * Something that stands between whoever sends a request and the network: it changes the request on its way out, looks
 * at the answer on its way back, and knows when there will be none.
 */
export type Guard = (request: TransportRequest) => Guarded | Promise<Guarded>;

/** One request in the care of a guard. */
export interface Guarded {
  /** The request as it goes on. */
  readonly request: TransportRequest;
  /** Takes the answer and gives it as it goes on. */
  answered?(answer: Response): Response;
  /** Told that there is no answer. */
  failed?(): void;
}

/** Sends requests past guards, the first one first; answers come back past the last one first. */
export function withGuards(send: Transport, guards: readonly Guard[]): Transport {
  return async (request) => {
    const passed: Guarded[] = [];
    try {
      for (const guard of guards) {
        const waiting = guard(request);
        // Where nothing has to be waited for, the request goes out at once.
        const next = waiting instanceof Promise ? await waiting : waiting;
        passed.unshift(next);
        request = next.request;
      }
      const answer = await send(request);
      return passed.reduce((from, { answered }) => answered?.(from) ?? from, answer);
    } catch (error) {
      for (const { failed } of passed) failed?.();
      throw error;
    }
  };
}
