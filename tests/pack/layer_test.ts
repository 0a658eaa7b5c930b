import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { digestOf } from "../../src/oci/digest.ts";
import { writeTar } from "../../src/oci/tar/write.ts";
import type { Compression } from "../../src/pack/compression.ts";
import { packLayer } from "../../src/pack/layer.ts";
import { createScratch } from "../../src/system/scratch.ts";
import { SILENT_LOG } from "../../src/work/context.ts";
import { tarDirectory, tarFile } from "../oci/tar/tar_entries.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { textLike } from "../support/sample_bytes.ts";

const ENTRIES = [tarDirectory("."), tarFile("a.yaml", "kind: Service\n"), tarFile("large", textLike(3_000_000))];
const MEDIA_TYPE = "application/vnd.example.content.v1.tar+gzip";

const COMPRESSIONS: readonly (readonly [Compression, unpack: (packed: Uint8Array) => Uint8Array])[] = [
  [{ kind: "gzip", level: 9, workers: 0 }, gunzipSync],
  [{ kind: "gzip", level: 1, workers: 2 }, gunzipSync],
  [{ kind: "none" }, (packed): Uint8Array => packed],
];
for (const [compression, unpack] of COMPRESSIONS) {
  Deno.test(`packLayer() keeps the archive and names it before compression when it is ${JSON.stringify(compression)}`, async () => {
    await using scratch = createScratch();
    const { content, diffId } = await packLayer(
      { entries: ENTRIES, compression, mediaType: MEDIA_TYPE, annotations: { role: "content" } },
      { scratch, signal: new AbortController().signal, log: SILENT_LOG, progress: (): void => {} },
    );
    const packed = await collectBytes(content.open());
    const archive = await collectBytes(writeTar(ENTRIES));
    assert.deepEqual(content.descriptor, {
      mediaType: MEDIA_TYPE,
      digest: digestOf(packed),
      size: packed.byteLength,
      annotations: { role: "content" },
    });
    assert.equal(digestOf(unpack(packed)), digestOf(archive));
    assert.equal(diffId, digestOf(archive));
  });
}

Deno.test("packLayer() writes no annotations when there are none", async () => {
  await using scratch = createScratch();
  const { content } = await packLayer(
    { entries: [], compression: { kind: "none" }, mediaType: MEDIA_TYPE },
    { scratch, signal: new AbortController().signal, log: SILENT_LOG, progress: (): void => {} },
  );
  assert.deepEqual(Object.keys(content.descriptor), ["mediaType", "digest", "size"]);
});

Deno.test("packLayer() stops with the reason when it is aborted", async () => {
  await using scratch = createScratch();
  const controller = new AbortController();
  const reason = new Error("Interrupted");
  const aborting = {
    ...tarFile("a", "x"),
    open(): ReadableStream<Uint8Array<ArrayBuffer>> {
      controller.abort(reason);
      return tarFile("a", "x").open();
    },
  };
  await assert.rejects(
    packLayer(
      { entries: [aborting], compression: { kind: "gzip", level: 9, workers: 1 }, mediaType: MEDIA_TYPE },
      { scratch, signal: controller.signal, log: SILENT_LOG, progress: (): void => {} },
    ),
    reason,
  );
});

Deno.test("packLayer() passes the error of an entry on", async () => {
  await using scratch = createScratch();
  await assert.rejects(
    packLayer(
      { entries: [{ ...tarFile("a", "x"), size: 2 }], compression: { kind: "none" }, mediaType: MEDIA_TYPE },
      { scratch, signal: new AbortController().signal, log: SILENT_LOG, progress: (): void => {} },
    ),
    new RangeError('Cannot archive "a": it has 1 bytes, 2 were expected'),
  );
});
