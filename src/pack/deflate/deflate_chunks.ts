import { coalesce } from "../../oci/bytes/coalesce.ts";
import {
  compressorCode,
  DEFLATE_CHUNK_SIZE,
  DEFLATE_WINDOW,
  deflateChunk,
  type DeflatedChunk,
  type OwnedChunk,
  type WorkerStart,
} from "./deflate_chunk.ts";

/** How hard and with how many hands to compress. */
export interface DeflateOptions {
  /** 1 (fast) to 9 (small). */
  readonly level: number;
  /** How many workers compress beside this thread at most. */
  readonly workers: number;
  /**
   * Says that the pieces are given away, and that they are chunks: each but the last one has their size. Takes back the
   * buffer of each as soon as it is compressed.
   */
  readonly takeBack?: (buffer: ArrayBuffer) => void;
}

/**
 * Compresses bytes into a raw deflate stream, chunk by chunk.
 *
 * The result depends on the bytes and the level only: neither on the pieces they come in nor on the number of workers.
 * Workers start with the second chunk, so what fits into one costs none, and a further one when all have their hands
 * full; when all of them have, this thread compresses as well instead of waiting. No worker is left when the iteration
 * ends, whichever way it ends.
 *
 * @throws {Error} When a worker fails.
 */
export async function* deflateChunks(
  bytes: AsyncIterable<Uint8Array>,
  { level, workers, takeBack }: DeflateOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const pool: ChunkWorker[] = [];
  const giveBack = takeBack ?? ((buffer: ArrayBuffer): void => void buffer.transfer(0));
  const pending: Promise<Uint8Array<ArrayBuffer>>[] = [];
  let isFirst = true;
  try {
    const whole = takeBack === undefined
      ? coalesce(bytes, DEFLATE_CHUNK_SIZE)
      : bytes as AsyncIterable<Uint8Array<ArrayBuffer>>; // what is given away has a buffer of its own
    for await (const chunk of chunks(whole, level)) {
      const worker = isFirst && chunk.last ? undefined : workerFor(pool, { workers, giveBack });
      isFirst = false;
      if (worker !== undefined) pending.push(worker.deflate(chunk));
      else {
        pending.push(Promise.resolve(deflateChunk(chunk)));
        giveBack(chunk.bytes.buffer);
        chunk.history.buffer.transfer(0);
      }
      if (pending.length > (QUEUE + AHEAD) * pool.length) yield* pending.splice(0, 1);
    }
    yield* pending;
  } finally {
    for (const worker of pool) worker.terminate();
  }
}

/** Makes chunks of pieces of their size; no bytes at all are one empty chunk. */
async function* chunks(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  level: number,
): AsyncGenerator<OwnedChunk, void, void> {
  let chunk = new Uint8Array();
  let history = new Uint8Array();
  for await (const next of pieces) {
    if (chunk.byteLength > 0) {
      if (chunk.byteLength !== DEFLATE_CHUNK_SIZE) throw new RangeError("Cannot compress: a piece is no chunk");
      // Taken before the chunk is given away.
      const nextHistory = chunk.slice(-DEFLATE_WINDOW);
      yield { bytes: chunk, history, level, last: false };
      history = nextHistory;
    }
    chunk = next;
  }
  yield { bytes: chunk, history, level, last: true };
}

/**
 * Takes the worker that has least to do, or starts another one when that has its hands full: each takes 15 MiB, and of
 * many small files one worker compresses faster than they can be read.
 *
 * @returns `undefined` when all of them have their hands full.
 */
function workerFor(
  pool: ChunkWorker[],
  { workers, giveBack }: { readonly workers: number; readonly giveBack: (buffer: ArrayBuffer) => void },
): ChunkWorker | undefined {
  const [idlest] = pool.toSorted((a, b) => a.waiting - b.waiting);
  if (idlest !== undefined && idlest.waiting < QUEUE) return idlest;
  if (pool.length === workers) return undefined;
  const worker = startWorker(giveBack);
  pool.push(worker);
  return worker;
}

/** How many chunks a worker is given ahead: one to compress, and one to go on with while this thread is busy. */
const QUEUE = 2;
/** How many chunks for each worker this thread compresses before it waits: some take ten times as long as others. */
const AHEAD = 3;

interface ChunkWorker {
  /** How many chunks it has not compressed yet. */
  readonly waiting: number;
  deflate(chunk: OwnedChunk): Promise<Uint8Array<ArrayBuffer>>;
  terminate(): void;
}

function startWorker(giveBack: (buffer: ArrayBuffer) => void): ChunkWorker {
  const worker = new Worker(new URL("./deflate_worker.ts", import.meta.url), { type: "module" });
  // Its answers are not heard as long as this thread reads and compresses, and it would run out of work unnoticed.
  const compressed = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const start: WorkerStart = { code: compressorCode(), compressed };
  worker.postMessage(start);
  let given = 0;
  // A worker answers in the order of the chunks that it was given.
  const answers: PromiseWithResolvers<Uint8Array<ArrayBuffer>>[] = [];
  worker.onmessage = ({ data }: MessageEvent<DeflatedChunk | Error>): void => {
    if (data instanceof Error) return fail(data.message, data);
    giveBack(data.buffer);
    answers.shift()?.resolve(data.deflated);
  };
  worker.onerror = (event): void => {
    event.preventDefault();
    fail(event.message, event.error);
  };
  function fail(message: string, cause: unknown): void {
    const error = new Error(`Cannot compress in a worker: ${message}`, { cause });
    for (const { reject } of answers.splice(0)) reject(error);
  }
  return {
    get waiting(): number {
      return given - Atomics.load(compressed, 0);
    },
    deflate(chunk: OwnedChunk): Promise<Uint8Array<ArrayBuffer>> {
      const answer = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
      // It is awaited in its turn; until then a failure must not count as unhandled.
      answer.promise.catch(() => {});
      answers.push(answer);
      given += 1;
      worker.postMessage(chunk, [chunk.bytes.buffer, chunk.history.buffer]);
      return answer.promise;
    },
    terminate: () => worker.terminate(),
  };
}
