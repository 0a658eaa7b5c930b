import assert from "node:assert/strict";
import { join } from "node:path";
import { checkLayout } from "../../src/layout/check/check_layout.ts";
import { openLayout } from "../../src/places/open_store.ts";
import { directoryStore } from "../../src/layout/directory/store.ts";
import { tarStore } from "../../src/layout/tar/store.ts";
import { finishVolumes } from "../../src/layout/tar/volumes/finish.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { parseDigest } from "../../src/oci/digest.ts";
import type { StoreReader } from "../../src/store/store.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { changesOf, spread } from "../support/processes/dying_program.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { PUSH_LOOP, pushArguments, pushInProcess } from "../layout/push_process.ts";
import { testContext } from "../layout/test_context.ts";

/**
 * How often a process dies, all in all: `GANTRY_CRASH_ROUNDS=500` for the long run. A tar is written anew for each
 * artifact, so most rounds go to directories.
 */
const ROUNDS = Number(Deno.env.get("GANTRY_CRASH_ROUNDS") ?? 50);

const ways = [
  ["oci-layout", "push", 0.4],
  ["oci-layout", "copy", 0.3],
  ["oci-archive", "push", 0.1],
  ["oci-archive", "copy", 0.1],
  ["oci-archive", "volumes", 0.1],
] as const;

/**
 * A set of volumes grows with every run that came to its end unheard, and a longer set takes more changes; so after ten
 * deaths another one begins.
 */
const batches = ways.flatMap(([kind, way, share]) => {
  const all = Math.ceil(ROUNDS * share);
  const most = way === "volumes" ? 10 : all;
  return Array.from({ length: Math.ceil(all / most) }, () => [kind, way, Math.min(most, all)] as const);
});

for (const [kind, way, rounds] of batches) {
  const what = way === "volumes" ? "copy into volumes" : way;
  const timeout = 60_000 + rounds * 10_000;
  Deno.test(`${kind} opens with every tag when ${rounds} processes died in a ${what}`, { timeout }, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "layout");
    const open = async (): Promise<StoreReader> => {
      if (kind === "oci-layout") return directoryStore({ kind, path });
      // A set of volumes that was not finished is finished by whoever writes next.
      if (way === "volumes") await finishVolumes(path);
      return tarStore({ kind, path });
    };
    const measured = pushArguments(kind, join(directory.path, "measured"), "measured", { count: 3, way });
    const changes = await changesOf(PUSH_LOOP, measured);
    const set = new Map<string, string>();
    for (const [round, diesAt] of spread(changes.length, rounds).entries()) {
      const { tags, wasKilled } = await pushInProcess(kind, path, `r${round}`, { count: 10, way, diesAt });
      assert.ok(wasKilled, `ten artifacts took fewer changes than ${diesAt}`);
      for (const [tag, digest] of tags) set.set(tag, digest);
      await assertTags(await open(), round % 10 === 0 ? set : tags);
    }
    assert.ok(set.size > 0, "no process came as far as its first tag");
    await assertTags(await open(), set);

    const { tags: again } = await pushInProcess(kind, path, "again", { count: 1, way });
    assert.deepEqual([...again.keys()], ["again-0"]);
    await assertTags(await open(), new Map([...set, ...again]));
    const { problems } = await checkLayout(await openLayout({ kind, path }), testContext());
    assert.deepEqual(problems, []);
  });
}

/** Checks that tags point to what they shall point to, and that all of it is there. */
async function assertTags(store: StoreReader, tags: ReadonlyMap<string, string>): Promise<void> {
  const context = testContext();
  for (const [tag, digest] of tags) {
    const manifest = await store.resolve(tag, context);
    assert.equal(manifest?.digest, digest, tag);
    if (manifest === undefined) continue;
    const { config, layers } = JSON.parse(
      new TextDecoder().decode(await collectBytes(await store.fetch(manifest, context))),
    );
    for (const { mediaType, digest, size } of [config, ...layers]) {
      const descriptor: Descriptor = { mediaType, digest: parseDigest(digest), size };
      await collectBytes(await store.fetch(descriptor, context));
    }
  }
}
