import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { MANIFEST_SIZE_LIMIT } from "../../oci/manifest.ts";
import { OCI_INDEX_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../oci/media_types.ts";
import { isManifestMediaType, manifestParts, type ParsedManifest, parseManifest } from "../../oci/parse_manifest.ts";
import { BUNDLE_MEDIA_TYPE, type BundleDescription } from "../../bundle/bundle.ts";
import { readDescription } from "../check/find_bundle.ts";
import type { HashedLayout } from "../check/hashed_layout.ts";
import { listedAs } from "../index.ts";

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

interface FoundManifest {
  readonly descriptor: Descriptor;
  readonly parts: readonly Descriptor[];
}

/** What a blob is when it is read as a manifest; most are none. */
function manifestIn(bytes: Uint8Array, digest: Digest): FoundManifest | undefined {
  // Most blobs that are none are compressed.
  if (bytes[0] !== "{".charCodeAt(0)) return undefined;
  try {
    const json: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const mediaType = mediaTypeOf(json);
    if (mediaType === undefined) return undefined;
    const manifest: ParsedManifest = parseManifest(bytes, { mediaType, digest });
    const descriptor = listedAs({ mediaType, digest, size: bytes.byteLength }, manifest);
    return { descriptor, parts: manifestParts(manifest) };
  } catch {
    return undefined;
  }
}

/** Manifests of OCI need not say what they are. */
function mediaTypeOf(json: unknown): string | undefined {
  if (typeof json !== "object" || json === null || !("schemaVersion" in json)) return undefined;
  if ("mediaType" in json) {
    return typeof json.mediaType === "string" && isManifestMediaType(json.mediaType) ? json.mediaType : undefined;
  }
  if ("manifests" in json) return OCI_INDEX_MEDIA_TYPE;
  return "config" in json && "layers" in json ? OCI_MANIFEST_MEDIA_TYPE : undefined;
}

/** Tells whether one bundle is more than another one and has all of its artifacts: it is the later one. */
function holds(one: LostDescription, other: LostDescription): boolean {
  const names = new Set(one.description.artifacts.map(({ origin, digest }) => `${origin}@${digest}`));
  return names.size > other.description.artifacts.length &&
    other.description.artifacts.every(({ origin, digest }) => names.has(`${origin}@${digest}`));
}
