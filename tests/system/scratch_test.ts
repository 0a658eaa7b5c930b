import assert from "node:assert/strict";
import { join } from "node:path";
import { digestOf } from "../../src/oci/digest.ts";
import { ScratchError } from "../../src/system/scratch_error.ts";
import { createScratch } from "../../src/system/scratch.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { binaryLike, inPieces } from "../support/sample_bytes.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";

const KIBIBYTE = 1024;
const DESCRIBE = { mediaType: "application/octet-stream", annotations: { a: "b" } };

const KEPT: readonly (readonly [size: number, memoryLimit: number, files: number])[] = [
  [0, 0, 0],
  [1, 0, 1],
  [100 * KIBIBYTE, 100 * KIBIBYTE, 0],
  [100 * KIBIBYTE + 1, 100 * KIBIBYTE, 1],
  [1000 * KIBIBYTE, 100 * KIBIBYTE, 1],
];
for (const [size, memoryLimit, files] of KEPT) {
  Deno.test(`keep() writes ${files} files when ${size} bytes come and ${memoryLimit} may be in memory`, async () => {
    await using directory = await tempDirectory();
    await using scratch = createScratch({ directory: directory.path, memoryLimit });
    const bytes = binaryLike(size);
    const content = await scratch.keep(DESCRIBE, inPieces(bytes, 60 * KIBIBYTE));
    assert.deepEqual(content.descriptor, { ...DESCRIBE, digest: digestOf(bytes), size });
    assert.deepEqual(await collectBytes(content.open()), bytes);
    assert.equal((await listFiles(directory.path)).length, files);
  });
}

Deno.test("keep() counts all contents together when it decides what stays in memory", async () => {
  await using directory = await tempDirectory();
  await using scratch = createScratch({ directory: directory.path, memoryLimit: 100 });
  const keep = async (size: number): Promise<number> => {
    await scratch.keep(DESCRIBE, inPieces(binaryLike(size), 10));
    return (await listFiles(directory.path)).length;
  };
  assert.equal(await keep(60), 0);
  assert.equal(await keep(60), 1, "the second goes to a file");
  assert.equal(await keep(40), 1, "what it held for a while is free again");
  assert.equal(await keep(1), 2, "now it is full");
});

for (const given of [false, true]) {
  Deno.test(`keep() ${given ? "takes over" : "leaves alone"} pieces that were ${given ? "" : "not "}given away`, async () => {
    await using directory = await tempDirectory();
    await using scratch = createScratch({ directory: directory.path, memoryLimit: 100 });
    const text = binaryLike(60);
    const small = [text.slice()];
    const kept = await scratch.keep(DESCRIBE, ReadableStream.from(small), { given });
    small[0]?.fill(0);
    assert.deepEqual(await collectBytes(kept.open()), given ? new Uint8Array(60) : text);
    const [first] = await Array.fromAsync(kept.open());
    first?.fill(1);
    assert.deepEqual(await collectBytes(kept.open()), given ? new Uint8Array(60) : text, "a reader has a copy");

    const large = [text.slice(), text.slice(), text.slice()];
    const spilled = await scratch.keep(DESCRIBE, ReadableStream.from(large), { given });
    assert.deepEqual(large.map(({ byteLength }) => byteLength), given ? [0, 0, 0] : [60, 60, 60]);
    assert.deepEqual(await collectBytes(spilled.open()), new Uint8Array([...text, ...text, ...text]));
  });
}

Deno.test("keep() lets nobody but the owner read its files", async () => {
  await using directory = await tempDirectory();
  await using scratch = createScratch({ directory: directory.path, memoryLimit: 0 });
  const before = Deno.umask(0);
  try {
    await scratch.keep(DESCRIBE, inPieces(binaryLike(10), 10));
  } finally {
    Deno.umask(before);
  }
  const [file] = await listFiles(directory.path);
  assert.ok(file);
  assert.equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  assert.equal(((await Deno.stat(file.slice(0, file.lastIndexOf("/")))).mode ?? 0) & 0o777, 0o700);
});

Deno.test("open() gives streams of their own, in pieces of at most 64 KiB, when a content is in a file", async () => {
  await using directory = await tempDirectory();
  await using scratch = createScratch({ directory: directory.path, memoryLimit: 0 });
  const bytes = binaryLike(700 * KIBIBYTE);
  const content = await scratch.keep(DESCRIBE, inPieces(bytes, 300 * KIBIBYTE));
  const [one, other] = [content.open().getReader(), content.open().getReader()];
  const first = await one.read();
  assert.equal(first.value?.byteLength, 64 * KIBIBYTE);
  assert.deepEqual(await other.read(), first);
  await one.cancel();
  assert.deepEqual(await collectBytes(content.open()), bytes);
  await other.cancel();
});

Deno.test("open() leaves no file open when the stream is cancelled before it is read", async () => {
  await using directory = await tempDirectory();
  await using scratch = createScratch({ directory: directory.path, memoryLimit: 0 });
  const content = await scratch.keep(DESCRIBE, inPieces(binaryLike(10), 10));
  await content.open().cancel();
});

Deno.test("keep() keeps contents apart when they come at once", async () => {
  await using directory = await tempDirectory();
  await using scratch = createScratch({ directory: directory.path, memoryLimit: 50 * KIBIBYTE });
  const all = [1, 2, 3, 4, 5, 6].map((seed) => binaryLike(seed * 20 * KIBIBYTE, seed));
  const contents = await Promise.all(all.map((bytes) => scratch.keep(DESCRIBE, inPieces(bytes, 7 * KIBIBYTE))));
  const read = await Promise.all(contents.map((content) => collectBytes(content.open())));
  assert.deepEqual(read, all);
  assert.equal(new Set((await listFiles(directory.path)).map((path) => path.replace(/\/\d+$/, ""))).size, 1);
});

Deno.test("keep() passes the error of its bytes on, and keeps nothing", async () => {
  await using directory = await tempDirectory();
  await using scratch = createScratch({ directory: directory.path, memoryLimit: 100 });
  const error = new Error("Cannot read");
  async function* failing(size: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    yield binaryLike(size);
    throw error;
  }
  await assert.rejects(scratch.keep(DESCRIBE, failing(100)), error);
  await assert.rejects(scratch.keep(DESCRIBE, failing(101)), error);
  assert.deepEqual(await listFiles(directory.path), []);
  await scratch.keep(DESCRIBE, inPieces(binaryLike(100), 50));
  assert.deepEqual(await listFiles(directory.path), [], "the memory is free again");
});

Deno.test("keep() names the directory when no file can be made there", async () => {
  await using directory = await tempDirectory();
  const missing = `${directory.path}/missing`;
  await using scratch = createScratch({ directory: missing, memoryLimit: 0 });
  let ended = false;
  async function* bytes(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    try {
      yield binaryLike(10);
    } finally {
      ended = true;
    }
  }
  await assert.rejects(
    scratch.keep(DESCRIBE, bytes()),
    new ScratchError(`Cannot make a temporary directory in "${missing}": no such file or directory`),
  );
  assert.ok(ended);
});

toolTest("keep() names the directory, and leaves nothing open, when a file cannot grow", ["bash"], async () => {
  await using directory = await tempDirectory();
  // With a limit of 64 MiB a write fails in the middle of the file, as on a full disk.
  const script = `trap "" XFSZ; ulimit -f 65536; exec "$@"`;
  const program = join(import.meta.dirname ?? "", "fill_scratch.ts");
  const said = await tool("bash", ["-c", script, "bash", Deno.execPath(), "run", "-A", program, directory.path]);
  assert.deepEqual(JSON.parse(said), {
    failure: `Cannot write to "${directory.path}": file too large`,
    ended: true,
    open: [],
    files: [],
  });
  assert.deepEqual(await Array.fromAsync(Deno.readDir(directory.path)), []);
});

Deno.test("close() removes everything, once and again", async () => {
  await using directory = await tempDirectory();
  const scratch = createScratch({ directory: directory.path, memoryLimit: 10 });
  const contents = [
    await scratch.keep(DESCRIBE, inPieces(binaryLike(10), 10)),
    await scratch.keep(DESCRIBE, inPieces(binaryLike(20), 10)),
  ];
  await Promise.all([scratch.close(), scratch.close()]);
  await scratch.close();
  assert.deepEqual(await Array.fromAsync(Deno.readDir(directory.path)), []);
  await assert.rejects(collectBytes(contents[1]?.open() ?? []), /^Error: Cannot read ".*": no such file or directory$/);
});

Deno.test("close() makes no directory when nothing was written", async () => {
  await using directory = await tempDirectory();
  await createScratch({ directory: directory.path }).close();
  assert.deepEqual(await Array.fromAsync(Deno.readDir(directory.path)), []);
});

Deno.test("close() leaves nothing behind when contents are still coming", async () => {
  await using directory = await tempDirectory();
  const scratch = createScratch({ directory: directory.path, memoryLimit: 0 });
  const gate = Promise.withResolvers<void>();
  async function* waiting(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    yield binaryLike(10);
    await gate.promise;
    yield binaryLike(10);
  }
  const settled = Promise.allSettled([
    scratch.keep(DESCRIBE, waiting()),
    ...Array.from({ length: 20 }, () => scratch.keep(DESCRIBE, inPieces(binaryLike(10), 10))),
  ]);
  await scratch.close();
  assert.deepEqual(await Array.fromAsync(Deno.readDir(directory.path)), []);
  await assert.rejects(
    scratch.keep(DESCRIBE, inPieces(binaryLike(10), 10)),
    new Error("Cannot keep bytes: the temporary files are removed already"),
  );
  gate.resolve();
  await settled;
  assert.deepEqual(await Array.fromAsync(Deno.readDir(directory.path)), []);
});

Deno.test("close() leaves nothing behind when files are just being created", async () => {
  await using directory = await tempDirectory();
  // Which file is created while the directory is removed is up to the system: many tries meet the moment.
  for (let round = 0; round < 200; round++) {
    const scratch = createScratch({ directory: directory.path, memoryLimit: 0 });
    await scratch.keep(DESCRIBE, inPieces(binaryLike(10), 10));
    const settled = Promise.allSettled(
      Array.from({ length: 40 }, () => scratch.keep(DESCRIBE, inPieces(binaryLike(10), 3))),
    );
    for (let turn = 0; turn < round % 12; turn++) await Promise.resolve();
    await scratch.close();
    await settled;
  }
  assert.deepEqual(await Array.fromAsync(Deno.readDir(directory.path)), []);
});

/** The files with content; the socket of their owner is none. */
async function listFiles(directory: string): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    for await (const file of Deno.readDir(`${directory}/${name}`)) {
      if (file.isFile) files.push(`${directory}/${name}/${file.name}`);
    }
  }
  return files;
}

Deno.test("keep() gives each reader bytes of its own, and keeps none of the writer's", async () => {
  await using scratch = createScratch();
  const bytes = new TextEncoder().encode("as it was");
  const content = await scratch.keep({ mediaType: "text/plain" }, ReadableStream.from([bytes]));
  bytes.fill(0);
  for await (const piece of content.open()) piece.fill(0);
  assert.equal(new TextDecoder().decode(await collectBytes(content.open())), "as it was");
});
