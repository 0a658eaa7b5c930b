import assert from "node:assert/strict";
import fc from "fast-check";
import { gzipSync } from "node:zlib";
import { looksLikeTar, peek } from "../../../src/verbs/publish/peek.ts";
import { collectBytes } from "../../support/collect_bytes.ts";

const SIGNAL = new AbortController().signal;

Deno.test("peek() shows the beginning and takes nothing away, whatever the pieces", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 6 }), async (pieces) => {
      const owned = pieces.map((piece) => new Uint8Array(piece));
      const all = await collectBytes(owned);
      const { head, stream } = await peek(ReadableStream.from(owned), SIGNAL);
      assert.ok(head.byteLength >= Math.min(512, all.byteLength));
      assert.deepEqual(head, all.slice(0, head.byteLength));
      assert.deepEqual(await collectBytes(stream), all);
    }),
  );
});

Deno.test("peek() reads no further than it needs", async () => {
  let asked = 0;
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller): void {
      asked += 1;
      controller.enqueue(new Uint8Array(512));
    },
  }, { highWaterMark: 0 });
  const { stream } = await peek(endless, SIGNAL);
  assert.equal(asked, 1);
  await stream.cancel();
});

Deno.test("peek() gives an empty beginning and an empty stream when there is nothing", async () => {
  const { head, stream } = await peek(ReadableStream.from([]), SIGNAL);
  assert.equal(head.byteLength, 0);
  assert.equal((await collectBytes(stream)).byteLength, 0);
});

Deno.test("peek() passes on that reading fails, before and after the beginning", async () => {
  await assert.rejects(peek(failingAfter(1), SIGNAL), { message: "Cannot read" });
  const { stream } = await peek(failingAfter(2), SIGNAL);
  await assert.rejects(collectBytes(stream), { message: "Cannot read" });
});

Deno.test("peek() passes on that the reader stopped", async () => {
  const reasons: unknown[] = [];
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new Uint8Array(600)),
    cancel: (reason) => void reasons.push(reason),
  });
  const { stream } = await peek(source, SIGNAL);
  await stream.cancel("enough");
  assert.deepEqual(reasons, ["enough"]);
});

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const header = (magic: string): Uint8Array => {
  const bytes = new Uint8Array(512);
  bytes.set(text(magic), 257);
  return bytes;
};

const HEADS: readonly (readonly [what: string, head: Uint8Array, isTar: boolean])[] = [
  ["a POSIX tar", header("ustar\x0000"), true],
  ["a GNU tar", header("ustar  \0"), true],
  ["gzip", gzipSync("a"), true],
  ["zstd", new Uint8Array([0x28, 0xb5, 0x2f, 0xfd]), true],
  ["nothing", new Uint8Array(), false],
  ["one byte of gzip", new Uint8Array([0x1f]), false],
  ["YAML", text("kind: ConfigMap\n"), false],
  ["JSON", text('{"kind":"List"}'), false],
  ["text with the tar's word at another place", text("ustar"), false],
  ["a tar's word that is cut off", header("ustar").subarray(0, 261), false],
  ["zeros", new Uint8Array(512), false],
  ["a zip", text("PK\x03\x04"), false],
];

for (const [what, head, isTar] of HEADS) {
  Deno.test(`looksLikeTar() says ${isTar ? "yes" : "no"} to ${what}`, () => {
    assert.equal(looksLikeTar(head), isTar);
  });
}

/** A stream of pieces of 300 bytes that fails in place of a piece. */
function failingAfter(pieces: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let given = 0;
  return new ReadableStream({
    pull(controller): void {
      if (given === pieces) throw new Error("Cannot read");
      given += 1;
      controller.enqueue(new Uint8Array(300));
    },
  });
}

Deno.test("peek() stops waiting when it is aborted", async () => {
  const controller = new AbortController();
  const silent = new ReadableStream<Uint8Array<ArrayBuffer>>();
  const peeked = peek(silent, controller.signal);
  controller.abort(new DOMException("Interrupted", "AbortError"));
  await assert.rejects(peeked, { name: "AbortError" });
});
