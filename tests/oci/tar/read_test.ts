import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { packTar, type TarEntry as PackedEntry } from "modern-tar";
import { readTar, type TarMember } from "../../../src/oci/tar/read.ts";
import { type TarEntry, writeTar } from "../../../src/oci/tar/write.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { file, folder, paxHeader, type RawMember, rawTar } from "../../support/raw_tar.ts";
import { inPieces } from "../../support/sample_bytes.ts";
import { tarDirectory, tarFile, watchedFile } from "./tar_entries.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const ENCODER = new TextEncoder();
const BEFORE_1970 = base256(-86400);

const ENTRIES = [
  tarDirectory("./"),
  tarDirectory("./a/"),
  tarFile("././a/b", "one"),
  tarFile("c"),
  tarFile("d/e", "two"),
];
const MEMBERS = [
  ["./", "directory", ""],
  ["./a/", "directory", ""],
  ["././a/b", "file", "one"],
  ["c", "file", ""],
  ["d/e", "file", "two"],
];

function explain(cause: unknown): Error {
  return new Error("Cannot read it", { cause });
}

function members(
  bytes: AsyncIterable<Bytes> | Iterable<Bytes>,
  signal?: AbortSignal,
): AsyncGenerator<TarMember, void, void> {
  const stream = bytes instanceof ReadableStream ? bytes : ReadableStream.from(bytes);
  return readTar(stream, { explain, ...(signal === undefined ? {} : { signal }) });
}

async function read(bytes: AsyncIterable<Bytes>): Promise<readonly (readonly [string, string, string])[]> {
  const items: [string, string, string][] = [];
  for await (const { name, type, body } of members(bytes)) {
    items.push([name, type, new TextDecoder().decode(await collectBytes(body))]);
  }
  return items;
}

Deno.test("readTar() gives the members of a tar when it comes in any pieces", async () => {
  const bytes = await collectBytes(writeTar(ENTRIES));
  const sizes = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 5 });
  await fc.assert(fc.asyncProperty(sizes, async (sizes) => {
    assert.deepEqual(await read(inPieces(bytes, ...sizes)), MEMBERS);
  }));
});

Deno.test("readTar() reads gzip when it comes in several members and in pieces of one byte", async () => {
  const bytes = await collectBytes(writeTar(ENTRIES));
  const halves = [bytes.subarray(0, 700), bytes.subarray(700)].map((half) => gzipSync(half));
  assert.deepEqual(await read(inPieces(await collectBytes(halves), 1)), MEMBERS);
});

const KINDS: readonly (readonly [header: PackedEntry["header"], member: Partial<TarMember>])[] = [
  [{ name: "f", size: 3, mode: 0o754 }, { type: "file", size: 3, mode: 0o754, target: "" }],
  [{ name: "s", size: 3, pax: { "GNU.sparse.major": "1" } }, { type: "sparse", size: 3 }],
  [{ name: "d/", size: 0, type: "directory", mode: 0o700 }, { type: "directory", size: 0, mode: 0o700, target: "" }],
  [{ name: "l", size: 0, type: "symlink", linkname: "../f" }, { type: "symlink", size: 0, target: "../f" }],
  [{ name: "h", size: 0, type: "link", linkname: "./f" }, { type: "hardlink", size: 0, target: "./f" }],
  [{ name: "p", size: 0, type: "fifo" }, { type: "fifo", size: 0, target: "" }],
  [{ name: "b", size: 0, type: "block-device" }, { type: "device", size: 0 }],
  [{ name: "c", size: 0, type: "character-device" }, { type: "device", size: 0 }],
  [{ name: "\ufffd", size: 3 }, { type: "file", size: 3 }],
];

for (const [header, expected] of KINDS) {
  Deno.test(`readTar() tells what a member is when it is ${header.type ?? "file"} ${header.name}`, async () => {
    const body = header.size === 0 ? {} : { body: "abc" };
    const bytes = await packTar([{ header, ...body }, { header: { name: "last", size: 1 }, body: "x" }]);
    const seen: TarMember[] = [];
    for await (const member of members([bytes])) seen.push(member);
    assert.deepEqual(seen.map(({ name }) => name), [header.name, "last"]);
    assert.deepEqual({ ...seen[0], ...expected }, seen[0]);
  });
}

const DAMAGED: readonly (readonly [state: string, damage: (bytes: Bytes) => Uint8Array, why: RegExp])[] = [
  ["is empty", () => new Uint8Array(0), /^It is empty$/],
  ["is something else", () => new TextEncoder().encode("hello ".repeat(200)), /^It does not begin like a tar$/],
  ["is cut off in a header", (bytes) => bytes.subarray(0, 700), /^It ends too early$/],
  ["is cut off in a body", (bytes) => bytes.subarray(0, 1537), /^It ends too early$/],
  ["has no end", (bytes) => bytes.subarray(0, -1024), /^It ends too early$/],
  ["has a wrong checksum", (bytes) => bytes.with(1030, 0xff), /^A header is damaged$/],
  ["has garbage after its end", (bytes) => new Uint8Array([...bytes, 1]), /^Something else stands behind its end$/],
  ["is cut off gzip", (bytes) => gzipSync(bytes).subarray(0, -30), /^Its compressed bytes end too early$/],
  [
    "is damaged gzip",
    (bytes) => new Uint8Array(gzipSync(bytes)).with(40, 0xff),
    /^Its compressed bytes are damaged, or something else stands behind them$/,
  ],
  ["is compressed with xz", () => Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0), /^It is compressed with xz$/],
  ["is compressed with bzip2", () => new TextEncoder().encode("BZh91AY&SY"), /^It is compressed with bzip2$/],
];

for (const [state, damage, why] of DAMAGED) {
  Deno.test(`readTar() fails when the tar ${state}`, async () => {
    const bytes = new Uint8Array(damage(await collectBytes(writeTar(ENTRIES))));
    await assert.rejects(read(inPieces(bytes, 1000)), (error) => {
      assert.ok(error instanceof Error && error.cause instanceof Error);
      assert.equal(error.message, "Cannot read it");
      assert.match(error.cause.message, why);
      return true;
    });
  });
}

for (const [how, end] of [["no block", 0], ["one block", 512], ["one block and a half", 768]] as const) {
  Deno.test(`readTar() says that a tar has no end when ${how} of zeros stands there`, async () => {
    const whole = await collectBytes(writeTar(ENTRIES));
    const bytes = whole.subarray(0, whole.byteLength - 1024 + end);
    let missing = 0;
    const seen: string[] = [];
    const options = { explain, onMissingEnd: (): void => void missing++ };
    for await (const { name } of readTar(ReadableStream.from([bytes.slice()]), options)) seen.push(name);
    assert.deepEqual([seen.length, missing], [MEMBERS.length, 1]);
    await assert.rejects(read(inPieces(bytes, 1000)), /Cannot read it/);
  });
}

Deno.test("readTar() does not miss the end of a tar that has one", async () => {
  const options = { explain, onMissingEnd: assert.fail };
  for await (const _ of readTar(ReadableStream.from([await collectBytes(writeTar(ENTRIES))]), options));
});

type RawCase = readonly [what: string, members: readonly RawMember[], names: readonly string[] | RegExp];

/** What libraries do not write, and others did. */
const RAW: readonly RawCase[] = [
  ["has a time before 1970 in base 256", [{ ...file("a"), mtime: BEFORE_1970 }, file("b")], ["a=a", "b=b"]],
  ["has a time before 1970 in PAX", [paxHeader({ mtime: "-86400.5" }), file("a"), file("b")], ["a=a", "b=b"]],
  ["has a negative time in octal", [{ ...file("a"), mtime: ENCODER.encode("-0000000001\0") }], ["a=a"]],
  ["has a size in base 256", [{ ...file("a", "abc"), size: base256(3) }, file("b")], ["a=abc", "b=b"]],
  [
    "has a sparse file behind a size in base 256",
    [{ ...file("a", "abc"), size: base256(3) }, { name: "s", type: "S" }],
    /^It holds a sparse file$/,
  ],
  [
    "has a negative size",
    [{ ...file("a"), size: base256(-1) }],
    /^The size of "a" is no number that can be counted with$/,
  ],
  [
    "has a size that no number holds",
    [{ ...file("a"), size: new Uint8Array(12).fill(0xbf) }],
    /^The size of "a" is no number that can be counted with$/,
  ],
  ["has spaces in its numbers", [{ ...file("a", "abc"), size: ENCODER.encode("          3 ") }], ["a=abc"]],
  ["gives its path twice", [paxHeaders("12 path=one\n", "12 path=two\n"), file("a")], ["two=a"]],
  ["has two PAX headers", [paxHeader({ path: "one", size: "1" }), paxHeader({ path: "two" }), file("a")], ["two=a"]],
  ["has an empty PAX path", [paxHeader({ path: "" }), file("a")], ["a=a"]],
  ["has a name of GNU and one of PAX", [longName("gnu"), paxHeader({ path: "pax" }), file("a")], ["gnu=a"]],
  ["begins a name with a byte order mark", [file("\ufeffa", "x")], ["\ufeffa=x"]],
  ["has a directory of old", [{ ...file("d/", "x") }, file("b")], ["d/=", "b=b"]],
  ["has a directory with a size", [{ ...folder("d/"), size: 700 }, file("b")], ["d/=", "b=b"]],
  ["has a global comment", [paxHeader({ comment: "x" }, "g"), file("a")], ["a=a"]],
  [
    "has a global path",
    [paxHeader({ path: "x" }, "g"), file("a")],
    /^A header says the path or the size of all members/,
  ],
  ["has a record without an end", [paxHeaders("9 path=x"), file("a")], /^A PAX header is malformed$/],
  ["has a PAX header of nothing but lengths", [paxHeaders("1\n".repeat(500_000) + "1 "), file("a")], /is malformed$/],
  [
    "has a long name of 2 MiB",
    [longName("x".repeat(2 ** 21)), file("a")],
    /^A header has 2097153 bytes, and 1048576 are/,
  ],
  ["has a volume label", [{ name: "v", type: "V" }], /^It holds a member of the unknown kind "V"$/],
];

for (const [what, items, expected] of RAW) {
  Deno.test(`readTar() reads or refuses a tar as other readers do when it ${what}`, async () => {
    const found = read(inPieces(rawTar(items), 700)).then((all) => all.map(([name, , body]) => `${name}=${body}`));
    if (!(expected instanceof RegExp)) return assert.deepEqual(await found, expected);
    await assert.rejects(found, (error) => {
      assert.ok(error instanceof Error && error.cause instanceof Error);
      assert.match(error.cause.message, expected);
      return true;
    });
  });
}

function paxHeaders(...records: readonly string[]): RawMember {
  return { name: "PaxHeaders/x", type: "x", content: records.join("") };
}

function longName(name: string): RawMember {
  return { name: "././@LongLink", type: "L", content: `${name}\0` };
}

/** A number as GNU tar writes it where octal digits do not do. */
function base256(value: number): Uint8Array {
  const field = new Uint8Array(12).fill(value < 0 ? 0xff : 0);
  new DataView(field.buffer).setInt32(8, value);
  if (value >= 0) field[0] = 0x80;
  return field;
}

Deno.test("readTar() explains the error of the bytes", async () => {
  const broken = new Error("Input/output error (os error 5)");
  async function* bytes(): AsyncGenerator<Bytes, void, void> {
    yield new Uint8Array(100).fill(120);
    await Promise.resolve();
    throw broken;
  }
  await assert.rejects(read(bytes()), (error) => error instanceof Error && error.cause === broken);
});

Deno.test("readTar() leaves the errors of its reader as they are", async () => {
  const mine = new Error("mine");
  await assert.rejects(async () => {
    for await (const _ of members(writeTar(ENTRIES))) throw mine;
  }, mine);
});

/** An archive of several MiB in which small and large files alternate. */
async function* large(onEnd: () => void = () => {}): AsyncGenerator<Bytes, void, void> {
  const entries = Array.from({ length: 80 }, (_, at): TarEntry => {
    return tarFile(String(at), new Uint8Array(at % 2 === 0 ? 400 : 90_000).fill(at));
  });
  try {
    yield* writeTar(entries);
  } finally {
    onEnd();
  }
}

for (const wanted of [0, 1, 39, 40, 41, 79]) {
  Deno.test(`readTar() skips unread bodies and ends its source when member ${wanted} is the only one to be read`, async () => {
    let isEnded = false;
    for await (const { name, body } of members(large(() => isEnded = true))) {
      if (name !== String(wanted)) continue;
      assert.deepEqual(await collectBytes(body), new Uint8Array(wanted % 2 === 0 ? 400 : 90_000).fill(wanted));
      break;
    }
    assert.equal(isEnded, true);
  });
}

for (const [size, cut] of [[9_000, 10_000], [30_000, 70_000], [30_000, 5_000], [90_000, 10_000]] as const) {
  Deno.test(`readTar() skips the rest of a body of ${size} bytes in pieces of ${cut} when the reader stops within it`, async () => {
    const content = new Uint8Array(size).fill(1);
    const bytes = await collectBytes(writeTar(Array.from({ length: 150 }, (_, at) => tarFile(String(at), content))));
    let count = 0;
    for await (const { name, body } of members(inPieces(bytes, cut))) {
      assert.equal(name, String(count++));
      if (count % 3 === 0) assert.equal((await collectBytes(body)).byteLength, size);
      else for await (const _ of body) break;
    }
    assert.equal(count, 150);
  });
}

for (const [how, pack] of [["plain", (bytes: Bytes) => bytes], ["gzip", (bytes: Bytes) => gzipSync(bytes)]] as const) {
  Deno.test(`readTar() reads ahead by no more than a few MiB when a ${how} tar is larger`, async () => {
    const size = 48 * 1024 * 1024;
    const noise = crypto.getRandomValues(new Uint8Array(65_536));
    const file = { ...tarFile("f"), size, open: () => ReadableStream.from(Array(size / noise.byteLength).fill(noise)) };
    const packed = new Uint8Array(pack(await collectBytes(writeTar([file]))));
    let given = 0;
    async function* counted(): AsyncGenerator<Bytes, void, void> {
      for await (const piece of inPieces(packed, 100_000)) {
        given += piece.byteLength;
        yield piece;
      }
    }
    for await (const { body } of members(counted())) {
      for await (const _ of body) {
        // Turns enough to read all of it, were it not held back.
        for (let turn = 0; turn < 2000; turn++) await new Promise((resolve) => setImmediate(resolve));
        assert.ok(given < 8 * 1024 * 1024, `${given} bytes were read`);
        break;
      }
      break;
    }
  });
}

/** A source that gives a tar up to the middle of the content of `././a/b`, and then nothing, not even its end. */
async function stalled(): Promise<{ readonly bytes: ReadableStream<Bytes>; readonly cancelled: () => boolean }> {
  const start = (await collectBytes(writeTar(ENTRIES))).slice(0, 3 * 512 + 2);
  const { entry, cancelled } = watchedFile("", 0, {
    start: (controller): void => controller.enqueue(start),
    pull: (): Promise<void> => new Promise(() => {}),
  });
  return { bytes: entry.open(), cancelled };
}

Deno.test("readTar() stops with the reason of the signal when no more bytes come", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const { bytes, cancelled } = await stalled();
  const seen: string[] = [];
  await assert.rejects(async () => {
    for await (const { name, body } of members(bytes, controller.signal)) {
      seen.push(name);
      for await (const piece of body) {
        seen.push(new TextDecoder().decode(piece));
        // By then the reader waits for the rest.
        setImmediate(() => controller.abort(reason));
      }
    }
  }, reason);
  assert.deepEqual(seen, ["./", "./a/", "././a/b", "on"]);
  assert.ok(cancelled());
});

Deno.test("readTar() stops with the reason of the signal when all the bytes have come", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const seen: string[] = [];
  await assert.rejects(async () => {
    for await (const { name } of members([await collectBytes(writeTar(ENTRIES))], controller.signal)) {
      seen.push(name);
      if (seen.length === 2) controller.abort(reason);
    }
  }, reason);
  assert.deepEqual(seen, ["./", "./a/"]);
});

Deno.test("readTar() reads nothing when the signal is aborted already", async () => {
  const reason = new Error("enough");
  const { bytes, cancelled } = await stalled();
  await assert.rejects(members(bytes, AbortSignal.abort(reason)).next(), reason);
  assert.ok(cancelled());
});

Deno.test("readTar() cancels its bytes when the reader stops and no more come", async () => {
  const { bytes, cancelled } = await stalled();
  for await (const _ of members(bytes)) break;
  assert.ok(cancelled());
});
