import assert from "node:assert/strict";
import { deflateChunks, type DeflateOptions } from "../../../src/pack/deflate/deflate_chunks.ts";
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

Deno.test("deflateChunks() starts a worker for each chunk, not more than it may, and ends them all", async () => {
  for (const [size, expected] of [[MEBIBYTE + 1, 2], [5 * MEBIBYTE, 3]] as const) {
    const workers = await watchWorkers(() => compress(textLike(size), { level: 1, workers: 3 }));
    assert.deepEqual(workers, { started: expected, ended: expected }, `${size} bytes`);
  }
});

Deno.test("deflateChunks() ends its workers when the reader stops", async () => {
  const workers = await watchWorkers(async () => {
    for await (const _piece of deflateChunks(inPieces(textLike(5 * MEBIBYTE)), { level: 1, workers: 2 })) break;
  });
  assert.deepEqual(workers, { started: 2, ended: 2 });
});

Deno.test("deflateChunks() fails with the error of a worker, and ends them all, when one fails", async () => {
  const workers = await watchWorkers(async () => {
    await assert.rejects(
      compress(textLike(4 * MEBIBYTE), { level: WRONG_LEVEL, workers: 2 }),
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

function compress(bytes: Uint8Array<ArrayBuffer>, options: DeflateOptions): Promise<Uint8Array> {
  return collectBytes(deflateChunks(inPieces(bytes, 65536), options));
}

/** Counts the workers that are started and ended while something runs. */
async function watchWorkers(
  work: () => Promise<unknown>,
): Promise<{ readonly started: number; readonly ended: number }> {
  const Original = globalThis.Worker;
  let started = 0;
  let ended = 0;
  globalThis.Worker = class extends Original {
    constructor(...given: ConstructorParameters<typeof Original>) {
      super(...given);
      started++;
    }
    override terminate(): void {
      super.terminate();
      ended++;
    }
  };
  try {
    await work();
  } finally {
    globalThis.Worker = Original;
  }
  return { started, ended };
}
