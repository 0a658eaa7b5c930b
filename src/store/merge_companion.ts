import { readContent } from "../oci/bytes_content.ts";
import type { Content, Descriptor } from "../oci/descriptor.ts";
import { orderDescriptor } from "../oci/manifest.ts";
import { parseManifest } from "../oci/parse_manifest.ts";
import { companionManifest } from "./companion_manifest.ts";
import type { ArrivingLayers, StoredManifest } from "./store.ts";

/** What has to stand behind the tag. */
export interface MergedCompanion {
  readonly manifest: StoredManifest;
  /**
   * What is new: nothing when the manifest is that of another place, and otherwise its config and the manifest itself.
   */
  readonly contents: readonly Content[];
}

/**
 * Puts together what stands behind such a tag and what comes to it.
 *
 * @param there What stands there now.
 * @param place The tag, as errors show it.
 * @returns `undefined` when everything is there.
 * @throws {TypeError} When something else has the tag.
 * @throws {RangeError} When there are more layers than fit into a manifest.
 */
export async function mergeCompanion(
  there: StoredManifest | undefined,
  { layers, manifest }: ArrivingLayers,
  place: string,
): Promise<MergedCompanion | undefined> {
  // Nothing comes, whatever is there.
  if (there !== undefined && manifest === undefined && layers.length === 0) return undefined;
  const before = there === undefined ? [] : layersIn(there) ?? (manifest === undefined ? undefined : []);
  if (before === undefined) throw new TypeError(`Cannot add to ${place}: it is an index, and no list of signatures`);
  if (manifest !== undefined && without(before, layers).length === 0) {
    return manifest.descriptor.digest === there?.descriptor.digest ? undefined : { manifest, contents: [] };
  }
  const missing = without(layers, before);
  if (there !== undefined && missing.length === 0) return undefined;
  const made = companionManifest([...before, ...missing]);
  const { descriptor } = made.manifest;
  return {
    manifest: { descriptor, bytes: await readContent(made.manifest) },
    contents: [made.config, made.manifest],
  };
}

/** What comes with a manifest from another place: its layers, and none with an index. */
export function arrivingWith(manifest: StoredManifest): ArrivingLayers {
  return { layers: layersIn(manifest) ?? [], manifest };
}

/** The layers of a manifest; `undefined` for an index. */
export function layersIn({ descriptor, bytes }: StoredManifest): readonly Descriptor[] | undefined {
  const manifest = parseManifest(bytes, descriptor);
  return manifest.kind === "manifest" ? manifest.layers : undefined;
}

/** Those that are not among the others. Several signatures of the same bytes differ in their annotations alone. */
export function without(layers: readonly Descriptor[], others: readonly Descriptor[]): readonly Descriptor[] {
  const known = new Set(others.map(identity));
  return layers.filter((layer) => !known.has(identity(layer)));
}

function identity(layer: Descriptor): string {
  return JSON.stringify(orderDescriptor(layer));
}
