import assert from "node:assert/strict";
import { connectLimit } from "../../../src/registry/http/connect_limit.ts";
import { withGuards } from "../../../src/registry/http/open_transport.ts";
import type { Routes, Transport, TransportRequest } from "../../../src/registry/http/transport.ts";
import { testClock } from "../support.ts";

const request: TransportRequest = {
  method: "GET",
  url: new URL("https://registry.example/v2/"),
  headers: {},
  trusted: true,
  signal: new AbortController().signal,
};

/** Settles when the signal is aborted, and not before. */
function untilEnded(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

const silent: Transport = ({ signal }) => untilEnded(signal);
const direct: Pick<Routes, "proxyOf"> = { proxyOf: () => undefined };

Deno.test("connectLimit() gives up a host that takes no connection for 10 seconds", async () => {
  const clock = testClock();
  const looks: string[] = [];
  const reach = async (url: URL, signal: AbortSignal): Promise<void> => {
    looks.push(url.host);
    await untilEnded(signal);
  };
  const sending = withGuards(silent, [connectLimit({ ...direct, reach, clock })])(request);
  clock.advance(4999);
  assert.deepEqual(looks, []);
  clock.advance(1);
  assert.deepEqual(looks, ["registry.example"]);
  clock.advance(5000);
  await assert.rejects(sending, {
    name: "ConnectionError",
    problem: "stalled",
    message: "Cannot reach registry.example: no connection within 10 s",
  });
});

Deno.test("connectLimit() names the proxy that takes no connection", async () => {
  const clock = testClock();
  const reach = (_: URL, signal: AbortSignal): Promise<void> => untilEnded(signal);
  const sending = withGuards(silent, [connectLimit({ proxyOf: () => "http://proxy:3128", reach, clock })])(request);
  clock.advance(5000);
  clock.advance(5000);
  await assert.rejects(
    sending,
    /^ConnectionError: Cannot reach registry\.example through the proxy http:\/\/proxy:3128: /,
  );
});

for (
  const [what, reach] of [
    ["takes a connection and is slow", () => Promise.resolve()],
    ["refuses the second connection", () => Promise.reject(new Error("refused"))],
  ] as const
) {
  Deno.test(`connectLimit() leaves a host alone that ${what}`, async () => {
    const clock = testClock();
    const { promise, resolve } = Promise.withResolvers<Response>();
    const sending = withGuards(() => promise, [connectLimit({ ...direct, reach, clock })])(request);
    clock.advance(5000);
    await reach().catch(() => {});
    await Promise.resolve();
    clock.advance(60_000);
    resolve(new Response("late"));
    assert.equal(await (await sending).text(), "late");
  });
}

Deno.test("connectLimit() does not look at a host that has answered", async () => {
  const clock = testClock();
  let looks = 0;
  const reach = (): Promise<void> => {
    looks++;
    return Promise.resolve();
  };
  const waiting = Promise.withResolvers<Response>();
  const answers = [Promise.resolve(new Response()), waiting.promise];
  const send = withGuards(() => answers.shift() ?? assert.fail(), [connectLimit({ ...direct, reach, clock })]);
  await send(request);
  const second = send(request);
  clock.advance(60_000);
  waiting.resolve(new Response());
  await second;
  assert.equal(looks, 0);
});
