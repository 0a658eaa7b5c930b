/** The last line of defence: whatever the rules let through, bytes end up in new files below the staging directory. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createStaging } from "../../../src/extract/directory/staging.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { listing } from "../extract_support.ts";

const PLAIN = { executable: false };
const COPIED = { ...PLAIN, signal: new AbortController().signal };

Deno.test("sec/tar-extract: createStaging() lets nobody else look into it, and leaves nothing", async () => {
  await using directory = await tempDirectory();
  {
    await using staging = await createStaging([directory.path], undefined);
    using file = staging.file(["a"], PLAIN);
    await file.write(new TextEncoder().encode("A"));
    const [name = ""] = (await Array.fromAsync(Deno.readDir(directory.path))).map(({ name }) => name);
    assert.match(name, /^\.gantry-pull-.*\.tmp$/);
    assert.equal(((await Deno.stat(join(directory.path, name))).mode ?? 0) & 0o777, 0o700);
  }
  assert.deepEqual(await listing(directory.path), []);
});

Deno.test("sec/tar-extract: createStaging() goes through no link, not even one of its own", async () => {
  await using directory = await tempDirectory();
  await Deno.mkdir(join(directory.path, "outside"));
  await Deno.writeTextFile(join(directory.path, "outside/x"), "outside");
  await using staging = await createStaging([directory.path], undefined);
  await staging.link(["l"], join(directory.path, "outside"), { directory: true });
  const error = /Cannot (create|remove) "l\/.*": "tree\/l" is no longer the directory that it was/;
  assert.throws(() => staging.file(["l", "evil"], PLAIN), error);
  assert.throws(() => staging.directory(["l", "evil"]), error);
  await assert.rejects(staging.link(["l", "evil"], "x", { directory: false }), error);
  await assert.rejects(
    staging.copy(["l", "x"], ["y"], COPIED),
    /Cannot create "y": "tree\/l" is no longer the directory/,
  );
  assert.throws(() => staging.remove(["l", "x"]), error);
  assert.deepEqual(await listing(join(directory.path, "outside")), ["x = outside"]);
});

Deno.test("sec/tar-extract: createStaging() writes new files only", async () => {
  await using directory = await tempDirectory();
  await Deno.writeTextFile(join(directory.path, "outside"), "outside");
  await using staging = await createStaging([directory.path], undefined);
  staging.file(["a"], PLAIN)[Symbol.dispose]();
  await staging.link(["l"], join(directory.path, "outside"), { directory: false });
  for (const name of ["a", "l"]) {
    assert.throws(() => staging.file([name], PLAIN), new RegExp(`Cannot create "${name}": file exists`));
    await assert.rejects(staging.copy(["a"], [name], COPIED), /file exists/);
  }
  assert.equal(await Deno.readTextFile(join(directory.path, "outside")), "outside");
});

Deno.test("sec/tar-extract: createStaging() copies a large file in parts, so that the signal stops it", async () => {
  await using directory = await tempDirectory();
  await using staging = await createStaging([directory.path], undefined);
  {
    using file = staging.file(["a"], PLAIN);
    await file.write(new Uint8Array(3 * 1024 * 1024).fill(7));
  }
  const controller = new AbortController();
  const copying = staging.copy(["a"], ["b"], { ...PLAIN, signal: controller.signal });
  controller.abort(new Error("enough"));
  await assert.rejects(copying, new Error("enough"));
  assert.ok(Deno.statSync(staging.at("b")).size < 3 * 1024 * 1024);
  await staging.copy(["a"], ["c"], COPIED);
  assert.deepEqual(await Deno.readFile(staging.at("c")), await Deno.readFile(staging.at("a")));
});

Deno.test("sec/tar-extract: createStaging() leaves alone what was put in the place of its directory", async () => {
  await using directory = await tempDirectory();
  let place = "";
  {
    await using staging = await createStaging([directory.path], undefined);
    place = join(staging.at(""), "..");
    await Deno.rename(place, join(directory.path, "moved"));
    await Deno.mkdir(place);
    await Deno.writeTextFile(join(place, "own"), "mine");
  }
  assert.equal(await Deno.readTextFile(join(place, "own")), "mine");
});
