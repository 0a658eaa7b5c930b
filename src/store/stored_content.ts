import type { Content, Descriptor } from "../oci/descriptor.ts";
import type { Context } from "../work/context.ts";
import type { StoreReader } from "./store.ts";

/** Content that is in a store, read from there each time it is opened, and verified. */
export function storedContent(store: StoreReader, descriptor: Descriptor, context: Context): Content {
  return {
    descriptor,
    open: () => ReadableStream.from(read(store, descriptor, context)),
  };
}

async function* read(
  store: StoreReader,
  descriptor: Descriptor,
  context: Context,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  yield* await store.fetch(descriptor, context);
}
