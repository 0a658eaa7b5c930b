import assert from "node:assert/strict";
import { withGuards } from "../../../src/registry/http/open_transport.ts";
import { stallGuard } from "../../../src/registry/http/stall_guard.ts";
import {
  bytesBody,
  ConnectionError,
  type Transport,
  type TransportRequest,
} from "../../../src/registry/http/transport.ts";
import { type TestClock, testClock } from "../support.ts";

const LIMITS = { idle: 60_000, answer: 300_000 };

function request(body?: TransportRequest["body"]): TransportRequest {
  return {
    method: body === undefined ? "GET" : "PUT",
    url: new URL("https://registry.example/v2/"),
    headers: {},
    trusted: true,
    signal: new AbortController().signal,
    ...(body === undefined ? {} : { body }),
  };
}

/** Sends a request for something long over a network where the test decides what moves. */
async function sent(
  clock: TestClock,
  body?: TransportRequest["body"],
): Promise<{
  readonly answer: Promise<Response>;
  /** What goes out; the guard takes part in reading it. */
  readonly outgoing: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  readonly signal: AbortSignal;
  reply(response: Response): void;
}> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const seen = Promise.withResolvers<TransportRequest>();
  const send: Transport = (request) => {
    request.signal.addEventListener("abort", () => reject(request.signal.reason));
    seen.resolve(request);
    return promise;
  };
  const answer = withGuards(send, [stallGuard(LIMITS, clock)])({ ...request(body), isLong: true });
  answer.catch(() => {});
  const { signal, body: given } = await seen.promise;
  return { answer, outgoing: given?.open().getReader(), signal, reply: resolve };
}

async function* broken(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  yield new Uint8Array(1);
  throw new Error("broke off");
}

function assertStalled(signal: AbortSignal, seconds: number): void {
  assert.ok(signal.reason instanceof ConnectionError);
  assert.equal(signal.reason.problem, "stalled");
  assert.equal(signal.reason.message, `Cannot reach registry.example: nothing moved for ${seconds} s`);
}

Deno.test("stallGuard() gives up a request that nobody answers for a minute, and not before", async () => {
  const clock = testClock();
  const { answer, signal } = await sent(clock);
  clock.advance(59_999);
  assert.equal(signal.aborted, false);
  clock.advance(1);
  assertStalled(signal, 60);
  await assert.rejects(answer, (error) => error === signal.reason);
});

Deno.test("stallGuard() begins anew with each piece of a body that goes out", async () => {
  const clock = testClock();
  const { outgoing, signal } = await sent(clock, bytesBody(new Uint8Array(10)));
  clock.advance(59_999);
  await outgoing?.read();
  clock.advance(59_999);
  assert.equal(signal.aborted, false);
  await outgoing?.cancel();
});

Deno.test("stallGuard() gives a body that is not sent to its end one minute", async () => {
  const clock = testClock();
  const body = {
    size: 10,
    open: (): ReadableStream<Uint8Array<ArrayBuffer>> => ReadableStream.from([new Uint8Array(9), new Uint8Array(1)]),
  };
  const { outgoing, signal } = await sent(clock, body);
  await outgoing?.read();
  clock.advance(59_999);
  assert.equal(signal.aborted, false);
  clock.advance(1);
  assertStalled(signal, 60);
  await outgoing?.cancel();
});

Deno.test("stallGuard() gives the answer to a body that was sent five minutes", async () => {
  const clock = testClock();
  const { outgoing, signal } = await sent(clock, bytesBody(new Uint8Array(10)));
  while (!(await outgoing?.read())?.done);
  clock.advance(299_999);
  assert.equal(signal.aborted, false);
  clock.advance(1);
  assertStalled(signal, 300);
});

Deno.test("stallGuard() gives the body of an answer a minute for each piece, after an upload too", async () => {
  for (const body of [undefined, bytesBody(new Uint8Array(10))]) {
    const clock = testClock();
    const { answer, outgoing, reply, signal } = await sent(clock, body);
    while (outgoing !== undefined && !(await outgoing.read()).done);
    const pieces = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
    reply(new Response(pieces.readable));
    const reader = (await answer).body?.getReader();
    const writer = pieces.writable.getWriter();
    for (let count = 0; count < 3; count++) {
      clock.advance(59_999);
      assert.equal(signal.aborted, false);
      await Promise.all([writer.write(new Uint8Array(1)), reader?.read()]);
    }
    clock.advance(60_000);
    assertStalled(signal, 60);
    await Promise.all([writer.abort(), reader?.cancel().catch(() => {})]);
  }
});

Deno.test("stallGuard() stops watching when the answer has no body, is read, is let go, or never comes", async () => {
  const ends: readonly ((sending: Awaited<ReturnType<typeof sent>>) => Promise<unknown>)[] = [
    async ({ answer, reply }): Promise<unknown> => (reply(new Response(null, { status: 201 })), await answer),
    async ({ answer, reply }): Promise<unknown> => (reply(new Response("text")), await (await answer).text()),
    async ({ answer, reply }): Promise<unknown> => (reply(new Response("text")), await (await answer).body?.cancel()),
    async ({ answer, reply }): Promise<unknown> => {
      reply(new Response(ReadableStream.from(broken())));
      return await assert.rejects((await answer).bytes(), /broke off/);
    },
  ];
  for (const end of ends) {
    const clock = testClock();
    const sending = await sent(clock);
    await end(sending);
    clock.advance(1_000_000);
    assert.equal(sending.signal.aborted, false, String(end));
  }
});

/** Sends a request whose answer comes byte by byte, one each half minute; gives how many came. */
async function drip(options: Partial<TransportRequest>, { status, bytes, clock }: {
  readonly status: number;
  readonly bytes: number;
  readonly clock: TestClock;
}): Promise<number> {
  const send = withGuards(
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
    [stallGuard(LIMITS, clock)],
  );
  const answer = await send({ ...request(), ...options });
  return (await answer.bytes()).byteLength;
}

const SHORT: readonly (readonly [name: string, options: Partial<TransportRequest>, status: number])[] = [
  ["a token or a list", {}, 200],
  ["an error", {}, 401],
  ["the error in the place of a blob", { isLong: true }, 404],
];

for (const [name, options, status] of SHORT) {
  Deno.test(`stallGuard() ends ${name} that is not complete after twice the time in which something must move`, async () => {
    assert.equal(await drip(options, { status, bytes: 2, clock: testClock() }), 2);
    await assert.rejects(drip(options, { status, bytes: 100, clock: testClock() }), {
      name: "ConnectionError",
      problem: "stalled",
      message: "Cannot reach registry.example: its answer was not complete after 120 s",
    });
  });
}

Deno.test("stallGuard() lets a blob take its time while something moves", async () => {
  for (const status of [200, 206]) {
    assert.equal(await drip({ isLong: true }, { status, bytes: 1000, clock: testClock() }), 1000);
  }
});
