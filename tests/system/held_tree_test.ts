import assert from "node:assert/strict";
import { join } from "node:path";
import { holdTree, openDescriptors } from "../../src/system/held_tree.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

const isLinux = Deno.build.os === "linux";

/** Puts something else in the place of a directory, which is called `moved` from then on. */
function exchange(root: string, name: string, by: "link" | "directory"): void {
  Deno.renameSync(join(root, name), join(root, "moved"));
  if (by === "link") Deno.symlinkSync(join(root, "victim"), join(root, name));
  else Deno.mkdirSync(join(root, name));
}

Deno.test("holdTree() leads to what is in a directory and below", async () => {
  await using root = await tempDirectory();
  await using descriptors = await openDescriptors();
  await writeTree(root.path, { "a": "A", "d/b": "B", "d/e/c": "C", "f/g": "G" });
  for (const path of [descriptors.path, undefined]) {
    using held = holdTree(root.path, { descriptors: path });
    for (const name of ["a", "d/b", "d/e/c", "f/g", "d/e/c", "a"]) {
      assert.equal(await Deno.readTextFile(held.at(name)), name.slice(-1).toUpperCase());
    }
    assert.ok(Deno.statSync(held.at("")).isDirectory);
    assert.equal(held.device("d/e"), Deno.statSync(root.path).dev);
  }
});

for (const by of ["link", "directory"] as const) {
  Deno.test({
    name: `holdTree() leads to the directory that was there when a ${by} was put in its place`,
    ignore: !isLinux,
    fn: async () => {
      await using root = await tempDirectory();
      await using descriptors = await openDescriptors();
      await writeTree(root.path, { "sub/": "", "victim/": "" });
      using held = holdTree(root.path, { descriptors: descriptors.path });
      const path = held.at("sub/x");
      exchange(root.path, "sub", by);
      await Deno.writeTextFile(path, "X");
      await Deno.writeTextFile(held.at("sub/y"), "Y");
      const names = [...Deno.readDirSync(join(root.path, "moved"))].map(({ name }) => name).sort();
      assert.deepEqual(names, ["x", "y"]);
      assert.deepEqual([...Deno.readDirSync(join(root.path, "victim"))], []);
      // When it has to go there once more it finds the other one.
      held.at("x");
      assert.throws(() => held.at("sub/z"), new Error('"sub" is no longer the directory that it was'));
    },
  });

  Deno.test(`holdTree() refuses a ${by} in the place of a directory when the system gives no path to a descriptor`, async () => {
    await using root = await tempDirectory();
    await writeTree(root.path, { "sub/e/": "", "victim/e/": "" });
    using held = holdTree(root.path, { descriptors: undefined });
    held.at("sub/e/x");
    exchange(root.path, "sub", by);
    if (by === "directory") await Deno.mkdir(join(root.path, "sub/e"));
    assert.throws(() => held.at("sub/e/x"), new Error('"sub" is no longer the directory that it was'));
  });
}

Deno.test("holdTree() takes another directory in the place of one that it was told to forget", async () => {
  await using root = await tempDirectory();
  await using descriptors = await openDescriptors();
  for (const path of [descriptors.path, undefined]) {
    await writeTree(root.path, { "d/e/": "" });
    using held = holdTree(root.path, { descriptors: path });
    await Deno.writeTextFile(held.at("d/e/x"), "X");
    await Deno.remove(held.at("d"), { recursive: true });
    for (const gone of ["d/e", "d"]) held.forget(gone);
    await writeTree(root.path, { "d/e/": "", "other/e/": "" });
    await Deno.writeTextFile(held.at("d/e/y"), "Y");
    assert.equal(await Deno.readTextFile(join(root.path, "d/e/y")), "Y");
    await Deno.remove(join(root.path, "d"), { recursive: true });
  }
});

Deno.test("holdTree() refuses a link, and a directory that is not the expected one", async () => {
  await using root = await tempDirectory();
  await using descriptors = await openDescriptors();
  await writeTree(root.path, { "a/": "", "victim/": "" });
  await Deno.symlink("victim", join(root.path, "link"));
  for (const path of [descriptors.path, undefined]) {
    using held = holdTree(root.path, { descriptors: path });
    assert.throws(() => held.at("link/x"), new Error('"link" is no longer the directory that it was'));
    const expected = Deno.lstatSync(join(root.path, "a"));
    assert.throws(
      () => holdTree(join(root.path, "victim"), { descriptors: path, expected }),
      new Error("it is no longer the directory that it was"),
    );
  }
});

Deno.test({
  name: "holdTree() works with permissions for the disk alone, and openDescriptors() leaves nothing",
  ignore: !isLinux,
  fn: async () => {
    await using root = await tempDirectory();
    await writeTree(root.path, { "sub/": "", "victim/": "" });
    const module = new URL("../../src/system/held_tree.ts", import.meta.url).href;
    const script = join(root.path, "script.ts");
    await Deno.writeTextFile(
      script,
      `import { holdTree, openDescriptors } from ${JSON.stringify(module)};
      const root = ${JSON.stringify(root.path)};
      {
        await using descriptors = await openDescriptors();
        using held = holdTree(root, { descriptors: descriptors.path });
        held.at("sub/x");
        Deno.renameSync(root + "/sub", root + "/moved");
        Deno.symlinkSync("victim", root + "/sub");
        Deno.writeTextFileSync(held.at("sub/x"), "X");
      }
      const left = [...Deno.readDirSync(root + "/tmp")].length;
      await Deno.writeTextFile(root + "/said", String(left));`,
    );
    await Deno.mkdir(join(root.path, "tmp"));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--allow-read", "--allow-write", script],
      env: { TMPDIR: join(root.path, "tmp") },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    assert.equal(await Deno.readTextFile(join(root.path, "moved/x")), "X");
    assert.deepEqual([...Deno.readDirSync(join(root.path, "victim"))], []);
    assert.equal(await Deno.readTextFile(join(root.path, "said")), "0");
  },
});
