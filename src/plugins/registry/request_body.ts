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

/** A request body that is a part of something larger: `size` bytes from `start` on. */
export function sliceBody(
  open: () => ReadableStream<Uint8Array<ArrayBuffer>>,
  start: number,
  size: number,
): RequestBody {
  return { size, open: () => open().pipeThrough(slice(start, size)) };
}

function slice(start: number, size: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let skip = start;
  let left = size;
  return new TransformStream(
    {
      start(controller): void {
        if (left === 0) controller.terminate();
      },
      transform(chunk, controller): void {
        const wanted = chunk.subarray(Math.min(skip, chunk.byteLength)).subarray(0, left);
        skip = Math.max(0, skip - chunk.byteLength);
        left -= wanted.byteLength;
        if (wanted.byteLength > 0) controller.enqueue(wanted);
        if (left === 0) controller.terminate();
      },
    },
  );
}
