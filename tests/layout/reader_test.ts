import assert from "node:assert/strict";
import { type LayoutContents, layoutReader } from "../../src/layout/reader.ts";
import type { LayoutIndex } from "../../src/layout/index.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_INDEX_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { textContent } from "../support/store_samples.ts";
import { testContext } from "./test_context.ts";

Deno.test("resolve() does not walk through a layout again for each manifest that is known not to be there", async () => {
  const missing = Array.from({ length: 300 }, (_, at) => {
    return { mediaType: OCI_MANIFEST_MEDIA_TYPE, digest: digestOf(new TextEncoder().encode(`${at}`)), size: 5 };
  });
  const list = textContent(JSON.stringify({ schemaVersion: 2, manifests: missing }), OCI_INDEX_MEDIA_TYPE);
  const index: LayoutIndex = { schemaVersion: 2, manifests: [{ ...list.descriptor }] };
  let asked = 0;
  const contents = {
    indexFile: "index.json",
    index: (): Promise<LayoutIndex> => Promise.resolve(index),
    async *blobs(): AsyncGenerator<never, void, void> {},
    has({ digest }): Promise<boolean> {
      asked++;
      return Promise.resolve(digest === list.descriptor.digest);
    },
    open: (): ReadableStream<Uint8Array<ArrayBuffer>> => list.open(),
  } satisfies LayoutContents;
  const reader = layoutReader("oci-layout:app", contents);
  for (const { digest } of missing) assert.equal(await reader.resolve(digest, testContext()), undefined);
  // Once for each in the walk, and once when it is asked for.
  assert.equal(asked, 2 * missing.length + 1);
});
