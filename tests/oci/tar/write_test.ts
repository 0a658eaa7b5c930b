import assert from "node:assert/strict";
import fc from "fast-check";
import { unpackTar } from "modern-tar";
import { digestOf } from "../../../src/oci/digest.ts";
import { type DirectReader, TAR_PIECE_SIZE, type TarEntry, tarSize, writeTar } from "../../../src/oci/tar/write.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { noise } from "../../support/sample_bytes.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { toolTest } from "../../support/tools.ts";
import { tarDirectory, tarFile, watchedFile } from "./tar_entries.ts";

const LONG_NAME = `${"d".repeat(150)}/${"\u00e9".repeat(100)}.yaml`;

function tree(): readonly TarEntry[] {
  return [
    tarDirectory("."),
    tarDirectory("deploy"),
    { ...tarFile("deploy/run.sh", "#!/bin/sh\n"), mode: 0o755 },
    tarFile("empty"),
    tarFile("one block", "x".repeat(512)),
    tarFile(LONG_NAME, "kind: ", "ConfigMap\n"),
  ];
}

Deno.test("writeTar() writes the bytes of Go's archive/tar when it writes a tree", async () => {
  // Go 1.26.8, archive/tar, the same entries with zero times.
  assert.equal(
    digestOf(await collectBytes(writeTar(tree()))),
    "sha256:8236193bd4fa3fb203bb8643e3fac1b1a4fa50752e4e1ae31d3e234153961def",
  );
});

Deno.test("writeTar() writes two blocks of zeros and nothing else when there are no entries", async () => {
  assert.deepEqual(await collectBytes(writeTar([])), new Uint8Array(1024));
});

Deno.test("writeTar() writes what a strict reader reads when names and bytes are any", async () => {
  const part = fc.string({ unit: "grapheme", minLength: 1, maxLength: 120 })
    .filter((text) => !/[/\0]|^\.\.?$/.test(text) && text.isWellFormed());
  const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  const entry = fc.record({ name, directory: fc.boolean(), bytes: fc.uint8Array({ maxLength: 1100 }) });
  await fc.assert(fc.asyncProperty(fc.array(entry, { maxLength: 8 }), async (entries) => {
    const archive = await collectBytes(
      writeTar(
        entries.map(({ name, directory, bytes }) => directory ? tarDirectory(name) : tarFile(name, bytes.slice())),
      ),
    );
    assert.equal(archive.byteLength % 512, 0);
    assert.deepEqual(
      (await unpackTar(archive, { strict: true })).map((
        { header, data },
      ) => [header.name, header.type, header.size, data]),
      entries.map(({ name, directory, bytes }) =>
        directory ? [name, "directory", 0, undefined] : [name, "file", bytes.byteLength, bytes]
      ),
    );
  }));
});

toolTest("tar() writes what GNU tar extracts when names are long and not ASCII", ["tar"], async () => {
  await using directory = await tempDirectory();
  const args = ["-x", "-p", "-C", directory.path];
  const child = new Deno.Command("tar", { args, stdin: "piped", stderr: "piped" }).spawn();
  await ReadableStream.from(writeTar(tree())).pipeTo(child.stdin);
  const { code, stderr } = await child.output();
  assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
  for (const entry of tree()) {
    const path = `${directory.path}/${entry.name}`;
    const info = await Deno.stat(path);
    assert.deepEqual([(info.mode ?? 0) & 0o7777, info.mtime], [entry.mode, new Date(0)], entry.name);
    if (entry.type === "directory") continue;
    assert.deepEqual(await Deno.readFile(path), await collectBytes(entry.open()), entry.name);
  }
});

Deno.test("writeTar() gives few large pieces when there are 10,000 small files", async () => {
  const entries = Array.from({ length: 10_000 }, (_, at) => tarFile(`f${at}`, "x"));
  const sizes: number[] = [];
  for await (const piece of writeTar(entries)) sizes.push(piece.byteLength);
  assert.equal(sizes.reduce((sum, size) => sum + size, 0), 10_000 * 1024 + 1024);
  assert.ok(sizes.slice(0, -1).every((size) => size === 1024 * 1024));
});

Deno.test("writeTar() takes entries when they come one by one", async () => {
  async function* entries(): AsyncGenerator<TarEntry> {
    yield* tree();
  }
  assert.deepEqual(await collectBytes(writeTar(entries())), await collectBytes(writeTar(tree())));
});

const WRONG_SIZES: readonly (readonly [what: string, size: number, found: string])[] = [
  ["shorter", 12, "it has 10 bytes, 12 were expected"],
  ["longer", 9, "it has more than 9 bytes, 9 were expected"],
  ["longer than nothing", 0, "it has more than 0 bytes, 0 were expected"],
];
for (const [what, size, found] of WRONG_SIZES) {
  Deno.test(`writeTar() fails when a body is ${what}`, async () => {
    const entry = { ...tarFile("a/b", "01234", "56789"), size };
    await assert.rejects(collectBytes(writeTar([entry])), new RangeError(`Cannot archive "a/b": ${found}`));
  });
}

Deno.test("writeTar() cancels a body when it is longer than its size", async () => {
  const endless = watchedFile("endless", 5, { pull: (controller) => controller.enqueue(new Uint8Array(3)) });
  await assert.rejects(collectBytes(writeTar([endless.entry])), RangeError);
  assert.ok(endless.cancelled());
});

Deno.test("writeTar() cancels the open body when the reader stops", async () => {
  const large = watchedFile("large", 2 ** 40, { pull: (controller) => controller.enqueue(new Uint8Array(65536)) });
  for await (const piece of writeTar([large.entry])) {
    assert.equal(piece.byteLength, 1024 * 1024);
    break;
  }
  assert.ok(large.cancelled());
});

Deno.test("writeTar() passes the error of a body on, and ends the entries", async () => {
  const error = new Error('Cannot read "a": permission denied');
  let ended = false;
  function* entries(): Generator<TarEntry> {
    try {
      yield watchedFile("a", 3, { pull: (controller) => controller.error(error) }).entry;
      yield tarFile("b");
    } finally {
      ended = true;
    }
  }
  await assert.rejects(collectBytes(writeTar(entries())), error);
  assert.ok(ended);
});

/** A file that is read straight into the archive, in reads of at most `step` bytes; its stream is never opened. */
function directFile(
  name: string,
  size: number,
  { bytes = noise(size), step = Infinity }: { readonly bytes?: Uint8Array<ArrayBuffer>; readonly step?: number } = {},
): { readonly entry: TarEntry; readonly bytes: Uint8Array<ArrayBuffer>; readonly calls: string[] } {
  const calls: string[] = [];
  let at = 0;
  const fill = (buffer: Uint8Array): number => {
    const part = bytes.subarray(at, at + Math.min(step, buffer.byteLength));
    buffer.set(part);
    at += part.byteLength;
    return part.byteLength;
  };
  const openDirect = (): DirectReader => ({
    readSync: (buffer) => (calls.push("readSync"), fill(buffer)),
    read: (buffer) => (calls.push("read"), Promise.resolve(fill(buffer))),
    finish(count): void {
      calls.push(`finish ${count}`);
      if (count !== size) throw new Error(`Cannot read "${name}": it changed`);
    },
    [Symbol.dispose]: () => calls.push("close"),
  });
  const open = (): never => {
    throw new Error("the stream is not needed");
  };
  return { entry: { name, type: "file", mode: 0o644, size, open, openDirect }, bytes, calls };
}

for (const size of [0, 1, 512, 100_000, 1024 * 1024, 3_000_001]) {
  Deno.test(`tar() writes the same bytes when a file of ${size} bytes is read directly`, async () => {
    const { entry, bytes, calls } = directFile("d", size, { step: 70_000 });
    const before = tarFile("before", "x");
    const written = await collectBytes(writeTar([before, entry, tarFile("after", "y")]));
    assert.equal(
      digestOf(written),
      digestOf(await collectBytes(writeTar([before, tarFile("d", bytes), tarFile("after", "y")]))),
    );
    assert.deepEqual(calls.slice(-2), [`finish ${size}`, "close"]);
    const reads = new Set(calls.slice(0, -2));
    assert.deepEqual([...reads], size === 0 ? [] : ["readSync"]);
  });
}

for (const size of [100, 600_000]) {
  Deno.test(`tar() fails and closes a file of ${size} bytes that is read directly when it ends too early`, async () => {
    const { entry, calls } = directFile("d", size, { bytes: new Uint8Array(size - 1) });
    await assert.rejects(collectBytes(writeTar([entry])), new Error('Cannot read "d": it changed'));
    assert.deepEqual(calls.slice(-2), [`finish ${size - 1}`, "close"]);
  });
}

Deno.test("tar() lets others have their turn between two entries when it is time", async () => {
  let turns = 0;
  const pause = (): Promise<void> | undefined => turns++ % 2 === 0 ? undefined : Promise.resolve();
  await collectBytes(writeTar([tarFile("a"), tarFile("b"), tarFile("c")], { pause }));
  assert.equal(turns, 3);
});

Deno.test("tar() lets others have their turn between two pieces of a large file", async () => {
  let turns = 0;
  const pause = (): Promise<void> => (turns++, Promise.resolve());
  await collectBytes(writeTar([directFile("d", 5 * TAR_PIECE_SIZE).entry], { pause }));
  assert.ok(turns > 5, String(turns));
});

Deno.test("tar() gives pieces that have a buffer each and can be given away", async () => {
  let size = 0;
  for await (const piece of writeTar([tarFile("a", noise(2_500_000))])) {
    assert.deepEqual([piece.byteOffset, piece.buffer.byteLength], [0, TAR_PIECE_SIZE]);
    size += piece.byteLength;
    piece.buffer.transfer(0);
  }
  assert.equal(size, tarSize([{ name: "a", type: "file", mode: 0o644, size: 2_500_000 }]));
});
