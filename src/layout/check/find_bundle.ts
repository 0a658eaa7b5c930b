import {
  BUNDLE_MEDIA_TYPE,
  BUNDLE_SIZE_LIMIT,
  type BundleDescription,
  mergeDescriptions,
} from "../../bundle/bundle.ts";
import { descriptionLayer, parseDescription } from "../../bundle/parse_bundle.ts";
import { parseManifest } from "../../oci/parse_manifest.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { reason } from "../../system/io_error.ts";
import { INDEX_FILE } from "../directory/read_layout.ts";
import { descriptorOf } from "../entry.ts";
import { EMPTY_INDEX, indexEntriesOf } from "../index.ts";
import type { HashedLayout, LayoutProblem } from "./hashed_layout.ts";

/** The description of what a layout carries. */
export interface FoundDescription {
  /** The digest of its manifest. */
  readonly digest: Digest;
  readonly description: BundleDescription;
}

/**
 * Reads the description of what a layout carries. Two exports in the same moment may have left two: together they are
 * the one.
 */
export async function findDescription(
  layout: Pick<HashedLayout, "index" | "blobs" | "read">,
): Promise<{ readonly description: FoundDescription | undefined; readonly problems: readonly LayoutProblem[] }> {
  const problems: LayoutProblem[] = [];
  const listed = new Map(
    indexEntriesOf(layout.index ?? EMPTY_INDEX).flatMap((entry) => descriptorOf(entry) ?? [])
      .filter(({ artifactType }) => artifactType === BUNDLE_MEDIA_TYPE).map((each) => [each.digest, each]),
  );
  const found: FoundDescription[] = [];
  for (const descriptor of listed.values()) {
    const { digest } = descriptor;
    // What is missing or damaged is said by whoever follows the index.
    if (!isIntact(layout, descriptor)) continue;
    try {
      const description = await readDescription(layout, descriptor);
      if (description !== undefined) found.push({ digest, description });
    } catch (error) {
      problems.push({ digest, problem: `describes no bundle: ${reason(error)}`, neededBy: [INDEX_FILE] });
    }
  }
  const [first, ...others] = found;
  const description = first &&
    others.reduce((a, b) => ({ ...a, description: mergeDescriptions(a.description, b.description) }), first);
  return { description, problems };
}

/**
 * Reads what a manifest says of a bundle.
 *
 * @returns `undefined` when its layer is missing or damaged.
 * @throws {SyntaxError} When it is not what an export writes.
 */
export async function readDescription(
  layout: Pick<HashedLayout, "blobs" | "read">,
  descriptor: Descriptor,
): Promise<BundleDescription | undefined> {
  const layer = descriptionLayer(parseManifest(await layout.read(descriptor.digest), descriptor));
  if (!isIntact(layout, layer)) return undefined;
  return parseDescription(await layout.read(layer.digest));
}

function isIntact({ blobs }: Pick<HashedLayout, "blobs">, { digest, size }: Descriptor): boolean {
  const blob = blobs.get(digest);
  return blob !== undefined && blob.problem === undefined && blob.size === size && size <= BUNDLE_SIZE_LIMIT;
}
