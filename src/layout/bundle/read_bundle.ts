import type { Descriptor } from "../../oci/descriptor.ts";
import { parseManifest } from "../../oci/parse_manifest.ts";
import { descriptionLayer, parseDescription } from "../../bundle/parse_bundle.ts";
import {
  BUNDLE_MEDIA_TYPE,
  BUNDLE_SIZE_LIMIT,
  type BundleDescription,
  mergeDescriptions,
} from "../../bundle/bundle.ts";
import type { Context } from "../../work/context.ts";
import type { LayoutPlace, ListedManifest } from "../layout.ts";
import { readBytes } from "../../oci/bytes/read.ts";

/** What a layout says of itself as a bundle. */
export interface Bundle {
  /** The manifests of its descriptions: one, unless two exports wrote to the layout in the same moment. */
  readonly manifests: readonly Descriptor[];
  readonly description: BundleDescription;
}

/**
 * Reads the description of a bundle.
 *
 * @returns `undefined` when the layout has none: another tool made it.
 * @throws {Error} When it cannot be read, or is not what an export writes.
 */
export async function readBundle(
  place: Pick<LayoutPlace, "url" | "fetch" | "listed">,
  context: Context,
): Promise<Bundle | undefined> {
  const listed = await place.listed(context) ?? [];
  return await readBundleOf(place, listed.map(({ descriptor }: ListedManifest) => descriptor), context);
}

/** The same for a list that was read already. */
export async function readBundleOf(
  place: Pick<LayoutPlace, "url" | "fetch">,
  listed: readonly Descriptor[],
  context: Context,
): Promise<Bundle | undefined> {
  const found = listed.filter(({ artifactType }) => artifactType === BUNDLE_MEDIA_TYPE);
  const manifests = [...new Map(found.map((each) => [each.digest, each])).values()];
  const descriptions = await Promise.all(manifests.map((manifest) => readDescription(place, manifest, context)));
  const [first, ...others] = descriptions;
  return first && { manifests, description: others.reduce(mergeDescriptions, first) };
}

async function readDescription(
  place: Pick<LayoutPlace, "url" | "fetch">,
  manifest: Descriptor,
  context: Context,
): Promise<BundleDescription> {
  const parsed = parseManifest(await readSmall(place, manifest, context), manifest);
  try {
    return parseDescription(await readSmall(place, descriptionLayer(parsed), context));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SyntaxError(
      `Cannot read the description of the bundle, ${place.url}@${manifest.digest}: ${cause.message}`,
      { cause },
    );
  }
}

async function readSmall(
  place: Pick<LayoutPlace, "url" | "fetch">,
  descriptor: Descriptor,
  context: Context,
): Promise<Uint8Array<ArrayBuffer>> {
  const { digest, size } = descriptor;
  if (size > BUNDLE_SIZE_LIMIT) {
    throw new RangeError(
      `Cannot read ${place.url}@${digest}: it has ${size} bytes, and ${BUNDLE_SIZE_LIMIT} are the limit`,
    );
  }
  return await readBytes(await place.fetch(descriptor, context));
}
