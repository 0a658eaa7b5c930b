import assert from "node:assert/strict";
import { join } from "node:path";
import { NotAFileError } from "../../src/system/open_file.ts";
import { readSmallFile, readSmallText } from "../../src/system/read_small_file.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";

for (const size of [0, 1, 4096, 4097, 100_000]) {
  Deno.test(`readSmallFile() reads all of ${size} bytes`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "f");
    const bytes = new Uint8Array(size).map((_, at) => at % 251);
    await Deno.writeFile(path, bytes);
    assert.deepEqual(await readSmallFile(path), bytes);
  });
}

Deno.test("readSmallFile() takes as many bytes as the limit says, and not one more", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "f");
  await Deno.writeFile(path, new Uint8Array(1024 * 1024));
  assert.equal((await readSmallFile(path)).byteLength, 1024 * 1024);
  await Deno.writeFile(path, new Uint8Array(1), { append: true });
  await assert.rejects(readSmallFile(path), new RangeError("it is larger than 1 MiB"));
  assert.equal((await readSmallFile(path, 2 * 1024 * 1024)).byteLength, 1024 * 1024 + 1);
});

Deno.test({
  name: "readSmallFile() reads a file that says that it is empty and is not",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    assert.match(await readSmallText("/proc/self/status"), /^Name:/);
  },
});

toolTest("readSmallFile() refuses what is no file, and does not wait for it", ["mkfifo"], async () => {
  await using directory = await tempDirectory();
  const pipe = join(directory.path, "pipe");
  await tool("mkfifo", [pipe]);
  await assert.rejects(readSmallFile(pipe), new NotAFileError("a named pipe"));
  await assert.rejects(readSmallFile("/dev/zero"), new NotAFileError("a device"));
  await assert.rejects(readSmallFile(directory.path), new NotAFileError("a directory"));
  await assert.rejects(readSmallFile(join(directory.path, "nothing")), Deno.errors.NotFound);
  await assert.rejects(readSmallFile(join(pipe, "below")), Deno.errors.NotADirectory);
});

Deno.test("readSmallFile() takes /dev/null for an empty file", async () => {
  assert.equal(await readSmallText("/dev/null"), "");
});
