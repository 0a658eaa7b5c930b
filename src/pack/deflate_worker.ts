/**
 * The worker of {@linkcode deflateBlocks}: answers every block that it is sent with the compressed bytes, in order.
 */
/// <reference lib="deno.worker" />
import { type DeflateBlock, deflateBlock } from "./deflate_block.ts";

self.onmessage = ({ data }: MessageEvent<DeflateBlock>): void => {
  try {
    const deflated = deflateBlock(data);
    self.postMessage(deflated, [deflated.buffer]);
  } catch (error) {
    // An error that is not caught would end the worker with a stack trace on standard error.
    self.postMessage(error);
  }
};
