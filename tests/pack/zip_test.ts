import assert from "node:assert/strict";
import { join } from "node:path";
import { digestOf } from "../../src/oci/digest.ts";
import { readZipDirectory } from "../../src/oci/zip/directory.ts";
import { writeZip, type ZipOptions } from "../../src/pack/zip.ts";
import { withBacking } from "../../src/pipeline/backing.ts";
import type { Entry } from "../../src/pipeline/entry.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { binaryLike, inPieces, noise, textLike } from "../support/sample_bytes.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { readByGo, readByPython, readingOf, zipDirectory, zipFile } from "./zip_entries.ts";

const MEBIBYTE = 1024 * 1024;
const ENTRIES: readonly Entry[] = [
  zipFile("LICENSE", ""),
  zipFile("main.tf", 'output "hello" { value = "hello" }\n'.repeat(20)),
  zipDirectory("modules"),
  zipDirectory("modules/empty"),
  zipFile("modules/noise.bin", noise(5000)),
  zipFile("modules/run.sh", "#!/bin/sh\n", { executable: true }),
  zipFile("modules/ünï — 文.txt", "no ASCII\n"),
  zipFile("at-once.yaml", textLike(MEBIBYTE)),
  zipFile("large.bin", binaryLike(2.5 * MEBIBYTE), { executable: true }),
  zipFile("large.jpg", noise(MEBIBYTE + 1)),
];

toolTest("writeZip() writes what Go's archive/zip reads", ["go-unzip"], async () => {
  await using zip = await written(ENTRIES);
  assert.deepEqual(await readByGo(zip.path), readingOf(ENTRIES));
});

toolTest("writeZip() writes what Python's zipfile reads", ["python3"], async () => {
  await using zip = await written(ENTRIES);
  assert.deepEqual(await readByPython(zip.path), readingOf(ENTRIES));
});

toolTest("writeZip() writes what Info-ZIP reads", ["unzip"], async () => {
  await using zip = await written(ENTRIES, { level: 9, workers: 2 });
  assert.match(await tool("unzip", ["-tq", zip.path]), /^No errors detected/);
});

Deno.test("writeZip() writes the same bytes when the input comes in any pieces and with any number of workers", async () => {
  const cut = ENTRIES.map((entry) => ({ ...entry, open: () => ReadableStream.from(pieces(entry)) }));
  const expected = digestOf(await collectBytes(writeZip(ENTRIES)));
  assert.equal(digestOf(await collectBytes(writeZip(cut, { workers: 3 }))), expected);
  assert.notEqual(digestOf(await collectBytes(writeZip(ENTRIES, { level: 1 }))), expected);

  async function* pieces({ open }: Entry): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    yield* inPieces(await collectBytes(open()), 7, 70_001);
  }
});

Deno.test("writeZip() writes these bytes, whatever the machine", async () => {
  const bytes = await collectBytes(writeZip(ENTRIES));
  assert.equal(digestOf(bytes), "sha256:cdc69db5c83530d8541de806a163b8b81c5b1af83e88b604b0f427ed3888e9e4");
  assert.deepEqual(
    readZipDirectory(bytes, bytes.byteLength).map(({ name }) => name),
    readingOf(ENTRIES).map(({ name }) => name),
  );
});

Deno.test("writeZip() says everything before the data of a small file, and stores what does not become smaller", async () => {
  const bytes = await collectBytes(writeZip([zipFile("é", "1234"), zipFile("a.txt", "a".repeat(1000))]));
  const view = new DataView(bytes.buffer);
  assert.deepEqual([...bytes.subarray(0, 30)], [
    ..."PK\x03\x04".split("").map((letter) => letter.charCodeAt(0)),
    ...[20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0], // version 2.0, UTF-8, stored, 1980-01-01
    ...[0xa3, 0xe0, 0xe3, 0x9b, 4, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0],
  ]);
  const second = 30 + 2 + 4;
  assert.deepEqual([view.getUint16(second + 6, true), view.getUint16(second + 8, true)], [0, 8], "ASCII and deflate");
  assert.equal(view.getUint32(second + 22, true), 1000);
});

Deno.test("writeZip() writes an end and nothing else when there are no entries", async () => {
  const bytes = await collectBytes(writeZip([]));
  assert.deepEqual([...bytes], [0x50, 0x4b, 5, 6, ...new Array<number>(18).fill(0)]);
});

for (const size of [10, 2 * MEBIBYTE]) {
  for (const [found, wrong] of [[`more than ${size} bytes`, size + 1], [`${size - 1} bytes`, size - 1]] as const) {
    Deno.test(`writeZip() fails when a file of ${size} bytes has ${wrong}`, async () => {
      const entry = { ...zipFile("a", noise(wrong)), size };
      await assert.rejects(
        collectBytes(writeZip([zipFile("b", ""), entry])),
        new RangeError(`Cannot archive "a": it has ${found}, ${size} were expected`),
      );
    });
  }
}

Deno.test("writeZip() reads without a stream where that can be done, and fails as the reader does", async () => {
  let given = 0;
  const entry = withBacking(
    { ...zipFile("a", "abc"), open: (): never => assert.fail("a stream was opened") },
    {
      stamp: () => undefined,
      openDirect: () => ({
        readSync: (
          buffer,
        ): number => (buffer.set(new TextEncoder().encode("abc").subarray(given, given + 2)), given += 2, 2),
        read: (): never => assert.fail("it is small"),
        finish(count): void {
          if (count !== 3) throw new Error("Cannot read: it changed");
        },
        [Symbol.dispose](): void {},
      }),
    },
  );
  await assert.rejects(collectBytes(writeZip([entry])), new Error("Cannot read: it changed"));
});

for (
  const [name, why] of [
    ["a\\b", "a name in a zip cannot hold a backslash"],
    ["a\0", "a name cannot hold a NUL character"],
    ["", "the name is empty"],
    ["n".repeat(65_536), "the name is longer than 65,535 bytes"],
  ] as const
) {
  Deno.test(`writeZip() refuses the name ${JSON.stringify(name.slice(0, 10))}: ${why}`, async () => {
    await assert.rejects(
      collectBytes(writeZip([zipFile(name, "")])),
      new TypeError(`Cannot archive ${JSON.stringify(name.slice(0, 200))}: ${why}`),
    );
  });
}

Deno.test("writeZip() closes the reader of a file when the caller stops in the middle of it", async () => {
  let closed = 0;
  const entry: Entry = {
    ...zipFile("a", ""),
    size: 100 * MEBIBYTE,
    open: () =>
      new ReadableStream({
        pull: (controller): void => controller.enqueue(noise(MEBIBYTE)),
        cancel: (): void => void closed++,
      }),
  };
  for await (const piece of writeZip([entry])) {
    assert.equal(piece.byteLength, MEBIBYTE);
    break;
  }
  assert.equal(closed, 1);
});

async function written(
  entries: readonly Entry[],
  options: ZipOptions = {},
): Promise<AsyncDisposable & { readonly path: string }> {
  const directory = await tempDirectory();
  const path = join(directory.path, "a.zip");
  await Deno.writeFile(path, ReadableStream.from(writeZip(entries, options)));
  return { path, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}
