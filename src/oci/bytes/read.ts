/** Reads bytes that are known to be few, such as those of a manifest, into memory. */
export async function readBytes(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>> | AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = bytes instanceof ReadableStream ? bytes : ReadableStream.from(bytes);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
