import assert from "node:assert/strict";
import { join } from "node:path";
import { createFile, isTemporaryName, writeFile } from "../../src/system/write_file.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

async function namesIn(directory: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
}

Deno.test("writeFile() replaces a file, and shows the old one until the new one is whole", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "file");
  await Deno.writeTextFile(path, "old");
  async function* pieces(): AsyncGenerator<Uint8Array, void, void> {
    yield encode("new");
    assert.equal(await Deno.readTextFile(path), "old");
    const temporary = (await namesIn(directory.path)).filter((name) => name !== "file");
    assert.deepEqual(temporary.map(isTemporaryName), [true]);
    yield encode("er");
  }
  await writeFile(path, pieces());
  assert.equal(await Deno.readTextFile(path), "newer");
  assert.deepEqual(await namesIn(directory.path), ["file"]);
});

Deno.test("writeFile() leaves the old file and nothing else when the bytes fail", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "file");
  await Deno.writeTextFile(path, "old");
  const failure = new Error("failed");
  function* pieces(): Generator<Uint8Array, void, void> {
    yield encode("new");
    throw failure;
  }
  await assert.rejects(writeFile(path, pieces()), (error) => error === failure);
  assert.equal(await Deno.readTextFile(path), "old");
  assert.deepEqual(await namesIn(directory.path), ["file"]);
});

Deno.test("writeFile() leaves nothing when its name is that of a directory", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "directory");
  await Deno.mkdir(path);
  await assert.rejects(writeFile(path, [encode("x")]), { message: `Cannot write "${path}": is a directory` });
  assert.deepEqual(await namesIn(directory.path), ["directory"]);
});

Deno.test("writeFile() names the file when its directory is missing", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "no/file");
  await assert.rejects(writeFile(path, []), { message: `Cannot write "${path}": no such file or directory` });
});

Deno.test("createFile() writes a file where there are no hard links, and replaces none", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "file");
  const { link } = Deno;
  Deno.link = () => Promise.reject(new Error("Operation not permitted (os error 1)"));
  try {
    assert.equal(await createFile(path, [encode("first")]), true);
    assert.equal(await createFile(path, [encode("second")]), false);
  } finally {
    Deno.link = link;
  }
  assert.equal(await Deno.readTextFile(path), "first");
  assert.deepEqual(await namesIn(directory.path), ["file"]);
});

Deno.test("createFile() lets one of several writers win", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "file");
  const writers = Array.from({ length: 10 }, (_, at) => String(at));
  const won = await Promise.all(writers.map((text) => createFile(path, [encode(text)])));
  assert.equal(won.filter(Boolean).length, 1);
  assert.equal(await Deno.readTextFile(path), writers[won.indexOf(true)]);
  assert.deepEqual(await namesIn(directory.path), ["file"]);
});
