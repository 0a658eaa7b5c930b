import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { gantryOk, push } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { published, readTree, type Tree, writeTree } from "../support/tree.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
/** After how many changes on the disk the process is killed: while it extracts, while it moves, and at the end. */
const MOMENTS = [1, 3, 10, 50, 200, 500, 700, 900, 1200];

for (const isThere of [false, true]) {
  const where = isThere ? "a directory that is there" : "a new directory";
  Deno.test(`pull into ${where} leaves nothing half-written when it is killed, and completes when it runs again`, async () => {
    await using directory = await tempDirectory();
    const source = join(directory.path, "source");
    await writeTree(
      source,
      Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`d${at % 7}/f${at}`, `${at}\n`.repeat(at * 20)])),
    );
    const layout = `oci-layout:${join(directory.path, "layout")}:1`;
    await push([source, layout, "-q"]);
    const whole = published(await readTree(source));

    let killed = 0;
    for (const moment of MOMENTS) {
      const place = await Deno.makeTempDir({ dir: directory.path });
      const out = join(place, "out");
      if (isThere) await writeTree(out, { "own": "mine", "d0/own": "mine" });
      if (await pullUntil(place, moment, [layout, out])) killed++;
      await assertWholeFiles(out, whole, isThere);
      await gantryOk(["pull", layout, out, "-q"]);
      assert.deepEqual(withoutOwn(await readTree(out)), whole);
      // Deno 2.6 cannot tell whether a process is dead.
      if (!("tryLock" in Deno.FsFile.prototype)) continue;
      assert.deepEqual((await Array.fromAsync(Deno.readDir(place))).map(({ name }) => name), ["out"]);
    }
    assert.ok(killed > MOMENTS.length / 2, `only ${killed} of ${MOMENTS.length} were killed on the way`);
  });
}

/**
 * Pulls in a process of its own, and kills it after so many changes below a directory.
 *
 * @returns Whether it was killed before its end.
 */
async function pullUntil(place: string, changes: number, args: readonly string[]): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "--no-check", MAIN, "pull", ...args, "-q"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  using watcher = Deno.watchFs(place);
  const process = child.spawn();
  const ended = process.status.finally(() => watcher.close());
  let seen = 0;
  for await (const { paths } of watcher) {
    seen += paths.length;
    if (seen >= changes) killQuietly(process);
  }
  return (await ended).signal === "SIGKILL";
}

function killQuietly(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It came to its end meanwhile.
  }
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
