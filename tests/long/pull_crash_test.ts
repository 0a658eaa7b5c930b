import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { changesOfGantry, killGantry, spread } from "../support/processes/dying_program.ts";
import { gantryOk, push } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { published, readTree, type Tree, writeTree } from "../support/tree.ts";

/** How often a process dies: `GANTRY_CRASH_ROUNDS=500` for the long run. */
const ROUNDS = Math.ceil(Number(Deno.env.get("GANTRY_CRASH_ROUNDS") ?? 50) / 5);

for (const isThere of [false, true]) {
  const where = isThere ? "a directory that is there" : "a new directory";
  const name = `pull into ${where} that died ${ROUNDS} times leaves nothing half-written, and completes`;
  Deno.test(name, { timeout: 60_000 + ROUNDS * 10_000 }, async () => {
    await using directory = await tempDirectory();
    const source = join(directory.path, "source");
    await writeTree(
      source,
      Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`d${at % 7}/f${at}`, `${at}\n`.repeat(at * 20)])),
    );
    const layout = `oci-layout:${join(directory.path, "layout")}:1`;
    await push([source, layout, "-q"]);
    const whole = published(await readTree(source));

    const begin = async (): Promise<string> => {
      const out = join(await Deno.makeTempDir({ dir: directory.path }), "out");
      if (isThere) await writeTree(out, { "own": "mine", "d0/own": "mine" });
      return out;
    };
    const changes = await changesOfGantry(["pull", layout, await begin(), "-q"]);
    for (const number of spread(changes.length, ROUNDS)) {
      const out = await begin();
      assert.ok(
        await killGantry(["pull", layout, out, "-q"], { kind: "change", number }),
        `${number} of ${changes.length}`,
      );
      await assertWholeFiles(out, whole, isThere);
      await gantryOk(["pull", layout, out, "-q"]);
      assert.deepEqual(withoutOwn(await readTree(out)), whole);
      // Deno 2.6 cannot tell whether a process is dead.
      if (!("tryLock" in Deno.FsFile.prototype)) continue;
      assert.deepEqual((await Array.fromAsync(Deno.readDir(dirname(out)))).map(({ name }) => name), ["out"]);
    }
  });
}

/** Every file that is to be seen is whole, and what was there before is. */
async function assertWholeFiles(out: string, whole: Tree, isThere: boolean): Promise<void> {
  const found = await readTree(out).catch(() => ({}));
  for (const [path, what] of Object.entries(withoutOwn(found))) assert.equal(what, whole[path], path);
  assert.equal("own" in found, isThere);
  // A new directory comes all at once.
  if (!isThere && Object.keys(found).length > 0) assert.deepEqual(found, whole);
}

function withoutOwn(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !path.endsWith("own")));
}
