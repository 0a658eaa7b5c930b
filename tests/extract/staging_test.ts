/** The last line of defence: whatever the rules let through, bytes end up in new files below the staging directory. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createStaging } from "../../src/extract/staging.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { listing } from "./extract_support.ts";

const PLAIN = { executable: false };

Deno.test("sec/tar-extract: createStaging() lets nobody else look into it, and leaves nothing", async () => {
  await using directory = await tempDirectory();
  {
    await using staging = await createStaging(join(directory.path, "out"));
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
  await using staging = await createStaging(join(directory.path, "out"));
  staging.link(["l"], join(directory.path, "outside"), { directory: true });
  const error = /Cannot (create|remove) "l\/.*": ".*" is not a directory/;
  assert.throws(() => staging.file(["l", "evil"], PLAIN), error);
  assert.throws(() => staging.directory(["l", "evil"]), error);
  assert.throws(() => staging.link(["l", "evil"], "x", { directory: false }), error);
  assert.throws(() => staging.copy(["l", "x"], ["y"], PLAIN), /Cannot create "y": ".*" is not a directory/);
  assert.throws(() => staging.remove(["l", "x"]), error);
  assert.deepEqual(await listing(join(directory.path, "outside")), ["x = outside"]);
});

Deno.test("sec/tar-extract: createStaging() writes new files only", async () => {
  await using directory = await tempDirectory();
  await Deno.writeTextFile(join(directory.path, "outside"), "outside");
  await using staging = await createStaging(join(directory.path, "out"));
  staging.file(["a"], PLAIN)[Symbol.dispose]();
  staging.link(["l"], join(directory.path, "outside"), { directory: false });
  for (const name of ["a", "l"]) {
    assert.throws(() => staging.file([name], PLAIN), new RegExp(`Cannot create "${name}": file exists`));
    assert.throws(() => staging.copy(["a"], [name], PLAIN), /file exists/);
  }
  assert.equal(await Deno.readTextFile(join(directory.path, "outside")), "outside");
});
