import assert from "node:assert/strict";
import { join } from "node:path";
import { filePieces, openFile } from "../../src/system/open_file.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";

toolTest("openFile() opens files and nothing else, and never waits", ["mkfifo"], async () => {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  await tool("mkfifo", [at("pipe")]);
  await Deno.symlink("pipe", at("link"));
  using _socket = Deno.listen({ transport: "unix", path: at("socket") });
  assert.throws(() => openFile(at("pipe")), new TypeError("it is a named pipe"));
  assert.throws(() => openFile(at("link")), new TypeError("it is a named pipe"));
  assert.throws(() => openFile(at("socket")), new TypeError("it is a socket"));
  assert.throws(() => openFile("/dev/zero"), new TypeError("it is a device"));
  assert.throws(() => openFile(directory.path), new TypeError("it is a directory"));
});

Deno.test("openFile() throws the errors of Deno, with what the system said", async () => {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  await Deno.symlink("loop", at("loop"));
  await Deno.writeTextFile(at("file"), "x");
  assert.throws(() => openFile(at("nothing")), new Deno.errors.NotFound("no such file or directory"));
  assert.throws(() => openFile(at("loop")), Deno.errors.FilesystemLoop);
  assert.throws(() => openFile(at("file/below")), Deno.errors.NotADirectory);
});

Deno.test("openFile() knows the file that it opened, whatever has its name by now", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "f");
  await Deno.writeTextFile(path, "before");
  const { dev, ino, size, mtime } = await Deno.stat(path);
  using file = openFile(path);
  await Deno.remove(path);
  await Deno.writeTextFile(path, "another");
  assert.deepEqual({ ...file.info }, { dev, ino, size, mtime });
  assert.equal(file.stat().ino, ino);
  const buffer = new Uint8Array(10);
  assert.equal(file.readSync(buffer.subarray(0, 2)), 2);
  assert.equal(file.readSync(buffer.subarray(2)), 4);
  assert.equal(file.readSync(buffer), 0);
  assert.equal(file.readSync(buffer.subarray(6), 3), 3);
  assert.equal(new TextDecoder().decode(buffer.subarray(0, 9)), "beforeore");
});

Deno.test("filePieces() gives all of a file in new buffers, and closes it when it is left before", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "f");
  const bytes = new Uint8Array(600_000).map((_, at) => at % 251);
  await Deno.writeFile(path, bytes);
  assert.deepEqual(await collectBytes(ReadableStream.from(filePieces(openFile(path)))), bytes);
  const file = openFile(path);
  for await (const piece of filePieces(file)) {
    assert.ok(piece.byteLength > 0);
    break;
  }
  assert.throws(() => file.stat());
});
