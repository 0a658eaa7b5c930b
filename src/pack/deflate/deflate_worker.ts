/**
 * The worker of {@linkcode deflateChunks}: takes the compressor's code first, and then answers every chunk that it is
 * sent with the compressed bytes, in order.
 */
/// <reference lib="deno.worker" />
import { deflateChunk, type DeflatedChunk, type OwnedChunk, shareCompressorCode } from "./deflate_chunk.ts";

self.onmessage = ({ data }: MessageEvent<WebAssembly.Module | OwnedChunk>): void => {
  try {
    if (data instanceof WebAssembly.Module) return shareCompressorCode(data);
    const deflated = deflateChunk(data);
    // Back to where it is used again: left to the garbage collector, buffers of this size pile up to 50 MB in each
    // worker.
    const answer: DeflatedChunk = { deflated, buffer: data.bytes.buffer };
    self.postMessage(answer, [answer.deflated.buffer, answer.buffer]);
  } catch (error) {
    // An error that is not caught would end the worker with a stack trace on standard error.
    self.postMessage(error);
  }
};
