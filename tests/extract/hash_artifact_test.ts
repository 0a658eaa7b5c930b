import assert from "node:assert/strict";
import { digestOf } from "../../src/oci/digest.ts";
import { IMAGE_CONFIG_MEDIA_TYPE, IMAGE_LAYER_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import { DEFAULT_EXTRACTION_RULES } from "../../src/extract/extraction_rules.ts";
import { findArtifact } from "../../src/extract/find_artifact.ts";
import { hashArtifact } from "../../src/extract/hash_artifact.ts";
import { createScratch } from "../../src/system/scratch.ts";
import { memoryStore } from "../support/memory_store.ts";
import { file, hardlink, rawTar, symlink } from "../support/raw_tar.ts";

Deno.test("hashArtifact() gives what a pull would make: links, hard links, and layers over each other", async () => {
  await using scratch = createScratch({ memoryLimit: 4 });
  const context = { signal: new AbortController().signal, log: SILENT, scratch, progress: (): void => {} };
  await using store = memoryStore();
  const encoder = new TextEncoder();
  const layers = [
    rawTar([
      file("etc/a", "first"),
      hardlink("etc/hard", "etc/a"),
      file("etc/b", "gone"),
      symlink("etc/out", "/etc/passwd"),
      file("large", "0123456789"),
    ]),
    rawTar([file("etc/a", "second"), file("etc/.wh.b", "")]),
  ].map((bytes) => bytesContent(IMAGE_LAYER_MEDIA_TYPE, bytes));
  const config = bytesContent(IMAGE_CONFIG_MEDIA_TYPE, encoder.encode("{}"));
  for (const blob of [config, ...layers]) await store.push(blob, context);
  const manifest = bytesContent(
    OCI_MANIFEST_MEDIA_TYPE,
    encoder.encode(JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST_MEDIA_TYPE,
      config: config.descriptor,
      layers: layers.map(({ descriptor }) => descriptor),
    })),
  );
  await store.pushManifest(manifest, context);

  const found = await findArtifact(store, manifest.descriptor.digest, undefined, context);
  const { files } = await hashArtifact(store, found, {
    rules: DEFAULT_EXTRACTION_RULES,
    concurrency: 2,
    keep: { limit: 9, wants: () => true },
  }, context);

  const plain = [...files].map(([path, file]) => {
    return [path, file.kind === "link" ? `-> ${file.target}` : `${file.size} ${file.digest}`];
  });
  assert.deepEqual(Object.fromEntries(plain), {
    "etc/a": `6 ${digestOf(encoder.encode("second"))}`,
    "etc/hard": `5 ${digestOf(encoder.encode("first"))}`,
    "etc/out": "-> /etc/passwd",
    "large": `10 ${digestOf(encoder.encode("0123456789"))}`,
  });
  const texts = await Promise.all([...files].map(async ([path, file]) => {
    const open = file.kind === "file" ? file.open : undefined;
    return [path, open === undefined ? undefined : await new Response(open()).text()];
  }));
  assert.deepEqual(Object.fromEntries(texts), {
    "etc/a": "second",
    "etc/hard": "first",
    "etc/out": undefined,
    "large": undefined,
  });
});

const SILENT = { debug: (): void => {}, info: (): void => {}, warn: (): void => {} };
