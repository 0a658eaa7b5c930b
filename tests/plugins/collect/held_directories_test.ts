import assert from "node:assert/strict";
import { join } from "node:path";
import { heldDirectories } from "../../../src/plugins/collect/held_directories.ts";
import { type TempDirectory, tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const EXCHANGED = /^SourceError: Cannot publish ".*": another directory or a link took its place while it was read$/;

/** A source with a directory two levels deep, and a secret beside it. */
async function source(): Promise<
  TempDirectory & { readonly source: string; readonly deep: string; readonly secret: string }
> {
  const directory = await tempDirectory();
  const path = await Deno.realPath(directory.path);
  await writeTree(path, { "source/a/deep/key": "mine", "secret/key": "secret", "secret/deep/key": "secret" });
  const root = join(path, "source");
  return Object.assign(directory, { source: root, deep: join(root, "a/deep"), secret: join(path, "secret") });
}

Deno.test("whileSteady() gives what was seen when nobody exchanged anything, files that come and go included", async () => {
  await using place = await source();
  const held = heldDirectories(place.source);
  assert.equal(await held.whileSteady(place.deep, () => Promise.resolve("seen")), "seen");
  let looks = 0;
  await held.whileSteady(place.deep, async () => {
    looks++;
    await Deno.writeTextFile(join(place.deep, "new"), "");
  });
  assert.equal(looks, 1);
});

for (const exchanged of ["a/deep", "a"]) {
  Deno.test(`whileSteady() refuses a directory when a link takes the place of ${exchanged}`, async () => {
    await using place = await source();
    const held = heldDirectories(place.source);
    const path = join(place.source, exchanged);
    const look = async (): Promise<void> => {
      await Deno.rename(path, join(place.source, "old"));
      await Deno.symlink(place.secret, path);
    };
    await assert.rejects(held.whileSteady(place.deep, look), EXCHANGED);
    await assert.rejects(held.whileSteady(place.deep, () => Promise.resolve()), EXCHANGED);
    assert.throws(() => held.whileSteadySync(place.deep, () => {}), EXCHANGED);
  });

  Deno.test(`whileSteady() looks again when a link took the place of ${exchanged} and went again`, async () => {
    await using place = await source();
    const held = heldDirectories(place.source);
    const path = join(place.source, exchanged);
    const old = join(place.secret, "old");
    await untilLater(place.source);
    const seen: string[] = [];
    await held.whileSteady(place.deep, async () => {
      if (seen.length > 0) return seen.push(await Deno.readTextFile(join(place.deep, "key")));
      await Deno.rename(path, old);
      await Deno.symlink(place.secret, path);
      seen.push(await Deno.readTextFile(join(place.deep, "key")));
      await Deno.remove(path);
      await Deno.rename(old, path);
    });
    assert.deepEqual(seen, ["secret", "mine"]);
  });
}

Deno.test("whileSteady() gives up when a directory is exchanged again and again", async () => {
  await using place = await source();
  const held = heldDirectories(place.source);
  let looks = 0;
  const look = async (): Promise<void> => {
    looks++;
    await Deno.rename(place.deep, `${place.deep}.${looks}`);
    await writeTree(place.deep, { key: "another" });
  };
  await assert.rejects(held.whileSteady(place.deep, look), EXCHANGED);
  assert.equal(looks, 5);
});

Deno.test("whileSteady() refuses everything when the source itself is another directory", async () => {
  await using place = await source();
  const held = heldDirectories(place.source);
  await Deno.rename(place.source, `${place.source}.old`);
  await writeTree(place.source, { "a/deep/key": "another" });
  await assert.rejects(held.whileSteady(place.deep, () => Promise.resolve()), EXCHANGED);
});

/** Goes on until the clock of the file system, which moves in steps, is later than a directory's last change. */
async function untilLater(directory: string): Promise<void> {
  const probe = join(directory, "..", "probe");
  const times = await Promise.all([directory, join(directory, "a")].map(async (path) => (await Deno.stat(path)).ctime));
  const last = Math.max(...times.map((time) => time?.getTime() ?? 0));
  do await Deno.writeTextFile(probe, "x"); while (((await Deno.stat(probe)).ctime?.getTime() ?? Infinity) <= last);
}
