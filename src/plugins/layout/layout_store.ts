import type { Descriptor } from "../../oci/descriptor.ts";

/** What can be read from an image layout, be it a directory or a tar. Reading writes nothing. */
export interface LayoutStore {
  /** Says what a tag points to; `undefined` when there is no such tag, or no layout. */
  resolve(tag: string): Promise<Descriptor | undefined>;
  /** Tells whether content is there in its full size; its bytes are not looked at. */
  exists(descriptor: Descriptor): Promise<boolean>;
  /** Reads content. The stream errors when it is missing, or has another size or another digest. */
  fetch(descriptor: Descriptor): ReadableStream<Uint8Array<ArrayBuffer>>;
}
