import assert from "node:assert/strict";
import { type FaultyProxy, type ProxyFault, startFaultyProxy } from "./faulty_proxy.ts";

/** What came of a request: what the client saw, and how much content the server behind the proxy got. */
interface Outcome {
  readonly seen: string;
  readonly got: number | undefined;
}

const CONTENT = "x".repeat(1000);

/** Sends one request of 1000 bytes to a server that answers `201 done`. */
async function send(fault: ProxyFault | undefined): Promise<Outcome & { readonly proxy: FaultyProxy }> {
  let got: number | undefined;
  const giveUp = new AbortController();
  const ended = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    got = 0;
    try {
      for await (const bytes of request.body ?? []) {
        got += bytes.byteLength;
        // A client that waits for an answer to no end gives up when the server has what it will get.
        if (fault?.kind === "stall" && got === fault.after) giveUp.abort();
      }
      return new Response("done", { status: 201, headers: { location: "http://here/there" } });
    } catch {
      // The proxy has cut the request, and nobody waits for an answer.
      return new Response();
    } finally {
      ended.resolve();
    }
  });
  const options = { upstream: `127.0.0.1:${server.addr.port}`, ...(fault === undefined ? {} : { fault: () => fault }) };
  await using proxy = startFaultyProxy(options);
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const seen = await fetch(`http://${proxy.host}/path`, {
    client,
    method: "PUT",
    body: CONTENT,
    redirect: "manual",
    signal: giveUp.signal,
  }).then(async (answer) => `${answer.status} ${await answer.text()} ${answer.headers.get("location") ?? ""}`.trim())
    .catch((error) => error.name === "AbortError" ? "nothing" : "broken");
  if (got !== undefined) await ended.promise;
  await server.shutdown();
  return { seen, got, proxy };
}

const CASES: readonly (readonly [what: string, fault: ProxyFault | undefined, expected: Outcome, status: number])[] = [
  ["passes all on", undefined, { seen: "201 done http://here/there", got: 1000 }, 201],
  ["cuts a request", { kind: "cut-request", after: 400 }, { seen: "broken", got: 400 }, 0],
  ["cuts a request at its start", { kind: "cut-request", after: 0 }, { seen: "broken", got: undefined }, 0],
  ["cuts an answer", { kind: "cut-answer", after: 30 }, { seen: "broken", got: 1000 }, 201],
  ["loses an answer", { kind: "lose-answer" }, { seen: "broken", got: 1000 }, 0],
  ["stalls", { kind: "stall", after: 400 }, { seen: "nothing", got: 400 }, 0],
  ["answers by itself", { kind: "answer", status: 503, body: "no" }, { seen: "503 no", got: undefined }, 503],
  [
    "edits an answer",
    { kind: "edit-answer", edit: (head) => head.replace("here", "elsewhere") },
    { seen: "201 done http://elsewhere/there", got: 1000 },
    201,
  ],
  [
    "slows down",
    { kind: "slow", bytesPerSecond: 20_000 },
    { seen: "201 done http://here/there", got: 1000 },
    201,
  ],
];

for (const [what, fault, expected, status] of CASES) {
  Deno.test(`startFaultyProxy() ${what} and records the request`, async () => {
    const started = performance.now();
    const { seen, got, proxy } = await send(fault);
    if (fault?.kind === "slow") assert.ok(performance.now() - started > 1000 * 1000 / fault.bytesPerSecond - 1);
    assert.deepEqual({ seen, got }, expected);
    const recorded = proxy.requests.map(({ headers: _, ...request }) => request);
    const kind = fault?.kind;
    assert.deepEqual(recorded.map(({ bytes: _, ...request }) => request), [
      { method: "PUT", path: "/path", size: 1000, status, fault: kind },
    ]);
    // What is cut at its start is not read either.
    if (got !== undefined) assert.ok((recorded[0]?.bytes ?? 0) >= got);
  });
}
