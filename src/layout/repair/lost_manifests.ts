import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { MANIFEST_SIZE_LIMIT } from "../../oci/manifest.ts";
import { BUNDLE_MEDIA_TYPE, type BundleDescription } from "../../bundle/bundle.ts";
import { readDescription } from "../check/find_bundle.ts";
import type { HashedLayout } from "../check/hashed_layout.ts";
import { type FoundManifest, manifestIn } from "../manifest_in.ts";

/** Manifests that are in a layout, and that its index does not lead to. */
export interface LostManifests {
  /** Those that are whole and no part of another one. */
  readonly manifests: readonly Descriptor[];
  /** Those of which something is missing or damaged. */
  readonly incomplete: readonly { readonly descriptor: Descriptor; readonly missing: Digest }[];
  /** Those that describe a bundle. What another one describes too is left out. */
  readonly descriptions: readonly LostDescription[];
}

/** The description of a bundle that nothing lists. */
export interface LostDescription {
  readonly descriptor: Descriptor;
  readonly description: BundleDescription;
}

/**
 * Looks through all blobs for manifests.
 *
 * @param known What the index leads to.
 */
export async function findLostManifests(
  layout: Pick<HashedLayout, "blobs" | "read">,
  known: ReadonlySet<Digest>,
): Promise<LostManifests> {
  const found = new Map<Digest, FoundManifest>();
  for (const [digest, { size, problem }] of layout.blobs) {
    if (problem !== undefined || size > MANIFEST_SIZE_LIMIT || known.has(digest)) continue;
    const manifest = manifestIn(await layout.read(digest), digest);
    if (manifest !== undefined) found.set(digest, manifest);
  }
  const descriptions: LostDescription[] = [];
  for (const { descriptor } of found.values()) {
    if (descriptor.artifactType !== BUNDLE_MEDIA_TYPE) continue;
    const description = await readDescription(layout, descriptor).catch(() => undefined);
    if (description !== undefined) descriptions.push({ descriptor, description });
  }
  const omitted = new Set(descriptions.flatMap(({ description }) => description.omitted.map(({ digest }) => digest)));
  const inner = new Set([...found.values()].flatMap(({ parts }) => parts.map(({ digest }) => digest)));
  const manifests: Descriptor[] = [];
  const incomplete: { readonly descriptor: Descriptor; readonly missing: Digest }[] = [];
  for (const [digest, { descriptor }] of found) {
    if (inner.has(digest) || descriptor.artifactType === BUNDLE_MEDIA_TYPE) continue;
    const missing = missingOf(digest, new Set());
    if (missing === undefined) manifests.push(descriptor);
    else incomplete.push({ descriptor, missing });
  }
  return {
    manifests,
    incomplete,
    descriptions: descriptions.filter((each) => !descriptions.some((other) => holds(other, each))),
  };

  function missingOf(digest: Digest, seen: Set<Digest>): Digest | undefined {
    for (const part of found.get(digest)?.parts ?? []) {
      if (seen.has(part.digest) || known.has(part.digest) || omitted.has(part.digest) || part.urls !== undefined) {
        continue;
      }
      seen.add(part.digest);
      const blob = layout.blobs.get(part.digest);
      if (blob === undefined || blob.problem !== undefined || blob.size !== part.size) return part.digest;
      const missing = missingOf(part.digest, seen);
      if (missing !== undefined) return missing;
    }
    return undefined;
  }
}

/** Tells whether one bundle is more than another one and has all of its artifacts: it is the later one. */
function holds(one: LostDescription, other: LostDescription): boolean {
  const names = new Set(one.description.artifacts.map(({ origin, digest }) => `${origin}@${digest}`));
  return names.size > other.description.artifacts.length &&
    other.description.artifacts.every(({ origin, digest }) => names.has(`${origin}@${digest}`));
}
