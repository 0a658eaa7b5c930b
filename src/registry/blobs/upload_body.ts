import type { Content } from "../../oci/descriptor.ts";
import type { Call } from "../../work/context.ts";
import type { RequestBody } from "../http/transport.ts";
import { DigestMismatchError } from "../../oci/bytes/verified.ts";

/** The content of one blob on its way to a registry, as often as it takes. */
export interface UploadBody {
  /** Content bytes that went out so far, repeated ones included. */
  readonly sent: number;
  /** The position behind the last byte that ever went out. */
  readonly reached: number;
  /** The part from `start` on, `size` bytes long. */
  part(start: number, size: number): RequestBody;
}

/**
 * Opens a blob's source anew for each request, counts what goes out and reports it.
 *
 * A part's stream errors when the source has fewer bytes than its descriptor says: it changed meanwhile.
 *
 * @param item What to call the work in progress updates.
 */
export function uploadBody(blob: Content, item: string, call: Call): UploadBody {
  const total = blob.descriptor.size;
  let sent = 0;
  let reached = 0;

  function open(start: number, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
    const end = start + size;
    const reader = blob.open().getReader();
    let position = 0;

    async function next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
      while (true) {
        if (position >= end) {
          await reader.cancel();
          return undefined;
        }
        const { done, value } = await reader.read();
        if (done) {
          throw new DigestMismatchError(
            `Cannot push blob ${blob.descriptor.digest}: its source changed, it has only ${position} of ${total} bytes`,
          );
        }
        const from = Math.max(0, start - position);
        const part = value.subarray(from, Math.max(from, end - position));
        position += value.byteLength;
        if (part.byteLength > 0) return part;
      }
    }

    let done = start;
    return new ReadableStream({
      async pull(controller): Promise<void> {
        const part = await next();
        if (part === undefined) return controller.close();
        done += part.byteLength;
        sent += part.byteLength;
        reached = Math.max(reached, done);
        call.progress({ item, done, total });
        controller.enqueue(part);
      },
      cancel: (reason) => reader.cancel(reason),
    }, { highWaterMark: 0 });
  }

  return {
    get sent(): number {
      return sent;
    },
    get reached(): number {
      return reached;
    },
    part: (start, size) => ({ size, open: () => open(start, size) }),
  };
}
