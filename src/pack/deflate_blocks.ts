import { coalesce } from "../oci/coalesce.ts";
import { DEFLATE_BLOCK_SIZE, type DeflateBlock, deflateBlock } from "./deflate_block.ts";

/** How hard and with how many hands to compress. */
export interface DeflateOptions {
  /** 1 (fast) to 9 (small). */
  readonly level: number;
  /** How many workers to use at most; 0 compresses in this thread. */
  readonly workers: number;
}

/**
 * Compresses bytes into a raw deflate stream, block by block.
 *
 * The result depends on the bytes and the level only: neither on the pieces they come in nor on the number of workers.
 * Workers start with the second block, so what fits into one costs none, and at most two blocks per worker are in
 * memory. No worker is left when the iteration ends, whichever way it ends.
 *
 * @throws {Error} When a worker fails.
 */
export async function* deflateBlocks(
  bytes: AsyncIterable<Uint8Array>,
  { level, workers }: DeflateOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const pool: BlockWorker[] = [];
  const pending: Promise<Uint8Array<ArrayBuffer>>[] = [];
  let count = 0;
  try {
    for await (const block of blocks(bytes, level)) {
      if (workers === 0 || count === 0 && block.last) {
        yield deflateBlock(block);
        continue;
      }
      pending.push((pool[count % workers] ??= startWorker()).deflate(block));
      count++;
      if (pending.length >= 2 * workers) yield* pending.splice(0, 1);
    }
    yield* pending;
  } finally {
    for (const worker of pool) worker.terminate();
  }
}

/** Cuts bytes into blocks; no bytes at all are one empty block. */
async function* blocks(bytes: AsyncIterable<Uint8Array>, level: number): AsyncGenerator<DeflateBlock, void, void> {
  let block = new Uint8Array();
  for await (const next of coalesce(bytes, DEFLATE_BLOCK_SIZE)) {
    if (block.byteLength > 0) yield { bytes: block, level, last: false };
    block = next;
  }
  yield { bytes: block, level, last: true };
}

interface BlockWorker {
  deflate(block: DeflateBlock): Promise<Uint8Array<ArrayBuffer>>;
  terminate(): void;
}

function startWorker(): BlockWorker {
  const worker = new Worker(new URL("./deflate_worker.ts", import.meta.url), { type: "module" });
  // A worker answers in the order of the blocks that it was given.
  const waiting: PromiseWithResolvers<Uint8Array<ArrayBuffer>>[] = [];
  worker.onmessage = ({ data }: MessageEvent<Uint8Array<ArrayBuffer> | Error>): void => {
    if (data instanceof Error) fail(data.message, data);
    else waiting.shift()?.resolve(data);
  };
  worker.onerror = (event): void => {
    event.preventDefault();
    fail(event.message, event.error);
  };
  function fail(message: string, cause: unknown): void {
    const error = new Error(`Cannot compress in a worker: ${message}`, { cause });
    for (const { reject } of waiting.splice(0)) reject(error);
  }
  return {
    deflate(block: DeflateBlock): Promise<Uint8Array<ArrayBuffer>> {
      const answer = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
      // It is awaited in its turn; until then a failure must not count as unhandled.
      answer.promise.catch(() => {});
      waiting.push(answer);
      worker.postMessage(block, [block.bytes.buffer]);
      return answer.promise;
    },
    terminate: () => worker.terminate(),
  };
}
