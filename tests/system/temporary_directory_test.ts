import assert from "node:assert/strict";
import { join } from "node:path";
import { makeTemporaryDirectory } from "../../src/system/temporary_directory.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const OWNER = new URL("./own_directory.ts", import.meta.url).pathname;

/** Starts a process that owns a temporary directory, and gives the path of that. */
async function startOwner(parent: string): Promise<{ readonly path: string; readonly process: Deno.ChildProcess }> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", OWNER, parent],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  await reader.cancel();
  return { path: value, process };
}

/** Makes a directory in a process that has not looked for others yet. */
async function makeElsewhere(parent: string): Promise<void> {
  const { process } = await startOwner(parent);
  await process.stdin.close();
  await process.status;
}

Deno.test("makeTemporaryDirectory() makes a directory for its user alone, and removes it, once and again", async () => {
  await using parent = await tempDirectory();
  const made = await makeTemporaryDirectory({ prefix: "gantry-", parent: parent.path });
  await writeTree(made.path, { "a/b": "c" });
  assert.equal(((await Deno.stat(made.path)).mode ?? 0) & 0o777, 0o700);
  await Promise.all([made.remove(), made.remove()]);
  await made.remove();
  assert.deepEqual(await names(parent.path), []);
});

Deno.test("makeTemporaryDirectory() removes what a killed process has left, and nothing of one that lives", async () => {
  await using parent = await tempDirectory();
  const [killed, alive] = await Promise.all([startOwner(parent.path), startOwner(parent.path)]);
  await writeTree(killed.path, { "large/file": "x" });
  killed.process.kill("SIGKILL");
  await killed.process.status;
  await killed.process.stdin.close().catch(() => {});
  await makeElsewhere(parent.path);
  assert.deepEqual(await names(parent.path), [alive.path]);
  await alive.process.stdin.close();
  await alive.process.status;
  assert.deepEqual(await names(parent.path), []);
});

Deno.test("makeTemporaryDirectory() leaves alone what nobody has marked, and what is marked on another machine", async () => {
  await using parent = await tempDirectory();
  await writeTree(parent.path, { "gantry-mine/file": "x", "gantry-test-1/file": "x", "other/file": "x" });
  const killed = await startOwner(parent.path);
  killed.process.kill("SIGKILL");
  await killed.process.status;
  await killed.process.stdin.close().catch(() => {});
  const mark = (await names(killed.path)).find((path) => path.includes("/.owner-")) ?? "";
  await Deno.rename(mark, join(killed.path, ".owner-00000000"));
  const before = await names(parent.path);
  await makeElsewhere(parent.path);
  assert.deepEqual(await names(parent.path), before);
});

Deno.test("makeTemporaryDirectory() works without a mark where a path is too long for a socket", async () => {
  await using parent = await tempDirectory();
  const long = join(parent.path, "x".repeat(120));
  await Deno.mkdir(long);
  const made = await makeTemporaryDirectory({ prefix: "gantry-", parent: long });
  assert.deepEqual(await names(made.path), []);
  await made.remove();
});

Deno.test("a temporary directory is gone when the process ends itself", async () => {
  await using parent = await tempDirectory();
  await tool(Deno.execPath(), ["run", "-A", OWNER, parent.path, "exit"]);
  assert.deepEqual(await names(parent.path), []);
});

async function names(directory: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(directory), ({ name }) => join(directory, name))).sort();
}
