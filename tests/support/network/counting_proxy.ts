import type { Moment } from "../processes/dying_program.ts";
import type { FakeRegistry } from "../fake_registry.ts";
import { type ProxyFault, startFaultyProxy } from "./faulty_proxy.ts";

/** Stands before a registry and counts, so that a program can die at its n-th request. */
export interface CountingProxy extends AsyncDisposable {
  readonly host: string;
  /** How many requests have come so far. */
  asked(): number;
  /** The moment when so many requests have come from now on; the last of them is never answered. */
  request(count: number): Moment;
}

/** Starts it on a free port of this machine. */
export function startCountingProxy({ host }: FakeRegistry): CountingProxy {
  let left = Infinity;
  let reach = (): void => {};
  const proxy = startFaultyProxy({
    upstream: host,
    fault(): ProxyFault | undefined {
      if (--left !== 0) return undefined;
      reach();
      return { kind: "stall", after: 0 };
    },
  });
  return {
    host: proxy.host,
    asked: () => proxy.requests.length,
    request(count): Moment {
      const { promise, resolve } = Promise.withResolvers<void>();
      [left, reach] = [count, resolve];
      return { kind: "when", reached: promise };
    },
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}
