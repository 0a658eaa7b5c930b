/**
 * The kinds by which cosign knows what is in a layout: `cosign verify --local-image` looks for the one image that has
 * one, and takes the entries of the other kinds for its signatures.
 *
 * @see {@link https://github.com/sigstore/cosign/blob/v3.1.3/pkg/oci/layout/index.go | cosign 3.1.3, layouts}
 */
import { BUNDLE_MEDIA_TYPE } from "../bundle/bundle.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import type { Annotations } from "../oci/descriptor.ts";
import { isObject } from "../oci/is_object.ts";
import { orderAnnotations } from "../oci/manifest.ts";
import { DOCKER_MANIFEST_LIST_MEDIA_TYPE, OCI_INDEX_MEDIA_TYPE } from "../oci/media_types.ts";
import { isCompanionTag, referrersTag, subjectTag } from "../store/companion_tags.ts";
import { annotationOf, type IndexEntry, refNameOf, tagOf } from "./entry.ts";

const KIND_ANNOTATION = "kind";
const PREFIX = "dev.cosignproject.cosign/";
/** What cosign calls what it finds by a tag in a registry, and how that tag ends. */
const ENDINGS: Readonly<Record<string, string>> = { sigs: "sig", atts: "att", sboms: "sbom", sbom: "sbom" };

/**
 * Marks the signed artifact of a layout and its signatures for `cosign verify --local-image`. A layout of several
 * artifacts is left without: cosign would check one of them and say nothing of the others. So is what `cosign save` has
 * marked itself.
 */
export function withCosignKinds(entries: readonly IndexEntry[]): readonly IndexEntry[] {
  const artifact = signedArtifact(entries);
  if (artifact === undefined || entries.some(hasKind)) return entries;
  const kinds = new Map(["sigs", "atts"].map((kind) => [`${subjectTag(artifact)}.${ENDINGS[kind]}`, kind]));
  return entries.map((entry) => {
    const kind = entry.digest === artifact ? imageKind(entry) : kinds.get(tagOf(entry) ?? "");
    return kind === undefined ? entry : withKind(entry, kind);
  });
}

/** Takes away what {@linkcode withCosignKinds} has said, and nothing that `cosign save` did. */
export function withoutCosignKinds(entries: readonly IndexEntry[]): readonly IndexEntry[] {
  return !entries.some(hasKind) || isSaved(entries) ? entries : entries.map(withoutKind);
}

/**
 * The images of a layout that `cosign save` has made. Their signatures have no names, and those in bundles are not even
 * listed.
 */
export function savedImages(entries: readonly IndexEntry[]): readonly Digest[] {
  if (!entries.some(hasKind) || !isSaved(entries)) return [];
  return [...new Set(entries.filter(isImage).flatMap(({ digest }) => isDigest(digest) ? [digest] : []))];
}

/** What gantry marks has the names of signatures beside it, and cosign writes none. */
function isSaved(entries: readonly IndexEntry[]): boolean {
  const tags = new Set(entries.map(tagOf));
  return entries.some((entry) =>
    isImage(entry) ? !isSignedBy(entry, tags) : refNameOf(entry) === undefined && hasKind(entry)
  );
}

/**
 * The tags by which cosign would find its signatures in a registry. `cosign save` writes none: in its layouts is one
 * image, and what else is there belongs to it.
 */
export function cosignTags(entries: readonly IndexEntry[]): ReadonlyMap<IndexEntry, string> {
  const [image, ...others] = savedImages(entries);
  // Of several images nothing says whose they are.
  if (image === undefined || others.length > 0) return new Map();
  return new Map(entries.flatMap((entry) => {
    const ending = ENDINGS[kindOf(entry) ?? ""];
    return ending === undefined || refNameOf(entry) !== undefined ? [] : [[entry, `${subjectTag(image)}.${ending}`]];
  }));
}

/** The only artifact of a layout, if something there may sign it. */
function signedArtifact(entries: readonly IndexEntry[]): Digest | undefined {
  const tags = new Set(entries.map(tagOf));
  const isSigned = (entry: IndexEntry): boolean => isSignedBy(entry, tags);
  const named = entries.filter((entry) => {
    const tag = tagOf(entry) ?? refNameOf(entry);
    return tag !== undefined && !isCompanionTag(tag) && entry.artifactType !== BUNDLE_MEDIA_TYPE;
  });
  // Without a tag, what something refers to is the artifact.
  const artifacts = named.length > 0 ? named : entries.filter((entry) => tagOf(entry) === undefined && isSigned(entry));
  const [first, ...others] = new Set(artifacts.map(({ digest }) => digest));
  return first !== undefined && others.length === 0 && isDigest(first) && artifacts.some(isSigned) ? first : undefined;
}

/** Whether one of the tags is that of a list of referrers, or of signatures, of a manifest. */
function isSignedBy({ digest }: IndexEntry, tags: ReadonlySet<string | undefined>): boolean {
  if (!isDigest(digest)) return false;
  return [referrersTag(digest), `${subjectTag(digest)}.sig`, `${subjectTag(digest)}.att`].some((tag) => tags.has(tag));
}

function isImage(entry: IndexEntry): boolean {
  return /^image(?:Index)?$/.test(kindOf(entry) ?? "");
}

function imageKind({ mediaType }: IndexEntry): string {
  const isIndex = mediaType === OCI_INDEX_MEDIA_TYPE || mediaType === DOCKER_MANIFEST_LIST_MEDIA_TYPE;
  return `image${isIndex ? "Index" : ""}`;
}

function kindOf(entry: IndexEntry): string | undefined {
  const kind = annotationOf(entry, KIND_ANNOTATION);
  return kind?.startsWith(PREFIX) ? kind.slice(PREFIX.length) : undefined;
}

function hasKind(entry: IndexEntry): boolean {
  return kindOf(entry) !== undefined;
}

function withKind({ mediaType, digest, size, annotations, ...others }: IndexEntry, kind: string): IndexEntry {
  const rest = isObject(annotations) ? annotations as Annotations : {};
  const marked = orderAnnotations({ ...rest, [KIND_ANNOTATION]: `${PREFIX}${kind}` });
  return { mediaType, digest, size, annotations: marked, ...others };
}

function withoutKind(entry: IndexEntry): IndexEntry {
  if (!hasKind(entry) || !isObject(entry.annotations)) return entry;
  const { [KIND_ANNOTATION]: _, ...annotations } = entry.annotations;
  if (Object.keys(annotations).length > 0) return { ...entry, annotations };
  const { annotations: _none, ...bare } = entry;
  return bare;
}
