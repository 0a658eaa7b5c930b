import assert from "node:assert/strict";
import { join } from "node:path";
import { layoutArchiveStore } from "../../../src/layout/tar/view.ts";
import { layoutArchive } from "../../../src/layout/tar/target.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { sampleArtifact } from "../sample_artifact.ts";
import { filesOf, tarOf } from "../tar_variants.ts";
import { testContext } from "../test_context.ts";
import { targetOf } from "../../support/prepared.ts";

const artifact = sampleArtifact("hello");
const { descriptor } = artifact.manifest;
const layer = artifact.archive.layers[0]?.descriptor ?? descriptor;

async function writeArchive(path: string): Promise<void> {
  const target = targetOf(layoutArchive({ reference: { kind: "oci-archive", path } }));
  const tags = [{ name: "1.0", immutable: true }];
  await target.upload(artifact, tags, testContext());
  await target.tag(artifact, tags, testContext());
  await target.discard(testContext());
}

Deno.test("layoutArchiveStore() gives back what was published", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app.tar");
  await writeArchive(path);
  const store = layoutArchiveStore(path);
  assert.deepEqual(await store.resolve("1.0"), descriptor);
  assert.equal(await store.resolve("2.0"), undefined);
  assert.equal(await store.exists(layer), true);
  assert.equal(await store.exists({ ...layer, size: layer.size + 1 }), false);
  assert.deepEqual(await collectBytes(store.fetch(layer)), new TextEncoder().encode("hello"));
  assert.deepEqual(await collectBytes(store.fetch(descriptor)), await collectBytes(artifact.manifest.open()));
});

Deno.test("layoutArchiveStore() knows nothing when there is no file", async () => {
  await using directory = await tempDirectory();
  const store = layoutArchiveStore(join(directory.path, "app.tar"));
  assert.equal(await store.resolve("1.0"), undefined);
  assert.equal(await store.exists(layer), false);
  await assert.rejects(collectBytes(store.fetch(layer)), {
    message: `Cannot read ${layer.digest} in "${directory.path}/app.tar": it is not there`,
  });
});

const damages: readonly (readonly [string, string, RegExp])[] = [
  ["is damaged", "hallo", /its digest is sha256:[0-9a-f]{64}, it should be sha256:[0-9a-f]{64}$/],
  ["is short", "hell", /it has 4 bytes, it should have 5$/],
  ["is long", "hello!", /it has more than the 5 bytes it should have$/],
];

for (const [state, text, message] of damages) {
  Deno.test(`layoutArchiveStore() gives no blob to its end when it ${state}`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "app.tar");
    await writeArchive(path);
    const files = (await filesOf(path)).map(([name, content]) =>
      [name, name.endsWith(layer.digest.slice(7)) ? text : content] as const
    );
    await Deno.writeFile(path, await tarOf(files));
    await assert.rejects(collectBytes(layoutArchiveStore(path).fetch(layer)), message);
  });
}
