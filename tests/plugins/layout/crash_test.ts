import assert from "node:assert/strict";
import { join } from "node:path";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { parseDigest } from "../../../src/oci/digest.ts";
import { layoutArchiveStore } from "../../../src/plugins/layout/layout_archive.ts";
import { layoutArchive } from "../../../src/plugins/layout/layout_archive_target.ts";
import { layoutDirectoryStore } from "../../../src/plugins/layout/layout_directory.ts";
import type { LayoutStore } from "../../../src/plugins/layout/layout_store.ts";
import { layoutDirectory } from "../../../src/plugins/layout/layout_target.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { targetOf } from "../../support/prepared.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { startPushing } from "./push_process.ts";
import { sampleArtifact } from "./sample_artifact.ts";
import { testContext } from "./test_context.ts";

/** How often a process is killed: `GANTRY_CRASH_ROUNDS=500` for the long run. */
const ROUNDS = Number(Deno.env.get("GANTRY_CRASH_ROUNDS") ?? 25);
const SEED = Number(Deno.env.get("GANTRY_CRASH_SEED") ?? 1);

const kinds = [
  ["oci-layout", layoutDirectoryStore, layoutDirectory, ROUNDS, 40],
  ["oci-archive", layoutArchiveStore, layoutArchive, Math.ceil(ROUNDS / 5), 120],
] as const;

for (const [kind, storeAt, targetFor, rounds, milliseconds] of kinds) {
  Deno.test(`${kind} opens with every tag when a process was killed ${rounds} times while it pushed`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "layout");
    const store = storeAt(path);
    const set = new Map<string, string>();
    const random = seeded(SEED);
    for (let round = 0; round < rounds; round++) {
      const process = startPushing(kind, path, `r${round}`, 1000);
      await process.ready;
      const moment = setTimeout(() => process.kill(), random() * milliseconds);
      const tags = await process.tags();
      clearTimeout(moment);
      for (const [tag, digest] of tags) set.set(tag, digest);
      await assertTags(store, round % 10 === 0 ? set : tags);
    }
    assert.ok(set.size > 0, "no process came as far as its first tag");
    await assertTags(store, set);

    const target = targetOf(targetFor({ reference: { kind, path } }));
    const artifact = sampleArtifact(`r${rounds - 1}-0 `.repeat(5_000));
    const names = [{ name: "again", immutable: true }];
    await target.upload(artifact, names, testContext());
    await target.tag(artifact, names, testContext());
    await target.discard(testContext());
    await assertTags(store, new Map([...set, ["again", artifact.manifest.descriptor.digest]]));
  });
}

/** Checks that tags point to what they shall point to, and that all of it is there. */
async function assertTags(store: LayoutStore, tags: ReadonlyMap<string, string>): Promise<void> {
  for (const [tag, digest] of tags) {
    const manifest = await store.resolve(tag);
    assert.equal(manifest?.digest, digest, tag);
    if (manifest === undefined) continue;
    const { config, layers } = JSON.parse(new TextDecoder().decode(await collectBytes(store.fetch(manifest))));
    for (const { mediaType, digest, size } of [config, ...layers]) {
      const descriptor: Descriptor = { mediaType, digest: parseDigest(digest), size };
      await collectBytes(store.fetch(descriptor));
    }
  }
}

/** Numbers from 0 to 1, the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
