import assert from "node:assert/strict";
import { join } from "node:path";
import { tarStore } from "../../../src/layout/tar/store.ts";
import { storeTarget } from "../../../src/pipeline/store_target.ts";
import type { Store } from "../../../src/store/store.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { sampleArtifact } from "../sample_artifact.ts";
import { filesOf, tarOf } from "../tar_variants.ts";
import { testContext } from "../test_context.ts";

const context = testContext();
const open = (path: string): Store => tarStore({ kind: "oci-archive", path });
const artifact = sampleArtifact("hello");
const { descriptor } = artifact.manifest;
const layer = artifact.archive.layers[0]?.descriptor ?? descriptor;

async function writeArchive(path: string): Promise<void> {
  const target = storeTarget(open(path), { name: "oci-archive" });
  const tags = [{ name: "1.0", immutable: true }];
  await target.upload(artifact, tags, testContext());
  await target.tag(artifact, tags, testContext());
  await target.discard(testContext());
}

Deno.test("tarStore() gives back what was published", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app.tar");
  await writeArchive(path);
  const store = open(path);
  assert.deepEqual(await store.resolve("1.0", context), descriptor);
  assert.equal(await store.resolve("2.0", context), undefined);
  assert.equal(await store.exists(layer, context), true);
  assert.equal(await store.exists({ ...layer, size: layer.size + 1 }, context), false);
  assert.deepEqual(await collectBytes(await store.fetch(layer, context)), new TextEncoder().encode("hello"));
  assert.deepEqual(
    await collectBytes(await store.fetch(descriptor, context)),
    await collectBytes(artifact.manifest.open()),
  );
});

Deno.test("tarStore() knows nothing when there is no file", async () => {
  await using directory = await tempDirectory();
  const store = open(join(directory.path, "app.tar"));
  assert.equal(await store.resolve("1.0", context), undefined);
  assert.equal(await store.exists(layer, context), false);
  await assert.rejects(async () => await collectBytes(await store.fetch(layer, context)), {
    message: `Cannot read ${layer.digest} in "${directory.path}/app.tar": it is not there`,
  });
});

const damages: readonly (readonly [string, string, RegExp])[] = [
  ["is damaged", "hallo", /its digest is sha256:[0-9a-f]{64}, it should be sha256:[0-9a-f]{64}$/],
  ["is short", "hell", /it has 4 bytes, it should have 5$/],
  ["is long", "hello!", /it has more than the 5 bytes it should have$/],
];

for (const [state, text, message] of damages) {
  Deno.test(`tarStore() gives no blob to its end when it ${state}`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "app.tar");
    await writeArchive(path);
    const files = (await filesOf(path)).map(([name, content]) =>
      [name, name.endsWith(layer.digest.slice(7)) ? text : content] as const
    );
    await Deno.writeFile(path, await tarOf(files));
    await assert.rejects(async () => await collectBytes(await open(path).fetch(layer, context)), message);
  });
}
