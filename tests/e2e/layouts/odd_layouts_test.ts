/**
 * Layouts in which something else stands where a file or a directory should be: nobody waits for a pipe, and nothing is
 * read, written or removed outside of the layout.
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { gantry, push } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool, toolTest } from "../../support/tools.ts";

/** Makes a layout with one artifact, and a source for another one. */
async function layoutIn(directory: string): Promise<{ readonly layout: string; readonly digest: string }> {
  await Deno.mkdir(join(directory, "one"));
  await Deno.mkdir(join(directory, "two"));
  await Deno.writeTextFile(join(directory, "one", "a.txt"), "one\n");
  await Deno.writeTextFile(join(directory, "two", "a.txt"), "two\n");
  const layout = join(directory, "layout");
  const { digest } = await push([join(directory, "one"), `oci-layout:${layout}:x`]);
  return { layout, digest };
}

/** What is done to a layout, and where: all that reads and all that writes. */
function commands(directory: string, url: string): readonly (readonly string[])[] {
  return [
    ["list", url],
    ["inspect", `${url}:x`],
    ["pull", `${url}:x`, join(directory, "pulled")],
    ["copy", `${url}:x`, `oci-layout:${join(directory, "copied")}`],
    ["export", `${url}:x`, `oci-archive:${join(directory, "exported.tar")}`],
    ["tag", `${url}:x`, "y"],
    ["push", join(directory, "two"), `${url}:y`],
    ["delete", `${url}:x`, "--yes"],
  ];
}

for (const file of ["oci-layout", "index.json"]) {
  toolTest(`no command waits for a pipe in the place of ${file}`, ["mkfifo"], async () => {
    await using directory = await tempDirectory();
    const { layout } = await layoutIn(directory.path);
    await Deno.remove(join(layout, file));
    await tool("mkfifo", [join(layout, file)]);
    for (const args of commands(directory.path, `oci-layout:${layout}`)) {
      const { code, stderr } = await gantry(args);
      assert.equal(code, 1, `${args[0]}: ${stderr}`);
      assert.ok(stderr.includes(`Cannot read "${join(layout, file)}": it is a named pipe`), `${args[0]}: ${stderr}`);
    }
    const verified = await gantry(["verify", `oci-layout:${layout}`]);
    assert.equal(verified.code, 1);
    assert.match(verified.stdout, new RegExp(`${file}"?:? it is a named pipe`));
  });
}

toolTest("no command waits for a pipe in the place of a blob", ["mkfifo"], async () => {
  await using directory = await tempDirectory();
  const { layout, digest } = await layoutIn(directory.path);
  const blob = join(layout, "blobs", "sha256", digest.slice("sha256:".length));
  await Deno.remove(blob);
  await tool("mkfifo", [blob]);
  const [, inspect = [], ...others] = commands(directory.path, `oci-layout:${layout}`);
  for (const args of [inspect, ...others.slice(0, 3)]) {
    const { code, stderr } = await gantry(args);
    assert.equal(code, 1, `${args[0]}: ${stderr}`);
    assert.match(stderr, /as a blob: it is a special file/, args[0]);
  }
  assert.equal((await gantry(["verify", `oci-layout:${layout}`])).code, 1);
});

toolTest("no command waits for a pipe in the place of a layout tar or of a volume", ["mkfifo"], async () => {
  await using directory = await tempDirectory();
  await layoutIn(directory.path);
  const archive = join(directory.path, "app.tar");
  await tool("mkfifo", [archive]);
  for (const args of [...commands(directory.path, `oci-archive:${archive}`), ["verify", `oci-archive:${archive}`]]) {
    const { code, stderr } = await gantry(args);
    assert.equal(code, 1, `${args[0]}: ${stderr}`);
    assert.ok(
      stderr.includes(`Cannot use "${archive}" as an OCI archive: it is a named pipe`),
      `${args[0]}: ${stderr}`,
    );
  }
  await Deno.rename(archive, `${archive}.001`);
  const { code, stderr } = await gantry(["inspect", `oci-archive:${archive}:x`]);
  assert.equal(code, 1, stderr);
});

for (const part of ["blobs", "blobs/sha256", "index.json", "oci-layout"]) {
  Deno.test(`nothing is read, written or removed through a link in the place of ${part}`, async () => {
    await using directory = await tempDirectory();
    const { layout } = await layoutIn(directory.path);
    const victim = join(directory.path, "victim");
    await Deno.rename(join(layout, part), victim);
    await Deno.symlink(victim, join(layout, part));
    const before = await contents(victim);
    for (const args of commands(directory.path, `oci-layout:${layout}`)) {
      const { code, stderr } = await gantry(args);
      assert.equal(code, 1, `${args[0]}: ${stderr}`);
      assert.match(stderr, /: it is a symbolic link/, args[0]);
    }
    for (const args of [[], ["--repair"]]) {
      const { code, stdout } = await gantry(["verify", `oci-layout:${layout}`, ...args]);
      assert.equal(code, 1, stdout);
    }
    assert.deepEqual(await contents(victim), before);
  });
}

Deno.test("a layout is used through a link that the user names", async () => {
  await using directory = await tempDirectory();
  const { layout, digest } = await layoutIn(directory.path);
  const link = join(directory.path, "link");
  await Deno.symlink(layout, link);
  const { code, stdout } = await gantry(["inspect", `oci-layout:${link}:x`, "-o", "json"]);
  assert.equal(code, 0);
  assert.equal(JSON.parse(stdout).digest, digest);
  await push([join(directory.path, "two"), `oci-layout:${link}:y`]);
  assert.equal((await gantry(["inspect", `oci-layout:${layout}:y`])).code, 0);
});

/** Every file below a path, with its bytes. */
async function contents(path: string): Promise<Readonly<Record<string, string>>> {
  if ((await Deno.stat(path)).isFile) return { [dirname(path)]: await Deno.readTextFile(path) };
  const found: Record<string, string> = {};
  for await (const { name } of Deno.readDir(path)) {
    Object.assign(found, { [name]: "", ...await contents(join(path, name)) });
  }
  return found;
}
