import type { Content } from "../../oci/descriptor.ts";

/** Reads content that is known to be small, such as a manifest, into memory. */
export async function readContent(content: Content): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(content.open()).arrayBuffer());
}
