import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { inflateRawSync } from "node:zlib";
import fc from "fast-check";
import {
  DEFLATE_CHUNK_SIZE,
  DEFLATE_WINDOW,
  type DeflateChunk,
  deflateChunk,
} from "../../../src/pack/deflate/deflate_chunk.ts";
import { DEFLATE_MODULE } from "../../../src/pack/deflate/module.ts";
import { binaryLike, noise, textLike } from "../../support/sample_bytes.ts";

const NOTHING = new Uint8Array();

Deno.test("deflateChunk() gives back any bytes when they are inflated, at any level and after any history", () => {
  fc.assert(
    fc.property(chunk(20_000), (given) => assertInflates(given)),
    { numRuns: 1500 },
  );
});

Deno.test("deflateChunk() gives back long chunks when they are inflated", () => {
  fc.assert(
    fc.property(chunk(DEFLATE_CHUNK_SIZE), (given) => assertInflates(given)),
    { numRuns: 60 },
  );
});

Deno.test("deflateChunk() gives the same bytes whatever was compressed before", () => {
  fc.assert(
    fc.property(chunk(50_000), chunk(50_000), (one, other) => {
      const expected = Buffer.from(deflateChunk(one));
      deflateChunk(other);
      assert.ok(expected.equals(deflateChunk(one)));
    }),
    { numRuns: 200 },
  );
});

Deno.test("deflateChunk() takes no less than the chunk itself, and little more, when nothing can be saved", () => {
  for (const length of [0, 1, 100, 8192, 65535, 65536, DEFLATE_CHUNK_SIZE]) {
    for (let level = 1; level <= 9; level++) {
      const deflated = deflateChunk({ bytes: noise(length), history: NOTHING, level, last: true });
      assert.ok(deflated.byteLength <= length + 5 + 5 * Math.ceil(length / 65535), `${length}: ${deflated.byteLength}`);
    }
  }
});

Deno.test("deflateChunk() finds in its history what the chunk repeats, up to 32 KiB before it", () => {
  const history = noise(DEFLATE_WINDOW);
  const deflated = deflateChunk({ bytes: history.slice(0, 20_000), history, level: 6, last: true });
  assert.ok(deflated.byteLength < 400, `${deflated.byteLength} bytes`);
});

Deno.test("deflateChunk() recognizes what repeats when no byte of it is more frequent than others", () => {
  const piece = noise(20_000);
  const bytes = new Uint8Array([...piece, ...piece, ...piece]);
  const deflated = deflateChunk({ bytes, history: NOTHING, level: 6, last: true });
  assert.ok(deflated.byteLength < 1.5 * piece.byteLength, `${deflated.byteLength} bytes`);
});

Deno.test("deflateChunk() writes less at a much higher level when the bytes are like text or like a program", () => {
  for (const bytes of [textLike(500_000), binaryLike(500_000)]) {
    const [fast = 0, normal = 0, small = 0] = [1, 6, 9].map((level) => {
      return deflateChunk({ bytes, history: NOTHING, level, last: true }).byteLength;
    });
    assert.ok(fast > normal && normal > small, `${fast}, ${normal}, ${small}`);
  }
});

for (const level of [0, 10, 1.5, NaN]) {
  Deno.test(`deflateChunk() refuses level ${level}`, () => {
    assert.throws(
      () => deflateChunk({ bytes: NOTHING, history: NOTHING, level, last: true }),
      new RangeError(`Cannot compress with level ${level}: it must be 1 to 9`),
    );
  });
}

Deno.test("deflateChunk() refuses more bytes than a chunk has, and more history than a match can reach", () => {
  for (const [bytes, history] of [[DEFLATE_CHUNK_SIZE + 1, 0], [0, DEFLATE_WINDOW + 1]] as const) {
    assert.throws(
      () => deflateChunk({ bytes: new Uint8Array(bytes), history: new Uint8Array(history), level: 6, last: true }),
      new RangeError(`Cannot compress ${bytes} bytes after ${history}: they are too many`),
    );
  }
});

Deno.test("the compressor's module has 64 KiB at most, and asks nothing of the machine that runs it", () => {
  const bytes = Uint8Array.from(atob(DEFLATE_MODULE), (character) => character.charCodeAt(0));
  assert.ok(bytes.byteLength <= 64 * 1024);
  assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(bytes)), []);
});

/** Chunks with what compressors go wrong at: runs, repeats near and far, noise, and the ends of all of these. */
function chunk(longest: number): fc.Arbitrary<DeflateChunk> {
  const distance = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: DEFLATE_WINDOW + 10 }));
  const count = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 250, max: 270 }), fc.nat(longest));
  const piece = fc.oneof(
    fc.record({ kind: fc.constant("noise" as const), count, seed: fc.integer({ min: 1 }) }),
    fc.record({ kind: fc.constant("text" as const), count, seed: fc.integer({ min: 1 }) }),
    fc.record({ kind: fc.constant("repeat" as const), count, distance }),
  );
  return fc.record({
    pieces: fc.array(piece, { maxLength: 40, size: "max" }),
    historyLength: fc.oneof(fc.constant(0), fc.constant(DEFLATE_WINDOW), fc.nat(DEFLATE_WINDOW)),
    length: fc.oneof(fc.nat(20), fc.nat(longest)),
    level: fc.integer({ min: 1, max: 9 }),
    last: fc.boolean(),
  }).map(({ pieces, historyLength, length, level, last }) => {
    const bytes = new Uint8Array(historyLength + length);
    let at = 0;
    for (const piece of pieces) {
      const end = Math.min(bytes.byteLength, at + piece.count);
      if (piece.kind === "noise") bytes.set(noise(end - at, piece.seed), at);
      else if (piece.kind === "text") bytes.set(textLike(end - at, piece.seed), at);
      else for (let to = at; to < end; to++) bytes[to] = bytes[to - piece.distance] ?? 0;
      at = end;
    }
    return { bytes: bytes.subarray(historyLength), history: bytes.subarray(0, historyLength), level, last };
  });
}

/** Checks that a chunk can be read back: behind its history, which stands in front as a stored block. */
function assertInflates({ bytes, history, level, last }: DeflateChunk): void {
  const size = history.byteLength;
  const before = size === 0 ? [] : [0, size & 255, size >> 8, ~size & 255, ~size >> 8 & 255];
  const after = last ? [] : [3, 0]; // an empty block that ends the stream
  const deflated = deflateChunk({ bytes, history, level, last });
  const inflated = inflateRawSync(Buffer.concat([Buffer.from(before), history, deflated, Buffer.from(after)]));
  assert.ok(inflated.subarray(size).equals(bytes));
}
