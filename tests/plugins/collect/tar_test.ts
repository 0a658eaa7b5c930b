import assert from "node:assert/strict";
import { join } from "node:path";
import zlib from "node:zlib";
import { packTar, type TarEntry } from "modern-tar";
import type { Entry } from "../../../src/pipeline/entry.ts";
import { SourceError } from "../../../src/pipeline/source_error.ts";
import { directory } from "../../../src/plugins/collect/directory.ts";
import { tar } from "../../../src/plugins/collect/tar.ts";
import { file, folder, paxHeader, type RawMember, rawTar, symlink } from "../../support/raw_tar.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool, toolTest } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";
import { collectContext, collected, describeEntries } from "./collect_support.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const SMALL: readonly TarEntry[] = [
  member("./", "directory"),
  member("./a/x", "file", "x"),
  member("./b", "file", "b"),
];
const SMALL_DESCRIBED = ["a/", "a/x = x", "b = b"];

function member(name: string, type: TarEntry["header"]["type"] & string, content = "", more = {}): TarEntry {
  const isFile = type === "file";
  return {
    header: { name, type, size: isFile ? content.length : 0, ...(isFile ? {} : { linkname: content }), ...more },
    ...(isFile ? { body: content } : {}),
  };
}

async function collect(bytes: Bytes): Promise<readonly Entry[]> {
  const collector = tar({ open: () => new Blob([bytes]).stream() });
  return await collected(collector, { symlinks: "follow" }, { location: "s.tar" }, collectContext());
}

async function collectMembers(members: readonly TarEntry[]): Promise<readonly string[]> {
  return await describeEntries(await collect(await packTar(members)));
}

Deno.test("tar() reads the file that the source names", async () => {
  await using root = await tempDirectory();
  const location = join(root.path, "s.tar");
  await Deno.writeFile(location, await packTar(SMALL));
  const entries = await collected(tar(), { symlinks: "follow" }, { location }, collectContext());
  assert.deepEqual(await describeEntries(entries), SMALL_DESCRIBED);
});

Deno.test("tar() names a source that is missing or a directory", async () => {
  for (
    const [location, why] of [["/nowhere.tar", "there is no such file or directory"], [
      "/",
      "it is a directory",
    ]] as const
  ) {
    await assert.rejects(
      collected(tar(), { symlinks: "follow" }, { location }, collectContext()),
      (error) => error instanceof SourceError && error.message.includes(location) && error.message.includes(why),
    );
  }
});

Deno.test("tar() sees gzip by its first bytes, one member or several", async () => {
  const plain = await packTar(SMALL);
  assert.deepEqual(await describeEntries(await collect(bytesOf(zlib.gzipSync(plain)))), SMALL_DESCRIBED);
  const halves = [zlib.gzipSync(plain.subarray(0, 700)), zlib.gzipSync(plain.subarray(700))];
  assert.deepEqual(await describeEntries(await collect(bytesOf(...halves))), SMALL_DESCRIBED);
});

toolTest("tar() sees zstd by its first bytes, or says that this Deno cannot read it", ["zstd"], async () => {
  await using root = await tempDirectory();
  const location = join(root.path, "s.tar");
  await Deno.writeFile(location, await packTar(SMALL));
  await tool("zstd", ["-q", location]);
  const compressed = await Deno.readFile(`${location}.zst`);
  if (canUndoZstd()) assert.deepEqual(await describeEntries(await collect(compressed)), SMALL_DESCRIBED);
  else await assert.rejects(collect(compressed), /s\.tar" as a tar: it is compressed with zstd, which this version/);
});

function canUndoZstd(): boolean {
  try {
    zlib.createZstdDecompress().destroy();
    return true;
  } catch {
    return false;
  }
}

Deno.test("tar() reads a tar that comes in single bytes", async () => {
  const bytes = bytesOf(zlib.gzipSync(await packTar(SMALL)));
  const open = (): ReadableStream<Bytes> => ReadableStream.from(piecesOf(bytes, 1));
  const entries = await collected(tar({ open }), { symlinks: "follow" }, { location: "-" }, collectContext());
  assert.deepEqual(await describeEntries(entries), SMALL_DESCRIBED);
});

const DAMAGED: readonly (readonly [what: string, damage: (whole: Bytes) => Bytes, why: RegExp])[] = [
  ["is empty", () => new Uint8Array(0), /it is empty$/],
  ["is something else", () => new TextEncoder().encode("hello ".repeat(200)), /it does not begin like a tar$/],
  ["ends in a header", (whole) => whole.slice(0, 700), /it ends too early$/],
  ["ends in a file", (whole) => whole.slice(0, 1300), /it ends too early$/],
  ["has a wrong checksum", (whole) => (whole[150] = 0x37, whole), /it does not begin like a tar$/],
  [
    "has garbage at its end",
    (whole) => bytesOf(whole, new TextEncoder().encode("x".repeat(512))),
    /something else stands behind its end$/,
  ],
  [
    "is gzip that ends too early",
    (whole) => bytesOf(zlib.gzipSync(whole)).slice(0, -12),
    /its compressed bytes end too early$/,
  ],
  ["is gzip with a wrong checksum", (whole) => {
    const bytes = bytesOf(zlib.gzipSync(whole));
    bytes.set([1, 2, 3, 4], bytes.byteLength - 8);
    return bytes;
  }, /its compressed bytes are damaged, or something else stands behind them$/],
  ["is compressed with xz", () => Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0), /it is compressed with xz$/],
  ["is compressed with bzip2", () => new TextEncoder().encode("BZh91AY&SY"), /it is compressed with bzip2$/],
];

for (const [what, damage, why] of DAMAGED) {
  Deno.test(`tar() refuses a tar that ${what}`, async () => {
    const bytes = damage(await packTar(SMALL));
    await assert.rejects(collect(bytes), (error) => {
      assert.ok(error instanceof SourceError);
      assert.ok(error.message.startsWith('Cannot read "s.tar" as a tar: '), error.message);
      assert.match(error.message, why);
      return true;
    });
  });
}

Deno.test("tar() takes a tar that stops behind a whole member, and warns", async () => {
  const whole = await packTar(SMALL);
  const warnings: string[] = [];
  const context = collectContext();
  const log = { ...context.log, warn: (message: string): void => void warnings.push(message) };
  const open = (): ReadableStream<Bytes> => ReadableStream.from([whole.slice(0, -1024)]);
  const entries = await collected(tar({ open }), { symlinks: "follow" }, { location: "s.tar" }, { ...context, log });
  assert.deepEqual(await describeEntries(entries), SMALL_DESCRIBED);
  assert.deepEqual(warnings, ['"s.tar" stops without the mark that ends a tar, so more may have been in it']);
});

Deno.test("tar() takes entries for the root, whatever they are called", async () => {
  for (const root of ["/", "./", ".", "//"]) {
    const bytes = rawTar([folder(root), file("a", "A")]);
    assert.deepEqual((await collect(bytes)).map(({ path }) => path), ["a"]);
  }
});

const TOO_LONG: readonly (readonly [what: string, members: readonly RawMember[], message: RegExp])[] = [
  [
    "a path of 500,000 directories",
    [paxHeader({ path: "a/".repeat(500_000) }), file("x")],
    /^Cannot publish "(a\/)+…" from the tar: a path has more than 4096 characters$/,
  ],
  [
    "a link of 500,000 directories",
    [paxHeader({ linkpath: "a/".repeat(500_000) }), symlink("l", "x")],
    /^Cannot publish "l" from the tar: a path has more than 4096 characters$/,
  ],
  [
    "links that multiply what is to be gone through",
    [
      file("d/x"),
      ...Array.from({ length: 30 }, (_, at) => [
        paxHeader({ linkpath: `${"./".repeat(1900)}${at === 0 ? "d/x" : `h${at - 1}`}` }),
        symlink(`h${at}`, "x"),
      ]).flat(),
      ...Array.from({ length: 20_000 }, (_, at) => symlink(`l${at}`, "h29")),
    ],
    /all links together take too many steps$/,
  ],
];

for (const [what, members, message] of TOO_LONG) {
  Deno.test(`tar() refuses ${what}`, async () => {
    await assert.rejects(collect(rawTar(members)), (error) => {
      assert.ok(error instanceof SourceError);
      assert.match(error.message, message);
      return true;
    });
  });
}

const REFUSED: readonly (readonly [members: readonly TarEntry[], message: string])[] = [
  [[member("a", "file", "1"), member("./a", "file", "2")], 'Cannot publish "a" from the tar: it is there twice'],
  [[member("a/", "directory"), member("a", "directory")], 'Cannot publish "a" from the tar: it is there twice'],
  [[member("a/b", "file"), member("a", "file")], 'Cannot publish "a" from the tar: it is there twice'],
  [[member("a", "file"), member("a/b", "file")], 'Cannot publish "a/b" from the tar: "a" is no directory'],
  [
    [member("d/", "directory"), member("l", "symlink", "d"), member("l/x", "file")],
    'Cannot publish "l/x" from the tar: "l" is no directory',
  ],
  [[member("a/../../x", "file")], 'Cannot publish "a/../../x" from the tar: its path leads out of the tar'],
  [[member("/etc/x", "file")], 'Cannot publish "/etc/x" from the tar: its path leads out of the tar'],
  [[member("a", "file"), member("p", "fifo")], 'Cannot publish "p": it is a named pipe'],
  [[member("a", "file"), member("d", "character-device")], 'Cannot publish "d": it is a device'],
  [[member("a", "file"), member("bad\ufffd", "file", "x")], 'Cannot publish "bad\ufffd": its name is not valid UTF-8'],
  [
    [member("a", "file"), member("h", "link", "b"), member("b", "file")],
    'Cannot publish "h" from the tar: it is a hard link to "b", which does not stand before it',
  ],
  [
    [member("a", "file"), member("h", "link", "../a")],
    'Cannot publish "../a" from the tar: its path leads out of the tar',
  ],
  [
    [member("a", "file", "x", { pax: { "GNU.sparse.major": "1" } })],
    'Cannot publish "a" from the tar: it is a sparse file',
  ],
  [[member("./", "directory")], 'Cannot publish "s.tar": there is no file in it'],
];

for (const [members, message] of REFUSED) {
  Deno.test(`tar() refuses ${members.map(({ header }) => `${header.type} ${header.name}`).join(", ")}`, async () => {
    await assert.rejects(collectMembers(members), new SourceError(message));
  });
}

Deno.test("tar() takes no name for a compression", async () => {
  assert.deepEqual(await collectMembers([member("BZh9", "file", "x")]), ["BZh9 = x"]);
});

Deno.test("tar() gives hard links the content and the mode of the file that they name", async () => {
  const members = [
    member("a", "file", "text", { mode: 0o755 }),
    member("b/h", "link", "./a"),
    member("l", "symlink", "a"),
    member("c", "link", "l"),
  ];
  assert.deepEqual(await collectMembers(members), ["a* = text", "b/", "b/h* = text", "c* = text", "l* = text"]);
});

Deno.test("tar() passes over the content of what is pruned because it cannot be packaged", async () => {
  const bytes = await packTar([member("a\ufffd", "file", "x".repeat(300_000)), member("b", "file", "b")]);
  const open = (): ReadableStream<Bytes> => ReadableStream.from(piecesOf(bytes, 10_000));
  const collector = tar({ prune: (path) => path.startsWith("a"), open });
  const entries = await collected(collector, { symlinks: "follow" }, { location: "-" }, collectContext());
  assert.deepEqual(entries.map(({ path }) => path), ["a\ufffd", "b"]);
});

Deno.test("tar() reads on after small and large files that are passed over", async () => {
  const members = Array.from({ length: 80 }, (_, at) => {
    return member(at % 4 < 2 ? `${at}\ufffd` : `${at}`, "file", "x".repeat(at % 2 === 0 ? 400 : 90_000));
  });
  const bytes = await packTar(members);
  const open = (): ReadableStream<Bytes> => ReadableStream.from(piecesOf(bytes, 256 * 1024));
  const collector = tar({ prune: (path) => path.endsWith("\ufffd"), open });
  const entries = await collected(collector, { symlinks: "follow" }, { location: "-" }, collectContext());
  assert.equal(entries.length, 80);
  assert.deepEqual(
    entries.filter(({ size }) => size > 0).map(({ size }) => size).sort(),
    Array.from(
      { length: 40 },
      (_, at) => at < 20 ? 400 : 90_000,
    ),
  );
});

function piecesOf(bytes: Bytes, size: number): readonly Bytes[] {
  return Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, at) => bytes.slice(at * size, (at + 1) * size));
}

for (const format of ["gnu", "pax", "ustar", "v7"]) {
  toolTest(`tar() gives what directory() gives when GNU tar wrote the ${format} format`, ["tar", "sh"], async () => {
    await using around = await tempDirectory();
    const root = join(around.path, "source");
    const long = format === "v7" ? "short" : `${"n".repeat(80)}/${"m".repeat(80)}`;
    await writeTree(root, { "a/z.txt": "z", "a-b": "#!run", "a.txt": "", [`${long}/f`]: "far", "é/x": "x", "e/": "" });
    if (format !== "ustar" && format !== "v7") await writeTree(root, { [`p${"q".repeat(240)}`]: "long" });
    await Deno.writeFile(join(root, "big"), new Uint8Array(3_000_000).fill(65));
    await Deno.link(join(root, "a-b"), join(root, "zz"));
    await Deno.symlink("a", join(root, "l"));
    await tool("tar", ["-C", root, `--format=${format}`, "-czf", join(around.path, "s.tgz"), "."]);
    const expected = await collected(directory(), { symlinks: "follow" }, { location: root }, collectContext());
    const found = await collected(
      tar(),
      { symlinks: "follow" },
      { location: join(around.path, "s.tgz") },
      collectContext(),
    );
    assert.deepEqual(await describeEntries(found), await describeEntries(expected));
    assert.deepEqual(shapes(found), shapes(expected));
  });
}

function shapes(entries: readonly Entry[]): readonly string[] {
  return entries.map(({ path, kind, executable, size }) => `${path} ${kind} ${executable} ${size}`);
}

for (const [format, why] of [["gnu", "as a tar: it holds a sparse file"], ["pax", "it is a sparse file"]] as const) {
  toolTest(`tar() refuses sparse files that GNU tar wrote in the ${format} format`, ["tar"], async () => {
    await using root = await tempDirectory();
    const file = await Deno.create(join(root.path, "sparse"));
    await file.truncate(1_000_000);
    file.close();
    const location = join(root.path, "s.tar");
    await tool("tar", ["-C", root.path, `--format=${format}`, "-S", "-cf", location, "sparse"]);
    await assert.rejects(
      collected(tar(), { symlinks: "follow" }, { location }, collectContext()),
      (error) => error instanceof SourceError && error.message.includes(why),
    );
  });
}

Deno.test("tar() takes a tar inside a tar for a plain file, whatever is in it", async () => {
  const inner = await packTar([member("a", "file", "x")]);
  // The header of a sparse file, with the checksum that it then has.
  const checksum = parseInt(new TextDecoder().decode(inner.subarray(148, 154)), 8) + "S".charCodeAt(0) - 0x30;
  inner.set(new TextEncoder().encode(checksum.toString(8).padStart(6, "0")), 148);
  inner[156] = "S".charCodeAt(0);
  await assert.rejects(collect(inner), /it holds a sparse file$/);
  const header = { name: "inner.tar", size: inner.byteLength };
  const entries = await collect(await packTar([{ header, body: inner }, member("b", "file", "b")]));
  assert.deepEqual(entries.map(({ path, size }) => [path, size]), [["b", 1], ["inner.tar", inner.byteLength]]);
});

Deno.test("tar() ends an archive without end when the run is aborted", async () => {
  const controller = new AbortController();
  const head = (await packTar(SMALL)).slice(0, 1024);
  let cancelled = false;
  const open = (): ReadableStream<Bytes> =>
    new ReadableStream({
      start: (stream): void => stream.enqueue(head),
      pull: (): Promise<void> => (controller.abort(), new Promise(() => {})),
      cancel: (): void => {
        cancelled = true;
      },
    }, { highWaterMark: 0 });
  await assert.rejects(
    collected(tar({ open }), { symlinks: "follow" }, { location: "-" }, collectContext(controller.signal)),
    { name: "AbortError" },
  );
  assert.ok(cancelled);
});

Deno.test("tar() gives up the archive when scratch is full", async () => {
  let cancelled = false;
  const bytes = await packTar(SMALL);
  const open = (): ReadableStream<Bytes> =>
    new ReadableStream({
      start: (stream): void => stream.enqueue(bytes.slice(0, 2048)),
      cancel: (): void => {
        cancelled = true;
      },
    });
  const full = new Error('Cannot write to "/tmp": no space left on device');
  const context = { ...collectContext(), scratch: { keep: () => Promise.reject(full) } };
  await assert.rejects(collected(tar({ open }), { symlinks: "follow" }, { location: "-" }, context), full);
  assert.ok(cancelled);
});

function bytesOf(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.byteLength), 0);
  return all;
}
