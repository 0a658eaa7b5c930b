import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { packTar, type TarEntry as PackedEntry } from "modern-tar";
import { readTar, type TarMember } from "../../src/oci/read_tar.ts";
import { tar, type TarEntry } from "../../src/oci/tar.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { inPieces } from "../support/sample_bytes.ts";
import { tarDirectory, tarFile, watchedFile } from "./tar_entries.ts";

type Bytes = Uint8Array<ArrayBuffer>;

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
  const bytes = await collectBytes(tar(ENTRIES));
  const sizes = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 5 });
  await fc.assert(fc.asyncProperty(sizes, async (sizes) => {
    assert.deepEqual(await read(inPieces(bytes, ...sizes)), MEMBERS);
  }));
});

Deno.test("readTar() reads gzip when it comes in several members and in pieces of one byte", async () => {
  const bytes = await collectBytes(tar(ENTRIES));
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
  ["is empty", () => new Uint8Array(0), /truncated/],
  ["is something else", () => new TextEncoder().encode("hello ".repeat(200)), /number|checksum/],
  ["is cut off in a header", (bytes) => bytes.subarray(0, 700), /truncated/],
  ["is cut off in a body", (bytes) => bytes.subarray(0, 1537), /truncated/],
  ["has no end", (bytes) => bytes.subarray(0, -1024), /truncated/],
  ["has a wrong checksum", (bytes) => bytes.with(1030, 0xff), /checksum/],
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
    const bytes = new Uint8Array(damage(await collectBytes(tar(ENTRIES))));
    await assert.rejects(read(inPieces(bytes, 1000)), (error) => {
      assert.ok(error instanceof Error && error.cause instanceof Error);
      assert.equal(error.message, "Cannot read it");
      assert.match(error.cause.message, why);
      return true;
    });
  });
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
    for await (const _ of members(tar(ENTRIES))) throw mine;
  }, mine);
});

/** An archive of several MiB in which small and large files alternate. */
async function* large(onEnd: () => void = () => {}): AsyncGenerator<Bytes, void, void> {
  const entries = Array.from({ length: 80 }, (_, at): TarEntry => {
    return tarFile(String(at), new Uint8Array(at % 2 === 0 ? 400 : 90_000).fill(at));
  });
  try {
    yield* tar(entries);
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
    const bytes = await collectBytes(tar(Array.from({ length: 150 }, (_, at) => tarFile(String(at), content))));
    let count = 0;
    for await (const { name, body } of members(inPieces(bytes, cut))) {
      assert.equal(name, String(count++));
      if (count % 3 === 0) assert.equal((await collectBytes(body)).byteLength, size);
      else for await (const _ of body) break;
    }
    assert.equal(count, 150);
  });
}

Deno.test("readTar() gives pieces that hold no more memory than themselves", async () => {
  for await (const { body } of members(large())) {
    for await (const piece of body) assert.equal(piece.buffer.byteLength, piece.byteLength);
  }
});

for (const [how, pack] of [["plain", (bytes: Bytes) => bytes], ["gzip", (bytes: Bytes) => gzipSync(bytes)]] as const) {
  Deno.test(`readTar() reads ahead by no more than a few MiB when a ${how} tar is larger`, async () => {
    const size = 48 * 1024 * 1024;
    const noise = crypto.getRandomValues(new Uint8Array(65_536));
    const file = { ...tarFile("f"), size, open: () => ReadableStream.from(Array(size / noise.byteLength).fill(noise)) };
    const packed = new Uint8Array(pack(await collectBytes(tar([file]))));
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
  const start = (await collectBytes(tar(ENTRIES))).slice(0, 3 * 512 + 2);
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
