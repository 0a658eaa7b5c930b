import assert from "node:assert/strict";
import { join } from "node:path";
import { holdDestination } from "../../../src/extract/directory/destination.ts";
import { startExtraction } from "../../../src/extract/extraction.ts";
import { ExtractionError } from "../../../src/extract/extraction_error.ts";
import { DEFAULT_EXTRACTION_RULES } from "../../../src/extract/extraction_rules.ts";
import { moveIntoPlace } from "../../../src/extract/directory/move_into_place.ts";
import { createStaging, type Staging } from "../../../src/extract/directory/staging.ts";
import { openDescriptors } from "../../../src/system/held_tree.ts";
import { createScratch } from "../../../src/system/scratch.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";
import { mountTest } from "../../layout/mount.ts";
import { extractLayers, type ExtractTestOptions, listing } from "../extract_support.ts";
import { file, folder, type RawMember, rawTar, symlink } from "../../support/raw_tar.ts";

const TREE: readonly RawMember[] = [file("a", "A"), folder("d"), file("d/b", "B"), {
  ...file("run", "R"),
  mode: 0o755,
}];
const LISTED = ["a = A", "d/", "d/b = B", "run* = R"];

async function place(
  directory: string,
  members: readonly RawMember[],
  options?: ExtractTestOptions,
): Promise<readonly [written: number, unchanged: number]> {
  const { written, unchanged } = await extractLayers(directory, [rawTar(members)], options);
  return [written, unchanged];
}

Deno.test("moveIntoPlace() makes the directory and those above it", async () => {
  await using directory = await tempDirectory();
  const out = join(directory.path, "not/there/yet");
  assert.deepEqual(await place(out, TREE), [3, 0]);
  assert.deepEqual(await listing(out), LISTED);
  assert.deepEqual((await listing(directory.path)).filter((line) => line.includes("gantry")), []);
});

Deno.test("moveIntoPlace() leaves alone what is the same and what is not its own", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "a": "A", "own": "mine", "d/own": "mine", "other/own": "mine" });
  const { mtime, ino } = await Deno.stat(join(directory.path, "a"));
  assert.deepEqual(await place(directory.path, TREE), [2, 1]);
  assert.deepEqual(await listing(directory.path), [
    "a = A",
    "d/",
    "d/b = B",
    "d/own = mine",
    "other/",
    "other/own = mine",
    "own = mine",
    "run* = R",
  ]);
  assert.deepEqual((await Deno.stat(join(directory.path, "a"))).mtime, mtime);
  assert.equal((await Deno.stat(join(directory.path, "a"))).ino, ino);
  assert.deepEqual(await place(directory.path, TREE), [0, 3]);
});

Deno.test("moveIntoPlace() refuses to replace other content, names it, and moves nothing", async () => {
  await using directory = await tempDirectory();
  const out = join(directory.path, "out");
  await writeTree(out, { "a": "other", "d/b": "B", "run": "R" });
  const before = await listing(directory.path);
  await assert.rejects(place(out, [...TREE, file("new")]), (error) => {
    assert.ok(error instanceof ExtractionError);
    assert.equal(error.rule, "changed");
    assert.equal(
      error.message,
      `Cannot extract to ${JSON.stringify(out)}: "a", "run" would be replaced by other content`,
    );
    return true;
  });
  assert.deepEqual(await listing(directory.path), before);
  assert.deepEqual(await place(out, TREE, { rules: { overwrite: true } }), [2, 1]);
  assert.deepEqual(await listing(out), LISTED);
});

Deno.test("moveIntoPlace() names ten files at most", async () => {
  await using directory = await tempDirectory();
  const names = Array.from({ length: 25 }, (_, at) => `f${String(at).padStart(2, "0")}`);
  await writeTree(directory.path, Object.fromEntries(names.map((name) => [name, "other"])));
  await assert.rejects(place(directory.path, names.map((name) => file(name))), /"f00", .*"f09" and 15 more would be/);
});

for (const overwrite of [false, true]) {
  const options = { rules: { overwrite } };
  const how = overwrite ? "even to overwrite" : "of itself";

  Deno.test(`moveIntoPlace() never turns a directory into a file or a file into a directory, ${how}`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, { "a/own": "mine", "d": "mine" });
    await assert.rejects(
      place(directory.path, TREE, options),
      /: "a" is a directory there and a file in the artifact, "d" is a file there and a directory in the artifact$/,
    );
    assert.deepEqual(await listing(directory.path), ["a/", "a/own = mine", "d = mine"]);
  });

  Deno.test(`sec/tar-extract: moveIntoPlace() never goes through a link that is there, ${how}`, async () => {
    await using directory = await tempDirectory();
    const out = join(directory.path, "out");
    await writeTree(directory.path, { "outside/b": "mine", "out/": "" });
    await Deno.symlink("../outside", join(out, "d"));
    await assert.rejects(place(out, TREE, options), /"d" is a symbolic link there and a directory in the artifact$/);
    assert.deepEqual(await listing(directory.path), ["out/", "out/d -> ../outside", "outside/", "outside/b = mine"]);
  });
}

Deno.test("sec/tar-extract: moveIntoPlace() replaces a link that is there, and not what it points to", async () => {
  await using directory = await tempDirectory();
  const out = join(directory.path, "out");
  await writeTree(directory.path, { "outside": "A", "out/": "" });
  await Deno.symlink("../outside", join(out, "a"));
  await assert.rejects(place(out, TREE), /"a" would be replaced by other content$/);
  assert.deepEqual(await place(out, TREE, { rules: { overwrite: true } }), [3, 0]);
  assert.deepEqual(await listing(out), LISTED);
  assert.equal(await Deno.readTextFile(join(directory.path, "outside")), "A");
});

Deno.test("moveIntoPlace() knows a link that is the same", async () => {
  await using directory = await tempDirectory();
  const members = [...TREE, symlink("l", "a")];
  const options: ExtractTestOptions = { unpack: { links: "keep" } };
  assert.deepEqual(await place(directory.path, members, options), [4, 0]);
  assert.deepEqual(await place(directory.path, members, options), [0, 4]);
  await assert.rejects(place(directory.path, [symlink("l", "run")], options), /"l" would be replaced/);
});

Deno.test("startExtraction() follows the link that is the destination itself", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "real/": "" });
  await Deno.symlink("real", join(directory.path, "out"));
  await place(join(directory.path, "out"), TREE);
  assert.deepEqual(await listing(join(directory.path, "real")), LISTED);
});

Deno.test("startExtraction() refuses a destination that is no directory", async () => {
  await using directory = await tempDirectory();
  const out = join(directory.path, "out");
  await Deno.writeTextFile(out, "mine");
  await assert.rejects(place(out, TREE), new Error(`Cannot extract to ${JSON.stringify(out)}: it is not a directory`));
  await assert.rejects(place(join(out, "below"), TREE), /Cannot (use|extract below) /);
});

Deno.test("moveIntoPlace() keeps the permissions of a file that it replaces, but for the executable bit", async () => {
  await using directory = await tempDirectory();
  const modes: readonly (readonly [before: number, executable: boolean, after: number])[] = [
    [0o600, false, 0o600],
    [0o600, true, 0o700],
    [0o640, true, 0o750],
    [0o755, false, 0o644],
    [0o664, false, 0o664],
    [0o4755, true, 0o755],
  ];
  for (const [before, executable, after] of modes) {
    const path = join(directory.path, "secret");
    await Deno.writeTextFile(path, "old");
    await Deno.chmod(path, before);
    await place(directory.path, [{ ...file("secret", "new"), mode: executable ? 0o755 : 0o644 }], {
      rules: { overwrite: true },
    });
    assert.equal(await Deno.readTextFile(path), "new");
    assert.equal((((await Deno.stat(path)).mode ?? 0) & 0o7777).toString(8), after.toString(8));
  }
});

mountTest("moveIntoPlace() refuses what lies on another disk, and moves nothing", "1m", async ({ path }) => {
  const out = join(path, "out");
  await writeTree(out, { "a": "other", "d/": "" });
  await tool("mount", ["-t", "tmpfs", "tmpfs", join(out, "d")]);
  try {
    await assert.rejects(
      place(out, TREE, { rules: { overwrite: true } }),
      new ExtractionError("conflict", `Cannot extract to ${JSON.stringify(out)}: "d" is on another disk there`),
    );
    assert.deepEqual(await listing(path), ["out/", "out/a = other", "out/d/"]);
    await Deno.writeTextFile(join(out, "d/b"), "B");
    assert.deepEqual(await place(out, TREE, { rules: { overwrite: true } }), [2, 1]);
  } finally {
    await tool("umount", [join(out, "d")]);
  }
});

mountTest("moveIntoPlace() takes back what it has moved when something cannot be moved", "1m", async ({ path }) => {
  const out = join(path, "out");
  const names = Array.from({ length: 20 }, (_, at) => `f${at}`);
  await writeTree(out, Object.fromEntries(names.map((name) => [name, "old"])));
  await Deno.symlink("f0", join(out, "link"));
  await Deno.mkdir(join(out, "d"));
  await Deno.mkdir(join(path, "bound"));
  // The same disk in another place: only the attempt shows that nothing can be moved there.
  await tool("mount", ["--bind", join(path, "bound"), join(out, "d")]);
  try {
    const before = await listing(path);
    const { ino } = await Deno.stat(join(out, "f0"));
    const others = [...names, "new", "link", "e/x"];
    // A directory is read in the order in which it was written, or the other way round.
    for (const order of [["d/x", ...others], [...others, "d/x"]]) {
      await assert.rejects(
        place(out, order.map((name) => file(name, "new")), { rules: { overwrite: true } }),
        new Error(`Cannot write ${JSON.stringify(join(out, "d/x"))}: invalid cross-device link`),
      );
      assert.deepEqual(await listing(path), before);
      assert.equal((await Deno.stat(join(out, "f0"))).ino, ino);
    }
  } finally {
    await tool("umount", [join(out, "d")]);
  }
});

mountTest(
  "startExtraction() stages inside a mount point, because what is beside is on another disk",
  "1m",
  async ({ path }) => {
    await writeTree(path, { "a": "A" });
    assert.deepEqual(await place(path, TREE), [2, 1]);
    assert.deepEqual(await listing(path), LISTED);
  },
);

mountTest("startExtraction() leaves nothing on a disk that gets full", "256k", async ({ path }) => {
  const members = [...TREE, { name: "large", content: new Uint8Array(512 * 1024) }];
  await assert.rejects(place(path, members), new Error('Cannot write "large": no space left on device'));
  assert.deepEqual(await listing(path), []);
});

mountTest("startExtraction() says that it cannot write", "1m", async ({ path, makeReadOnly }) => {
  await makeReadOnly();
  await assert.rejects(place(path, TREE), /^Error: Cannot write to ".*": read-only file system$/);
});

for (const how of ["by their descriptors", "by their paths"] as const) {
  for (const between of [[], ["e/x"]] as const) {
    const name =
      `when the directory is exchanged for a link and directories are held ${how}, ${between.length} between`;
    Deno.test({
      name: `sec/tar-extract: moveIntoPlace() writes nothing outside ${name}`,
      ignore: Deno.build.os !== "linux" && how === "by their descriptors",
      fn: async () => {
        await using directory = await tempDirectory();
        const out = join(directory.path, "out");
        await writeTree(directory.path, { "out/d/": "", "out/e/": "", "victim/own": "mine" });
        await using found = await openDescriptors();
        const descriptors = how === "by their paths" ? undefined : found.path;
        using destination = await holdDestination(out, descriptors);
        await using staging = await createStaging(destination.workplaces, descriptors);
        for (const path of ["d/evil", ...between]) {
          const parts = path.split("/");
          staging.directory(parts.slice(0, 1));
          using file = staging.file(parts, { executable: false });
          await file.write(new Uint8Array(1));
        }
        let exchanged = false;
        const exchanging: Staging = {
          ...staging,
          // Asked for after everything was compared, and before each move.
          replaced(name): string {
            if (!exchanged) {
              exchanged = true;
              Deno.renameSync(join(out, "d"), join(directory.path, "moved"));
              Deno.symlinkSync("../victim", join(out, "d"));
            }
            return staging.replaced(name);
          },
        };
        const signal = new AbortController().signal;
        const moved = await moveIntoPlace(exchanging, destination, { overwrite: true, countFiles: () => 1, signal })
          .catch((error) => error);
        assert.deepEqual(await listing(join(directory.path, "victim")), ["own = mine"]);
        if (moved instanceof Error) {
          const said = `Cannot write ${
            JSON.stringify(join(out, "d/evil"))
          }: "d" is no longer the directory that it was`;
          assert.equal(moved.message, said);
          assert.deepEqual(await listing(join(out, "e")), []);
        } else assert.deepEqual(await listing(join(directory.path, "moved")), ["evil = \0"]);
      },
    });
  }
}

Deno.test("sec/tar-extract: startExtraction() makes directories below the one that was there, and below no link", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "here/": "", "victim/": "" });
  const out = join(directory.path, "here/not/yet");
  await using extraction = await startExtraction(out, DEFAULT_EXTRACTION_RULES);
  const signal = new AbortController().signal;
  await using scratch = createScratch();
  const options = { what: "layer 1", layer: 1, links: "error", signal, scratch, note: (): void => {} } as const;
  await extraction.archive(ReadableStream.from([rawTar(TREE)]), options);
  await Deno.symlink("../victim", join(directory.path, "here/not"));
  await assert.rejects(
    extraction.finish(signal),
    new Error(`Cannot extract to ${JSON.stringify(out)}: it is not a directory`),
  );
  assert.deepEqual(await listing(join(directory.path, "victim")), []);
});
