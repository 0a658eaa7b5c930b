import type { RequestBody } from "./transport.ts";

/** A request body of bytes in memory. */
export function bytesBody(bytes: Uint8Array<ArrayBuffer>): RequestBody {
  return {
    size: bytes.byteLength,
    open(): ReadableStream<Uint8Array<ArrayBuffer>> {
      return new ReadableStream({
        start(controller): void {
          if (bytes.byteLength > 0) controller.enqueue(bytes);
          controller.close();
        },
      });
    },
  };
}
