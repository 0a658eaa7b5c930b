import assert from "node:assert/strict";
import { withStallGuard } from "../../../src/plugins/registry/stall_guard.ts";
import type { TransportRequest } from "../../../src/plugins/registry/transport.ts";
import { type TestClock, testClock } from "./support.ts";

const LIMITS = { idle: 60_000, answer: 300_000 };

const request: TransportRequest = {
  method: "GET",
  url: new URL("https://registry.example/token"),
  headers: {},
  trusted: true,
  signal: new AbortController().signal,
};

/** Sends a request whose answer comes byte by byte, one each half minute; gives how many came. */
async function drip(options: Partial<TransportRequest>, { status, bytes, clock }: {
  readonly status: number;
  readonly bytes: number;
  readonly clock: TestClock;
}): Promise<number> {
  const send = withStallGuard(
    ({ signal }) => {
      let left = bytes;
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(controller): void {
          clock.advance(30_000);
          if (signal.aborted) controller.error(signal.reason);
          else if (left-- === 0) controller.close();
          else controller.enqueue(Uint8Array.of(32));
        },
      }, { highWaterMark: 0 });
      return Promise.resolve(new Response(body, { status }));
    },
    LIMITS,
    clock,
  );
  const answer = await send({ ...request, ...options });
  return (await answer.bytes()).byteLength;
}

const SHORT: readonly (readonly [name: string, options: Partial<TransportRequest>, status: number])[] = [
  ["a token or a list", {}, 200],
  ["an error", {}, 401],
  ["the error in the place of a blob", { isLong: true }, 404],
];

for (const [name, options, status] of SHORT) {
  Deno.test(`withStallGuard() ends ${name} that is not complete after twice the time in which something must move`, async () => {
    assert.equal(await drip(options, { status, bytes: 2, clock: testClock() }), 2);
    await assert.rejects(drip(options, { status, bytes: 100, clock: testClock() }), {
      name: "ConnectionError",
      problem: "stalled",
      message: "Cannot reach registry.example: its answer was not complete after 120 s",
    });
  });
}

Deno.test("withStallGuard() lets a blob take its time while something moves", async () => {
  for (const status of [200, 206]) {
    assert.equal(await drip({ isLong: true }, { status, bytes: 1000, clock: testClock() }), 1000);
  }
});
