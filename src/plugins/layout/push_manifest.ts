import type { Content } from "../../oci/descriptor.ts";
import { parseManifest } from "../../oci/parse_manifest.ts";
import type { Context } from "../../work/context.ts";
import type { Pushed, Store } from "../../store/store.ts";
import { readManifest } from "./read_manifest.ts";

/**
 * Brings a manifest to a layout: as a blob, and one with a subject is listed too, because a layout finds referrers only
 * among what its list leads to.
 */
export async function pushManifest(
  manifest: Content,
  layout: Pick<Store, "url" | "push" | "tag">,
  context: Context,
): Promise<Pushed> {
  const { descriptor } = manifest;
  const bytes = await readManifest(layout.url, manifest);
  const { subject } = parseManifest(bytes, descriptor);
  const pushed = await layout.push({ descriptor, open: () => new Blob([bytes]).stream() }, context);
  if (subject !== undefined) await layout.tag({ descriptor, bytes }, [], context);
  return pushed;
}
