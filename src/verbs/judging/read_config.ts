import type { SingleArtifact } from "../../consumers/artifact.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { MANIFEST_SIZE_LIMIT } from "../../oci/manifest.ts";

/** Reads a config that is JSON; of anything else, and of what is larger than a manifest may be, nothing is known. */
export async function readConfig(
  { size }: Descriptor,
  open: () => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>,
): Promise<Pick<SingleArtifact, "config">> {
  if (size > MANIFEST_SIZE_LIMIT) return {};
  const text = await new Response(await open()).text();
  try {
    return { config: JSON.parse(text) };
  } catch {
    return {};
  }
}
