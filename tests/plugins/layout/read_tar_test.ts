import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { tar, type TarEntry } from "../../../src/oci/tar.ts";
import { readTar } from "../../../src/plugins/layout/read_tar.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { inPieces } from "../../support/sample_bytes.ts";
import { tarOf } from "./tar_variants.ts";

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

async function read(bytes: AsyncIterable<Uint8Array>): Promise<readonly (readonly [string, string, string])[]> {
  const items: [string, string, string][] = [];
  for await (const { name, type, body } of readTar(bytes, "x.tar")) {
    items.push([name, type, new TextDecoder().decode(await collectBytes(body))]);
  }
  return items;
}

const files = [["./", ""], ["./a/", ""], ["././a/b", "one"], ["c", ""], ["d/e", "two"]] as const;
const expected = [
  ["", "directory", ""],
  ["a", "directory", ""],
  ["a/b", "file", "one"],
  ["c", "file", ""],
  ["d/e", "file", "two"],
];

Deno.test("readTar() gives the entries of a tar when it comes in any pieces", async () => {
  const bytes = await tarOf(files);
  const sizes = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 5 });
  await fc.assert(fc.asyncProperty(sizes, async (sizes) => {
    assert.deepEqual(await read(inPieces(bytes, ...sizes)), expected);
  }));
});

Deno.test("readTar() reads gzip when it comes in several members and in pieces of one byte", async () => {
  const bytes = await tarOf(files);
  const halves = [bytes.subarray(0, 700), bytes.subarray(700)].map((half) => gzipSync(half));
  assert.deepEqual(await read(inPieces(await collectBytes(halves), 1)), expected);
});

const damaged: readonly (readonly [string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array, RegExp])[] = [
  ["is cut off in a body", (bytes) => bytes.subarray(0, 2049), /truncated/],
  ["has no end", (bytes) => bytes.subarray(0, -1024), /truncated/],
  ["has a wrong checksum", (bytes) => bytes.with(1030, 0xff), /checksum/],
  ["has garbage after its end", (bytes) => new Uint8Array([...bytes, 1]), /EOF/],
  ["is cut off gzip", (bytes) => gzipSync(bytes).subarray(0, -30), /unexpected end of file/],
  ["is damaged gzip", (bytes) => new Uint8Array(gzipSync(bytes)).with(40, 0xff), /.*/],
];

for (const [state, damage, message] of damaged) {
  Deno.test(`readTar() fails when the tar ${state}`, async () => {
    const bytes = new Uint8Array(damage(await tarOf(files)));
    const pattern = new RegExp(`^Error: Cannot read "x.tar" as a tar: .*${message.source}`);
    await assert.rejects(read(inPieces(bytes, 1000)), pattern);
  });
}

Deno.test("readTar() passes the error of the bytes on", async () => {
  async function* broken(): AsyncGenerator<Uint8Array, void, void> {
    yield encode("x".repeat(100));
    await Promise.resolve();
    throw new Error("Input/output error (os error 5)");
  }
  await assert.rejects(read(broken()), { message: `Cannot read "x.tar" as a tar: input/output error` });
});

/** An archive of several MiB in which small and large files alternate. */
async function* large(onEnd: () => void): AsyncGenerator<Uint8Array, void, void> {
  const entries = Array.from({ length: 80 }, (_, at): TarEntry => {
    const size = at % 2 === 0 ? 400 : 90_000;
    return {
      name: String(at),
      type: "file",
      mode: 0o644,
      size,
      open: () => ReadableStream.from([new Uint8Array(size).fill(at)]),
    };
  });
  try {
    yield* tar(entries);
  } finally {
    onEnd();
  }
}

for (const wanted of [0, 1, 39, 40, 41, 79]) {
  Deno.test(`readTar() skips unread bodies and ends its source when entry ${wanted} is the only one to be read`, async () => {
    let isEnded = false;
    for await (const { name, body } of readTar(large(() => isEnded = true), "x.tar")) {
      if (name !== String(wanted)) continue;
      assert.deepEqual(await collectBytes(body), new Uint8Array(wanted % 2 === 0 ? 400 : 90_000).fill(wanted));
      break;
    }
    assert.equal(isEnded, true);
  });
}

Deno.test("readTar() skips the rest of a body when the reader stops within it", async () => {
  const names: string[] = [];
  for await (const { name, body } of readTar(large(() => {}), "x.tar")) {
    names.push(name);
    for await (const piece of body) {
      assert.ok(piece.byteLength > 0);
      break;
    }
  }
  assert.deepEqual(names, Array.from({ length: 80 }, (_, at) => String(at)));
});
