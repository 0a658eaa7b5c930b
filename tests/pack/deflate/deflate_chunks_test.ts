import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { deflateChunks, type DeflateOptions } from "../../../src/pack/deflate/deflate_chunks.ts";
import type { OwnedChunk, WorkerStart } from "../../../src/pack/deflate/deflate_chunk.ts";
import { pieceBuffers } from "../../../src/pack/piece_buffers.ts";
import { inPieces, textLike } from "../../support/sample_bytes.ts";
import { collectBytes } from "../../support/collect_bytes.ts";

const MEBIBYTE = 1024 * 1024;
const WRONG_LEVEL = 99;

Deno.test("deflateChunks() starts no worker when there is one chunk", async () => {
  for (const size of [0, 1, MEBIBYTE]) {
    const { started } = await watchWorkers(() => compress(textLike(size), { level: 1, workers: 2 }));
    assert.equal(started, 0, `${size} bytes`);
  }
});

Deno.test("deflateChunks() starts another worker for every two chunks that wait, not more than it may, and ends them all", async () => {
  for (const [chunks, expected] of [[2, 1], [3, 2], [4, 2], [5, 3], [9, 3]] as const) {
    const workers = await watchWorkers(() =>
      holdChunks((release) => {
        const pieces = releasedAfter(textLike(chunks * MEBIBYTE), release);
        return collectBytes(deflateChunks(pieces, { level: 1, workers: 3 }));
      })
    );
    assert.deepEqual(workers, { started: expected, ended: expected }, `${chunks} chunks`);
  }
});

Deno.test("deflateChunks() compresses in this thread as well when all workers have their hands full", async () => {
  const bytes = textLike(4 * MEBIBYTE + 1);
  const alone = await compress(bytes, { level: 1, workers: 0 });
  const takenBack: number[] = [];
  await holdChunks(async (release) => {
    let given = 0;
    async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      for await (const piece of releasedAfter(bytes, release)) {
        given++;
        yield piece;
      }
    }
    const takeBack = (): void => void takenBack.push(given);
    const packed = await collectBytes(deflateChunks(pieces(), { level: 1, workers: 1, takeBack }));
    assert.ok(Buffer.compare(packed, alone) === 0);
  });
  // The worker holds the first two; the others come back at once, compressed here.
  assert.deepEqual(takenBack, [4, 5, 5, 5, 5]);
});

Deno.test("deflateChunks() gives a worker more as soon as it has compressed, before its answer is heard", async () => {
  const bytes = textLike(3 * MEBIBYTE);
  let compressed = new Int32Array(new SharedArrayBuffer(4));
  let given = 0;
  await withWorkers(
    (Original) =>
      class extends Original {
        override postMessage(message: WorkerStart | OwnedChunk, transfer?: unknown): void {
          if ("compressed" in message) compressed = message.compressed;
          else given++;
          super.postMessage(message, transfer as Transferable[]);
        }
      },
    async () => {
      async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
        yield bytes.slice(0, MEBIBYTE);
        yield bytes.slice(MEBIBYTE, 2 * MEBIBYTE);
        const nobody = new Int32Array(new SharedArrayBuffer(4));
        // Waits for the first chunk without going back to the event loop, in which the answer would be heard.
        while (Atomics.load(compressed, 0) === 0) Atomics.wait(nobody, 0, 0, 1);
        yield bytes.slice(2 * MEBIBYTE);
      }
      await collectBytes(deflateChunks(pieces(), { level: 1, workers: 1, takeBack: () => {} }));
    },
  );
  assert.equal(given, 3);
});

Deno.test("deflateChunks() ends its workers when the reader stops", async () => {
  const workers = await watchWorkers(async () => {
    for await (const _piece of deflateChunks(inPieces(textLike(20 * MEBIBYTE)), { level: 1, workers: 1 })) break;
  });
  assert.deepEqual(workers, { started: 1, ended: 1 });
});

Deno.test("deflateChunks() fails with the error of a worker, and ends them all, when one fails", async () => {
  const workers = await watchWorkers(async () => {
    await assert.rejects(
      compress(textLike(3 * MEBIBYTE), { level: WRONG_LEVEL, workers: 2 }),
      /^Error: Cannot compress in a worker: Cannot compress with level 99: it must be 1 to 9/,
    );
  });
  assert.deepEqual(workers, { started: 2, ended: 2 });
});

Deno.test({
  name: "deflateChunks() fails when no worker can start",
  // Without it the file of the worker cannot be read, as in a binary that does not have it.
  permissions: { read: false },
  async fn(): Promise<void> {
    await assert.rejects(
      compress(textLike(2 * MEBIBYTE), { level: 1, workers: 2 }),
      /^Error: Cannot compress in a worker: Requires read access/,
    );
  },
});

Deno.test("deflateChunks() ends its input when a worker fails", async () => {
  let ended = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      while (true) yield textLike(MEBIBYTE);
    } finally {
      ended = true;
    }
  }
  await assert.rejects(collectBytes(deflateChunks(endless(), { level: WRONG_LEVEL, workers: 2 })));
  assert.ok(ended);
});

for (const workers of [0, 2]) {
  Deno.test(`deflateChunks() takes back each buffer that it is given, once, with ${workers} workers`, async () => {
    const bytes = textLike(5 * MEBIBYTE + 1000);
    const expected = await compress(bytes, { level: 1, workers });
    const buffers = pieceBuffers(MEBIBYTE);
    let given = 0;
    let taken = 0;
    async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      for (let at = 0; at < bytes.byteLength; at += MEBIBYTE, given++) {
        const piece = buffers.take().subarray(0, bytes.byteLength - at);
        assert.ok(piece.every((byte) => byte === 0));
        piece.set(bytes.subarray(at, at + MEBIBYTE));
        yield piece;
      }
    }
    const takeBack = (buffer: ArrayBuffer): void => {
      taken++;
      assert.equal(buffer.byteLength, MEBIBYTE);
      buffers.give(buffer);
    };
    const packed = await collectBytes(deflateChunks(pieces(), { level: 1, workers, takeBack }));
    assert.ok(Buffer.compare(packed, expected) === 0);
    assert.deepEqual([given, taken], [6, 6]);
  });
}

Deno.test("deflateChunks() refuses pieces that are given away and are no chunks, because other bytes would come of it", async () => {
  const pieces = inPieces(textLike(3000), 1000);
  await assert.rejects(
    collectBytes(deflateChunks(pieces, { level: 1, workers: 0, takeBack: () => {} })),
    new RangeError("Cannot compress: a piece is no chunk"),
  );
});

function compress(bytes: Uint8Array<ArrayBuffer>, options: DeflateOptions): Promise<Uint8Array> {
  return collectBytes(deflateChunks(inPieces(bytes, 65536), options));
}

/** Bytes in chunks; calls `release` when all of them are in somebody's hands, and this thread waits. */
async function* releasedAfter(
  bytes: Uint8Array<ArrayBuffer>,
  release: () => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.byteLength; at += MEBIBYTE) yield bytes.slice(at, at + MEBIBYTE);
  setTimeout(release);
}

/** Keeps every chunk from the workers until it is released. */
async function holdChunks(work: (release: () => void) => Promise<unknown>): Promise<void> {
  const released = Promise.withResolvers<void>();
  await withWorkers(
    (Original) =>
      class extends Original {
        override postMessage(message: unknown, transfer?: unknown): void {
          const post = (): void => super.postMessage(message, transfer as Transferable[]);
          if (message instanceof Object && "bytes" in message) void released.promise.then(post);
          else post();
        }
      },
    () => work(released.resolve),
  );
}

/** Counts the workers that are started and ended while something runs. */
async function watchWorkers(
  work: () => Promise<unknown>,
): Promise<{ readonly started: number; readonly ended: number }> {
  let started = 0;
  let ended = 0;
  await withWorkers((Original) =>
    class extends Original {
      constructor(...given: ConstructorParameters<typeof Original>) {
        super(...given);
        started++;
      }
      override terminate(): void {
        super.terminate();
        ended++;
      }
    }, work);
  return { started, ended };
}

/** Runs something while workers are of another class. */
async function withWorkers(
  extended: (original: typeof Worker) => typeof Worker,
  work: () => Promise<unknown>,
): Promise<void> {
  const original = globalThis.Worker;
  globalThis.Worker = extended(original);
  try {
    await work();
  } finally {
    globalThis.Worker = original;
  }
}
