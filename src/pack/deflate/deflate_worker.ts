/**
 * The worker of {@linkcode deflateChunks}: takes the compressor's code first, and then answers every chunk that it is
 * sent with the compressed bytes, in order.
 */
/// <reference lib="deno.worker" />
import {
  deflateChunk,
  type DeflatedChunk,
  type OwnedChunk,
  shareCompressorCode,
  type WorkerStart,
} from "./deflate_chunk.ts";

let compressed: Int32Array<SharedArrayBuffer>;

self.onmessage = ({ data }: MessageEvent<WorkerStart | OwnedChunk>): void => {
  try {
    if ("code" in data) {
      compressed = data.compressed;
      return shareCompressorCode(data.code);
    }
    const deflated = deflateChunk(data);
    // Left to the garbage collector, buffers pile up to 50 MB in each worker: one is let go, the other goes back to
    // where it is used again.
    data.history.buffer.transfer(0);
    const answer: DeflatedChunk = { deflated, buffer: data.bytes.buffer };
    Atomics.add(compressed, 0, 1);
    self.postMessage(answer, [answer.deflated.buffer, answer.buffer]);
  } catch (error) {
    // An error that is not caught would end the worker with a stack trace on standard error.
    self.postMessage(error);
  }
};
