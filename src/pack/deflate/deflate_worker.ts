/**
 * The worker of {@linkcode deflateChunks}: takes the compressor's code first, and then answers every chunk that it is sent
 * with the compressed bytes, in order.
 */
/// <reference lib="deno.worker" />
import { type DeflateChunk, deflateChunk, shareCompressorCode } from "./deflate_chunk.ts";

self.onmessage = ({ data }: MessageEvent<WebAssembly.Module | DeflateChunk>): void => {
  try {
    if (data instanceof WebAssembly.Module) return shareCompressorCode(data);
    const deflated = deflateChunk(data);
    giveBack(data.bytes);
    self.postMessage(deflated, [deflated.buffer]);
  } catch (error) {
    // An error that is not caught would end the worker with a stack trace on standard error.
    self.postMessage(error);
  }
};

/** Left to the garbage collector, buffers of this size pile up to 50 MB in each worker. */
function giveBack({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
