import assert from "node:assert/strict";
import fc from "fast-check";
import { coalesce } from "../../../src/oci/bytes/coalesce.ts";
import { collectBytes } from "../../support/collect_bytes.ts";

Deno.test("coalesce() cuts the same bytes into pieces of one size when they come in any pieces", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 })),
      fc.integer({ min: 1, max: 50 }),
      async (chunks, size) => {
        const pieces = await Array.fromAsync(coalesce(ReadableStream.from(chunks), size));
        assert.deepEqual(await collectBytes(pieces), await collectBytes(chunks));
        assert.ok(pieces.slice(0, -1).every((piece) => piece.byteLength === size));
        assert.ok(pieces.every((piece) => piece.byteLength > 0 && piece.byteLength <= size));
        assert.ok(pieces.every((piece) => piece.byteLength === piece.buffer.byteLength));
      },
    ),
  );
});

Deno.test("coalesce() gives pieces of their own when the source uses its buffer again", async () => {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const chunk = new Uint8Array(2);
    for (let value = 1; value <= 3; value++) yield chunk.fill(value);
  }
  const pieces = await Array.fromAsync(coalesce(chunks(), 4));
  assert.deepEqual(pieces.map((piece) => [...piece]), [[1, 1, 2, 2], [3, 3]]);
});
