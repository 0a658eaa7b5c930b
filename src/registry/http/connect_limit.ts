import type { Clock } from "../../system/clock.ts";
import { ConnectionError, type Guard, type Guarded, type Routes } from "./transport.ts";

/** How long it may take until somebody takes a connection, in milliseconds. */
const CONNECT_LIMIT = 10_000;

/**
 * Ends requests to hosts that take no connection, such as one behind a firewall that drops packets.
 *
 * `fetch` does not say whether it is connected. So when the first answer of a host is late, a connection is opened
 * beside the request; when nobody takes that one either, the request fails. A host that has answered once is not looked
 * at again.
 */
export function connectLimit({ reach, proxyOf, clock }: Routes & { readonly clock: Clock }): Guard {
  const answered = new Set<string>();
  return (request): Guarded => {
    const { origin, host } = request.url;
    if (answered.has(origin)) return { request };
    const over = new AbortController();
    const unreached = new AbortController();
    const fail = (): void => {
      const proxy = proxyOf(request.url);
      const what = `${host}${proxy === undefined ? "" : ` through the proxy ${proxy}`}`;
      const message = `Cannot reach ${what}: no connection within ${CONNECT_LIMIT / 1000} s`;
      unreached.abort(new ConnectionError("stalled", message));
    };
    const stopLooking = clock.timer(CONNECT_LIMIT / 2, () => {
      const stop = clock.timer(CONNECT_LIMIT / 2, fail);
      // A connection that is refused is what the request itself will say.
      reach(request.url, over.signal).catch(() => {}).finally(stop);
    });
    const stop = (): void => {
      stopLooking();
      over.abort();
    };
    return {
      request: { ...request, signal: AbortSignal.any([request.signal, unreached.signal]) },
      answered(answer): Response {
        answered.add(origin);
        stop();
        return answer;
      },
      failed: stop,
    };
  };
}
