import assert from "node:assert/strict";
import { readStoredManifest } from "../../src/layout/push_manifest.ts";
import { sampleOf } from "../support/store_samples.ts";

Deno.test("readManifest() takes a manifest in any pieces", async () => {
  const { manifest: { descriptor }, stored: { bytes } } = sampleOf("text");
  for (const size of [1, 7, bytes.byteLength]) {
    const pieces = Array.from(
      { length: Math.ceil(bytes.byteLength / size) },
      (_, at) => bytes.slice(at * size, (at + 1) * size),
    );
    const manifest = { descriptor, open: (): ReadableStream<Uint8Array<ArrayBuffer>> => ReadableStream.from(pieces) };
    assert.deepEqual(await readStoredManifest("oci-layout:here", manifest), bytes);
  }
});
