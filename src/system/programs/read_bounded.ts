/** How far to read. */
export interface ReadBounded {
  /** How many bytes there may be. */
  readonly limit: number;
  /** Ends the reading with what came so far: what the program has started may hold its output open after its end. */
  readonly signal: AbortSignal;
}

/**
 * Reads a program's standard output.
 *
 * @throws {RangeError} When there is more than the limit.
 */
export async function readBounded(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  { limit, signal }: ReadBounded,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const into = new WritableStream<Uint8Array<ArrayBuffer>>({
    write(part): void {
      size += part.byteLength;
      if (size > limit) throw new RangeError(`it wrote more than ${formatLimit(limit)} to standard output`);
      parts.push(part);
    },
  });
  await stream.pipeTo(into, { signal }).catch((error) => {
    if (!signal.aborted) throw error;
  });
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function formatLimit(limit: number): string {
  return limit < MEBIBYTE ? `${limit} bytes` : `${limit / MEBIBYTE} MiB`;
}

const MEBIBYTE = 1024 * 1024;
