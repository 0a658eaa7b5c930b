import assert from "node:assert/strict";
import { join } from "node:path";
import { checkOutputPlace, outputPlace, writeOutput, writeThrough } from "../../src/system/output_place.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { readPipe, tool, toolTest } from "../support/tools.ts";

const BYTES = new TextEncoder().encode("said");
const NEVER = new AbortController().signal;

Deno.test("outputPlace() follows links to files, and keeps them", async () => {
  await using directory = await tempDirectory();
  const root = await Deno.realPath(directory.path);
  const [file, link, later] = [join(root, "file"), join(root, "link"), join(root, "later")];
  await Deno.writeTextFile(file, "before");
  await Deno.symlink("file", link);
  assert.deepEqual(await outputPlace(link), { kind: "file", path: file });
  assert.deepEqual(await outputPlace(later), { kind: "file", path: later });
  await checkOutputPlace(link);
  await writeOutput(link, BYTES, NEVER);
  await writeOutput(later, BYTES, NEVER);
  assert.ok((await Deno.lstat(link)).isSymlink);
  for (const path of [file, later]) assert.equal(await Deno.readTextFile(path), "said");
});

Deno.test("outputPlace() refuses a directory and a link that leads nowhere", async () => {
  await using directory = await tempDirectory();
  const link = join(directory.path, "link");
  await Deno.symlink("nowhere", link);
  for (const path of [directory.path, `${link}/`]) {
    await assert.rejects(
      checkOutputPlace(path),
      new Error(`Cannot write "${path}": it is a directory, and a file is wanted`),
    );
  }
  await assert.rejects(checkOutputPlace(link), new Error(`Cannot write "${link}": it is a link that leads nowhere`));
});

Deno.test("checkOutput() finds out before any work that a file cannot be written", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "missing", "file");
  await assert.rejects(checkOutputPlace(path), new Error(`Cannot write "${path}": no such file or directory`));
  await checkOutputPlace(join(directory.path, "file"));
  assert.deepEqual([...Deno.readDirSync(directory.path)], []);
});

toolTest("outputPlace() writes to a device and to a named pipe, also through a link", ["mkfifo"], async () => {
  await using directory = await tempDirectory();
  const [pipe, link] = [join(directory.path, "pipe"), join(directory.path, "link")];
  await tool("mkfifo", [pipe]);
  await Deno.symlink("pipe", link);
  for (const path of [pipe, link]) {
    await checkOutputPlace(path);
    const [read] = await Promise.all([readPipe(pipe), writeOutput(path, BYTES, NEVER)]);
    assert.equal(new TextDecoder().decode(read), "said");
    assert.ok((await Deno.stat(path)).isFifo);
  }
  assert.deepEqual(await outputPlace("/dev/null"), { kind: "stream", path: "/dev/null" });
  await writeOutput("/dev/null", BYTES, NEVER);
  assert.ok((await Deno.stat("/dev/null")).isCharDevice);
});

toolTest("writeThrough() stops with the reason of the signal when nobody reads a pipe", ["mkfifo"], async () => {
  await using directory = await tempDirectory();
  const pipe = join(directory.path, "pipe");
  await tool("mkfifo", [pipe]);
  const controller = new AbortController();
  const writing = writeThrough(pipe, ReadableStream.from([BYTES]), controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(writing, new Error("enough"));
});
