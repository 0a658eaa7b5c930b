import type { Content, Descriptor } from "./descriptor.ts";
import { digestOf } from "./digest.ts";
import { readBytes } from "./bytes/read.ts";

/**
 * Makes content out of bytes in memory.
 *
 * @param mediaType What the bytes are.
 * @param bytes The bytes; they must not change afterwards.
 * @param more Further fields of the descriptor.
 */
export function bytesContent(
  mediaType: string,
  bytes: Uint8Array<ArrayBuffer>,
  more: Omit<Partial<Descriptor>, "mediaType" | "digest" | "size"> = {},
): Content {
  return {
    descriptor: { mediaType, digest: digestOf(bytes), size: bytes.byteLength, ...more },
    open(): ReadableStream<Uint8Array<ArrayBuffer>> {
      return new ReadableStream({
        start(controller): void {
          // A copy: what one reader does to its bytes is nobody else's business.
          if (bytes.byteLength > 0) controller.enqueue(bytes.slice());
          controller.close();
        },
      });
    },
  };
}

/** Reads content that is known to be small, such as a manifest, into memory. */
export async function readContent(content: Content): Promise<Uint8Array<ArrayBuffer>> {
  return await readBytes(content.open());
}
