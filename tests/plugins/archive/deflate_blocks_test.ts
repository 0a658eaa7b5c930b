import assert from "node:assert/strict";
import { deflateBlocks } from "../../../src/plugins/archive/deflate_blocks.ts";
import { inPieces, textLike } from "../../support/sample_bytes.ts";
import { collectBytes } from "../../support/collect_bytes.ts";

const MEBIBYTE = 1024 * 1024;
const WRONG_LEVEL = 99;

Deno.test("deflateBlocks() starts no worker when there is one block", async () => {
  for (const size of [0, 1, MEBIBYTE]) {
    const started = await countWorkers(() =>
      collectBytes(deflateBlocks(inPieces(textLike(size), 65536), { level: 1, workers: 2 }))
    );
    assert.equal(started, 0, `${size} bytes`);
  }
});

Deno.test("deflateBlocks() starts a worker for each block when there are few, and not more than it may", async () => {
  for (const [size, expected] of [[MEBIBYTE + 1, 2], [5 * MEBIBYTE, 3]] as const) {
    const started = await countWorkers(() =>
      collectBytes(deflateBlocks(inPieces(textLike(size), 65536), { level: 1, workers: 3 }))
    );
    assert.equal(started, expected, `${size} bytes`);
  }
});

Deno.test("deflateBlocks() fails with the error of a worker when one fails", async () => {
  await assert.rejects(
    collectBytes(deflateBlocks(inPieces(textLike(4 * MEBIBYTE), 65536), { level: WRONG_LEVEL, workers: 2 })),
    /^Error: Cannot compress in a worker: .*level" is out of range/,
  );
});

Deno.test({
  name: "deflateBlocks() fails when no worker can start",
  // Without it the file of the worker cannot be read, as in a binary that does not have it.
  permissions: { read: false },
  async fn(): Promise<void> {
    await assert.rejects(
      collectBytes(deflateBlocks(inPieces(textLike(2 * MEBIBYTE), 65536), { level: 1, workers: 2 })),
      /^Error: Cannot compress in a worker: Requires read access/,
    );
  },
});

Deno.test("deflateBlocks() ends its input when a worker fails", async () => {
  let ended = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      while (true) yield textLike(MEBIBYTE);
    } finally {
      ended = true;
    }
  }
  await assert.rejects(collectBytes(deflateBlocks(endless(), { level: WRONG_LEVEL, workers: 2 })));
  assert.ok(ended);
});

async function countWorkers(work: () => Promise<unknown>): Promise<number> {
  const Original = globalThis.Worker;
  let started = 0;
  globalThis.Worker = class extends Original {
    constructor(...given: ConstructorParameters<typeof Original>) {
      super(...given);
      started++;
    }
  };
  try {
    await work();
  } finally {
    globalThis.Worker = Original;
  }
  return started;
}
