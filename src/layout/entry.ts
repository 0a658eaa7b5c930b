/**
 * The entries of an `index.json`, whoever wrote them.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md#indexjson-file | OCI image-spec 1.1.1, index.json file}
 */
import { FULL_NAME_ANNOTATION, REF_NAME_ANNOTATION } from "../oci/annotation_keys.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { isDigest } from "../oci/digest.ts";
import { parseFullName } from "../oci/origin.ts";
import { isTag } from "../oci/tag.ts";
import { isObject } from "../oci/is_object.ts";

/** A descriptor in an index; only its digest is certain to be there. */
export interface IndexEntry {
  /** The digest, of whatever algorithm. */
  readonly digest: string;
  /** Any other field. */
  readonly [field: string]: unknown;
}

/** What an entry names, without its annotations; `undefined` when it is not a descriptor that gantry can use. */
export function descriptorOf({ mediaType, digest, size, artifactType }: IndexEntry): Descriptor | undefined {
  if (!isText(mediaType) || !isDigest(digest) || !isSize(size)) return undefined;
  return { mediaType, digest, size, ...(isText(artifactType) ? { artifactType } : {}) };
}

/**
 * The tag of an entry; `undefined` when it has none. Where another tool has written a whole reference in its place, as
 * podman, buildah and skopeo do, it is the end of that.
 */
export function tagOf(entry: IndexEntry): string | undefined {
  const name = refNameOf(entry);
  if (name !== undefined && isTag(name)) return name;
  const [, tag] = /^[^@]+:([^:/@]+)(?:@.*)?$/.exec(fullNameOf(entry) ?? name ?? "") ?? [];
  return tag !== undefined && isTag(tag) ? tag : undefined;
}

/**
 * The full reference of an entry, such as `HOST/REPOSITORY:TAG`; `undefined` when it has none. containerd and gantry
 * have an annotation of their own for it.
 */
export function fullNameOf(entry: IndexEntry): string | undefined {
  const fullName = annotationOf(entry, FULL_NAME_ANNOTATION);
  const name = refNameOf(entry);
  if (fullName !== undefined || name === undefined || isTag(name)) return fullName;
  return parseFullName(name, entry.digest) === undefined ? undefined : name;
}

/** The name that stands at an entry, whatever its tool takes for one; `undefined` when there is none. */
export function refNameOf(entry: IndexEntry): string | undefined {
  return annotationOf(entry, REF_NAME_ANNOTATION);
}

/** An annotation of an entry; `undefined` when it has none. */
export function annotationOf({ annotations }: IndexEntry, key: string): string | undefined {
  const value = isObject(annotations) && Object.hasOwn(annotations, key) ? annotations[key] : undefined;
  return isText(value) ? value : undefined;
}

/** Tells whether something in the list of an index can be an entry. */
export function isEntry(value: unknown): value is IndexEntry {
  return isObject(value) && typeof value.digest === "string";
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Tells whether a value of JSON is a text that says something. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
