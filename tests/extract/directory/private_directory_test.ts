import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { basename, join } from "node:path";
import { makePrivateDirectory } from "../../../src/extract/directory/private_directory.ts";
import { tempDirectory } from "../../support/temp_directory.ts";

const MODULE = fileURLToPath(new URL("../../../src/extract/directory/private_directory.ts", import.meta.url));
/** Deno 2.6 cannot tell whether a lock is held. */
const CAN_TELL = "tryLock" in Deno.FsFile.prototype;

async function namesIn(path: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
}

/** Lets another process make a directory and die. */
async function abandon(parent: string): Promise<string> {
  const script = `
    const { makePrivateDirectory } = await import(${JSON.stringify(`file://${MODULE}`)});
    const { path } = await makePrivateDirectory(${JSON.stringify(parent)});
    await Deno.mkdir(path + "/tree/deep", { recursive: true });
    await Deno.writeTextFile(path + "/tree/deep/file", "x");
    console.log(path);
    Deno.kill(Deno.pid, "SIGKILL");
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--quiet", script], stderr: "inherit" })
    .output();
  const path = new TextDecoder().decode(stdout).trim();
  assert.ok((await Deno.stat(join(path, "tree/deep/file"))).isFile);
  return path;
}

Deno.test("makePrivateDirectory() removes what a process that was killed has left", async () => {
  await using directory = await tempDirectory();
  await Deno.writeTextFile(join(directory.path, "own"), "mine");
  await abandon(directory.path);
  {
    await using made = await makePrivateDirectory(directory.path);
    const names = await namesIn(directory.path);
    assert.equal(names.length, CAN_TELL ? 2 : 3);
    assert.ok(names.includes("own") && names.some((name) => made.path.endsWith(name)), names.join());
  }
  assert.equal((await namesIn(directory.path)).length, CAN_TELL ? 1 : 2);
});

Deno.test("makePrivateDirectory() leaves alone what is in use", async () => {
  await using directory = await tempDirectory();
  await using first = await makePrivateDirectory(directory.path);
  await using second = await makePrivateDirectory(directory.path);
  for (const { path } of [first, second]) assert.ok((await Deno.stat(path)).isDirectory);
});

Deno.test("makePrivateDirectory() removes what is left when a process was killed while it removed its own", async () => {
  await using directory = await tempDirectory();
  const left = await abandon(directory.path);
  if (CAN_TELL) await Deno.remove(join(left, "lock"));
  await (await makePrivateDirectory(directory.path))[Symbol.asyncDispose]();
  assert.equal((await namesIn(directory.path)).length, CAN_TELL ? 0 : 1);
});

Deno.test("makePrivateDirectory() removes what a process has left that was killed before it had a lock", async () => {
  await using directory = await tempDirectory();
  const left = await abandon(directory.path);
  await Deno.remove(left, { recursive: true });
  await Deno.mkdir(left);
  await (await makePrivateDirectory(directory.path))[Symbol.asyncDispose]();
  assert.equal((await namesIn(directory.path)).length, CAN_TELL ? 0 : 1);
});

for (
  const [what, spoil] of [
    ["of another machine", (path) => Deno.rename(path, path.replace(/-pull-[0-9a-f]+-/, "-pull-0123456789ab-"))],
    ["of no machine", (path) => Deno.rename(path, path.replace(/-pull-[0-9a-f]+-/, "-pull-"))],
    ["of another name", (path) => Deno.rename(path, `${path}.kept`)],
  ] satisfies readonly (readonly [string, (path: string) => Promise<void>])[]
) {
  Deno.test(`makePrivateDirectory() leaves alone what is ${what}`, async () => {
    await using directory = await tempDirectory();
    const path = await abandon(directory.path);
    if (CAN_TELL) await spoil(path);
    const before = await namesIn(directory.path);
    await (await makePrivateDirectory(directory.path))[Symbol.asyncDispose]();
    assert.deepEqual(await namesIn(directory.path), before);
  });
}

Deno.test("makePrivateDirectory() gives every one of many a directory of its own, at the same time", async () => {
  await using directory = await tempDirectory();
  const made = await Promise.all(Array.from({ length: 50 }, () => makePrivateDirectory(directory.path)));
  for (const { path } of made) assert.ok((await Deno.stat(path)).isDirectory);
  for (const each of made) await each[Symbol.asyncDispose]();
  assert.deepEqual(await namesIn(directory.path), []);
});

Deno.test("makePrivateDirectory() does not look through a link", async () => {
  await using directory = await tempDirectory();
  await using elsewhere = await tempDirectory();
  const left = await abandon(elsewhere.path);
  await Deno.symlink(left, join(directory.path, basename(left)));
  await (await makePrivateDirectory(directory.path))[Symbol.asyncDispose]();
  assert.ok((await Deno.stat(join(left, "tree/deep/file"))).isFile);
  assert.equal((await namesIn(directory.path)).length, 1);
});
