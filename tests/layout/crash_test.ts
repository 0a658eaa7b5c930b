import assert from "node:assert/strict";
import { join } from "node:path";
import { checkLayout } from "../../src/layout/check/check_layout.ts";
import { layoutDirectoryStore, type LayoutStore } from "../../src/layout/directory/store.ts";
import { layoutArchiveStore } from "../../src/layout/tar/view.ts";
import { finishVolumes } from "../../src/layout/tar/volumes/finish.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { parseDigest } from "../../src/oci/digest.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { startPushing } from "./push_process.ts";
import { testContext } from "./test_context.ts";

/**
 * How often a process is killed, all in all: `GANTRY_CRASH_ROUNDS=500` for the long run. A tar is written anew for each
 * artifact, so most rounds go to directories.
 */
const ROUNDS = Number(Deno.env.get("GANTRY_CRASH_ROUNDS") ?? 50);
const SEED = Number(Deno.env.get("GANTRY_CRASH_SEED") ?? 1);

const ways = [
  ["oci-layout", "push", 0.4, 40],
  ["oci-layout", "copy", 0.3, 150],
  ["oci-archive", "push", 0.1, 120],
  ["oci-archive", "copy", 0.1, 250],
  ["oci-archive", "volumes", 0.1, 250],
] as const;

for (const [kind, way, share, milliseconds] of ways) {
  const rounds = Math.ceil(ROUNDS * share);
  const what = way === "volumes" ? "copy into volumes" : way;
  Deno.test(`${kind} opens with every tag when a process was killed ${rounds} times in a ${what}`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "layout");
    const open = async (): Promise<LayoutStore> => {
      if (kind === "oci-layout") return layoutDirectoryStore(path);
      // A set of volumes that was not finished is finished by whoever writes next.
      if (way === "volumes") await finishVolumes(path);
      return layoutArchiveStore(path);
    };
    const set = new Map<string, string>();
    const random = seeded(SEED);
    for (let round = 0; round < rounds; round++) {
      const process = startPushing(kind, path, `r${round}`, { count: 1000, way });
      await process.ready;
      const moment = setTimeout(() => process.kill(), random() * milliseconds);
      const tags = await process.tags();
      clearTimeout(moment);
      for (const [tag, digest] of tags) set.set(tag, digest);
      await assertTags(await open(), round % 10 === 0 ? set : tags);
    }
    assert.ok(set.size > 0, "no process came as far as its first tag");
    await assertTags(await open(), set);

    const again = await startPushing(kind, path, "again", { count: 1, way }).tags();
    assert.deepEqual([...again.keys()], ["again-0"]);
    await assertTags(await open(), new Map([...set, ...again]));
    const { problems } = await checkLayout({ kind, path }, testContext());
    assert.deepEqual(problems, []);
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
