import assert from "node:assert/strict";
import { join } from "node:path";
import { NotAFileError, openFile, stampOf } from "../../src/system/open_file.ts";
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
  if (Deno.build.os !== "windows") refused("/dev/zero", "it is a device or a socket");
  using followed = openFile(link, { followLinks: true });
  assert.equal(followed?.size, 1);
});

toolTest("openFile() does not wait for a pipe", ["mkfifo"], async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "pipe");
  await tool("mkfifo", [path]);
  assert.throws(() => openFile(path), { message: "it is a pipe" });
});
