import assert from "node:assert/strict";
import { PassThrough, Transform } from "node:stream";
import { through } from "../../../src/oci/bytes/through.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { inPieces, textLike } from "../../support/sample_bytes.ts";

Deno.test("through() gives what the stream makes of the bytes", async () => {
  const doubled = through(inPieces(Uint8Array.of(1, 2, 3, 4), 3), () =>
    new Transform({
      transform: (chunk: Uint8Array, _encoding, done): void => done(null, chunk.map((byte) => 2 * byte)),
    }));
  assert.deepEqual(await collectBytes(doubled), Uint8Array.of(2, 4, 6, 8));
});

Deno.test("through() opens the stream with the first read", async () => {
  let opened = 0;
  const bytes = through(inPieces(Uint8Array.of(1), 1), () => (opened++, new PassThrough()));
  assert.equal(opened, 0);
  await collectBytes(bytes);
  assert.equal(opened, 1);
});

Deno.test("through() throws what the stream fails with, and ends the bytes", async () => {
  const error = new Error("Cannot change it");
  const { bytes, ended } = watched();
  const failing = new Transform({ transform: (_chunk, _encoding, done): void => done(error) });
  await assert.rejects(collectBytes(through(bytes, () => failing)), error);
  assert.ok(ended());
  assert.ok(failing.destroyed);
});

Deno.test("through() throws what the bytes fail with, and destroys the stream", async () => {
  const error = new Error("Cannot read");
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield textLike(1000);
    await Promise.resolve();
    throw error;
  }
  const duplex = new PassThrough();
  await assert.rejects(collectBytes(through(failing(), () => duplex)), error);
  assert.ok(duplex.destroyed);
});

Deno.test("through() ends the bytes and destroys the stream when the reader stops", async () => {
  const { bytes, ended } = watched();
  const duplex = new PassThrough();
  for await (const _piece of through(bytes, () => duplex)) break;
  assert.ok(ended());
  assert.ok(duplex.destroyed);
});

/** Endless bytes, and whether they were ended. */
function watched(): { readonly bytes: AsyncIterable<Uint8Array>; readonly ended: () => boolean } {
  let ended = false;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield textLike(10_000);
    } finally {
      ended = true;
    }
  }
  return { bytes: bytes(), ended: () => ended };
}
