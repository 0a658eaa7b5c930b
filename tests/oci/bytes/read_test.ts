import assert from "node:assert/strict";
import { joinBytes, readBytes } from "../../../src/oci/bytes/read.ts";

Deno.test("readBytes() puts the pieces of a stream and of any other iterable together", async () => {
  const pieces = [new Uint8Array([1, 2]), new Uint8Array(), new Uint8Array([3])];
  async function* iterable(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    yield* pieces;
  }
  assert.deepEqual(await readBytes(ReadableStream.from(pieces)), new Uint8Array([1, 2, 3]));
  assert.deepEqual(await readBytes(iterable()), new Uint8Array([1, 2, 3]));
});

Deno.test("readBytes() passes on what reading throws", async () => {
  async function* broken(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    yield new Uint8Array([1]);
    throw new RangeError("broken");
  }
  await assert.rejects(readBytes(broken()), { name: "RangeError", message: "broken" });
});

Deno.test("joinBytes() copies pieces into a buffer of their own", () => {
  const piece = new Uint8Array([0, 1, 2]).subarray(1);
  const bytes = joinBytes([piece]);
  assert.deepEqual(bytes, new Uint8Array([1, 2]));
  assert.equal(bytes.buffer.byteLength, 2);
  assert.deepEqual(joinBytes([]), new Uint8Array());
});
