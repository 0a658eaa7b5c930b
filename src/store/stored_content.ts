import type { Content, Descriptor } from "../oci/descriptor.ts";
import { embeddedData } from "../oci/embedded_data.ts";
import type { Context } from "../work/context.ts";
import type { StoreReader } from "./store.ts";
import { messageOf } from "../work/message_of.ts";

/** What was being copied could not be read: it is the source that failed, and not where the copy was going. */
export class SourceReadError extends Error {
  /** The name of the class. */
  override readonly name = "SourceReadError";
  /** The store that could not be read, such as `oci://ghcr.io/acme/app`. */
  readonly url: string;

  /**
   * Blames a store for an error. The message stays the cause's own.
   *
   * @param url The store's `url`.
   */
  constructor(url: string, cause: unknown) {
    super(messageOf(cause), { cause });
    this.url = url;
  }
}

/**
 * Content that is in a store, read from there each time it is opened, and verified. What a descriptor carries in itself
 * may be missing there.
 *
 * Reading it fails with a {@linkcode SourceReadError}, so that whoever writes it elsewhere can tell which side failed;
 * an abort stays an abort.
 */
export function storedContent(store: StoreReader, descriptor: Descriptor, context: Context): Content {
  return {
    descriptor,
    open: () => ReadableStream.from(read(store, descriptor, context)),
    from: store.url,
  };
}

async function* read(
  store: StoreReader,
  descriptor: Descriptor,
  context: Context,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const embedded = embeddedData(descriptor);
  if (embedded !== undefined) return yield embedded;
  try {
    yield* await store.fetch(descriptor, context);
  } catch (cause) {
    if (context.signal.aborted) throw cause;
    throw new SourceReadError(store.url, cause);
  }
}
