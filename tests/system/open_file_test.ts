import assert from "node:assert/strict";
import { join } from "node:path";
import { filePieces, NotAFileError, openFile, openNamedFile, stampOf } from "../../src/system/open_file.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";

Deno.test("openFile() reads from any position, and knows whether the same file still stands there", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "file");
  await Deno.writeTextFile(path, "0123456789");
  using file = openFile(path) ?? assert.fail();
  const text = async (...range: readonly [number?, number?]): Promise<string> =>
    await new Response(ReadableStream.from(file.read(...range))).text();
  assert.deepEqual([file.size, await text(), await text(7), await text(2, 3)], [10, "0123456789", "789", "234"]);
  assert.equal(stampOf(path), file.stamp);
  await Deno.writeTextFile(`${path}.new`, "0123456789");
  await Deno.rename(`${path}.new`, path);
  assert.notEqual(stampOf(path), file.stamp);
});

Deno.test("openFile() says when there is nothing, and no link, directory or device is read", async () => {
  await using directory = await tempDirectory();
  const link = join(directory.path, "link");
  await Deno.writeTextFile(join(directory.path, "file"), "x");
  await Deno.symlink("file", link);
  assert.equal(openFile(join(directory.path, "none")), undefined);
  assert.equal(openFile(join(directory.path, "file", "none")), undefined);
  const refused = (path: string, message: string): void => {
    assert.throws(() => openFile(path), (error) => error instanceof NotAFileError && error.message === message);
  };
  refused(link, "it is a symbolic link");
  refused(directory.path, "it is a directory");
  if (Deno.build.os !== "windows") refused("/dev/zero", "it is a device");
  using followed = openFile(link, { followLinks: true });
  assert.equal(followed?.size, 1);
});

toolTest("openFile() does not wait for a pipe", ["mkfifo"], async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "pipe");
  await tool("mkfifo", [path]);
  assert.throws(() => openFile(path), { message: "it is a named pipe" });
});

toolTest("openNamedFile() opens files and nothing else, and never waits", ["mkfifo"], async () => {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  await tool("mkfifo", [at("pipe")]);
  await Deno.symlink("pipe", at("link"));
  using _socket = Deno.listen({ transport: "unix", path: at("socket") });
  assert.throws(() => openNamedFile(at("pipe")), new NotAFileError("a named pipe"));
  assert.throws(() => openNamedFile(at("link")), new NotAFileError("a named pipe"));
  assert.throws(() => openNamedFile(at("socket")), new NotAFileError("a socket"));
  assert.throws(() => openNamedFile("/dev/zero"), new NotAFileError("a device"));
  assert.throws(() => openNamedFile(directory.path), new NotAFileError("a directory"));
});

Deno.test("openNamedFile() throws the errors of Deno, with what the system said", async () => {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  await Deno.symlink("loop", at("loop"));
  await Deno.writeTextFile(at("file"), "x");
  assert.throws(() => openNamedFile(at("nothing")), new Deno.errors.NotFound("no such file or directory"));
  assert.throws(() => openNamedFile(at("loop")), Deno.errors.FilesystemLoop);
  assert.throws(() => openNamedFile(at("file/below")), Deno.errors.NotADirectory);
});

Deno.test("openNamedFile() knows the file that it opened, whatever has its name by now", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "f");
  await Deno.writeTextFile(path, "before");
  const { dev, ino, size, mtime } = await Deno.stat(path);
  using file = openNamedFile(path);
  await Deno.remove(path);
  await Deno.writeTextFile(path, "another");
  assert.deepEqual(file.identityNow(), file.identity);
  assert.deepEqual(file.identity, { dev, ino, size, mtime });
  const buffer = new Uint8Array(10);
  assert.equal(file.readSync(buffer, 3), 3);
  assert.equal(file.readSync(buffer.subarray(3), 6), 0);
  assert.equal(new TextDecoder().decode(buffer.subarray(0, 3)), "ore");
});

Deno.test("filePieces() gives all of a file", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "f");
  const bytes = new Uint8Array(600_000).map((_, at) => at % 251);
  await Deno.writeFile(path, bytes);
  assert.deepEqual(await collectBytes(ReadableStream.from(filePieces(path))), bytes);
  for await (const piece of filePieces(path)) {
    assert.ok(piece.byteLength > 0);
    break;
  }
});

Deno.test("stampOf() knows a file by its content, says nothing of what is not there, and names what cannot be asked", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "a");
  assert.equal(stampOf(path), undefined);
  await Deno.writeTextFile(path, "a");
  const before = stampOf(path);
  assert.equal(stampOf(join(path, "below a file")), undefined);
  await Deno.writeTextFile(path, "ab");
  assert.notEqual(stampOf(path), before);
  using file = openNamedFile(path);
  assert.equal(stampOf(path), file.stamp);
  const tooLong = join(directory.path, "a".repeat(300));
  assert.throws(() => stampOf(tooLong), { message: /^Cannot read ".*a{300}": / });
});
