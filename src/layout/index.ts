/**
 * The `index.json` of an image layout: which manifests there are, and under which tags.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md#indexjson-file | OCI image-spec 1.1.1, index.json file}
 */
import { parseJsonBytes } from "../oci/parse_json_bytes.ts";
import { BUNDLE_ANNOTATION, FULL_NAME_ANNOTATION, REF_NAME_ANNOTATION } from "../oci/annotation_keys.ts";
import { compareBytewise } from "../oci/compare_bytewise.ts";
import type { Annotations, Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { orderAnnotations, orderDescriptor } from "../oci/manifest.ts";
import { OCI_INDEX_MEDIA_TYPE } from "../oci/media_types.ts";
import type { ParsedManifest } from "../oci/parse_manifest.ts";
import { type Moved, refuseMoved, TagExistsError, type TagName, type UntagOptions } from "../store/store.ts";
import { withCosignKinds, withoutCosignKinds } from "./cosign_kinds.ts";
import { descriptorOf, fullNameOf, type IndexEntry, isEntry, isText, refNameOf, tagOf } from "./entry.ts";
import { isObject } from "../oci/is_object.ts";

/** An index as it was read. Whatever gantry does not know stays in it as it is. */
export interface LayoutIndex {
  /** What is listed, in the order in which it was read. */
  readonly manifests: readonly IndexEntry[];
  /** Any other field. */
  readonly [field: string]: unknown;
}

/** How large an index may be, in bytes: some hundred thousand manifests. */
export const INDEX_SIZE_LIMIT = 64 * 1024 * 1024;

/** The index of a layout in which nothing is yet. */
export const EMPTY_INDEX: LayoutIndex = { schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests: [] };

/**
 * Parses an index.
 *
 * @throws {SyntaxError} When it is not JSON, or not an image index.
 */
export function parseIndex(bytes: Uint8Array): LayoutIndex {
  const index = parseJsonBytes(bytes);
  if (!isObject(index)) throw new SyntaxError("it is not a JSON object");
  if (index.schemaVersion !== 2) throw new SyntaxError("its schemaVersion is not 2");
  // Go writes a list in which nothing is as null.
  const manifests = index.manifests ?? [];
  if (!Array.isArray(manifests)) throw new SyntaxError("its manifests are not a list");
  if (!manifests.every(isEntry)) throw new SyntaxError("one of its manifests has no digest");
  return { ...index, manifests: withoutCosignKinds(manifests) };
}

/**
 * Writes an index: no white space, tagged manifests first, sorted by tag and then by digest, and marked for cosign. The
 * same entries give the same bytes, whatever order they came in.
 */
export function formatIndex(index: LayoutIndex): Uint8Array<ArrayBuffer> {
  const manifests = withCosignKinds(index.manifests.toSorted(compareEntries));
  return new TextEncoder().encode(JSON.stringify({ ...index, manifests }));
}

/**
 * Says what a tag points to; `undefined` when there is no such tag.
 *
 * @throws {SyntaxError} When the tag stands at more than one manifest, or at something that is no descriptor.
 */
export function resolveTag(index: LayoutIndex, tag: string): Descriptor | undefined {
  const named = entriesAt(index, tag);
  const [first] = named;
  if (first === undefined) return undefined;
  if (named.some(({ digest }) => digest !== first.digest)) throw new SyntaxError(ambiguity(tag, named));
  const descriptor = descriptorOf(first);
  if (descriptor === undefined) throw new SyntaxError(`tag ${JSON.stringify(tag)} stands at an invalid descriptor`);
  return descriptor;
}

/** The entries at which a tag stands. One that ends a whole reference is meant where none is written as it is. */
function entriesAt({ manifests }: Pick<LayoutIndex, "manifests">, tag: string): readonly IndexEntry[] {
  const written = manifests.filter((entry) => refNameOf(entry) === tag);
  return written.length > 0 ? written : manifests.filter((entry) => tagOf(entry) === tag);
}

/**
 * Lets tags point to a manifest. Without any tag the manifest is listed once, without a name.
 *
 * A name is the full reference where there is one, and otherwise the tag: the same tag of two repositories is two
 * names, and each of them moves alone.
 *
 * A manifest that loses its last tag stays listed without a name, as `oras` and `skopeo` keep it too: what is not
 * listed cannot be found again, and would be lost to the first garbage collection.
 *
 * @throws {SyntaxError} When one of the tags stands at more than one manifest already.
 */
export function setTags(
  index: LayoutIndex,
  descriptor: Descriptor,
  tags: readonly string[],
  { origin }: { readonly origin?: string | undefined } = {},
): { readonly index: LayoutIndex; readonly moved: readonly Moved[] } {
  const byName = Map.groupBy(index.manifests, entryName);
  const moved = tags.map((tag): Moved => {
    const from = resolveTag({ ...index, manifests: byName.get(nameIn(origin, tag)) ?? [] }, tag)?.digest;
    return from === undefined ? { tag } : { tag, from };
  });
  const { digest } = descriptor;
  const arriving = new Map(
    moved.filter(({ from }) => from !== digest).map(({ tag }) => [nameIn(origin, tag), tag]),
  );
  const bare = bareEntry(descriptor);
  const kept = index.manifests.map((entry) => arriving.has(entryName(entry) ?? "") ? withName(entry, {}) : entry);
  const isListed = kept.some((entry) => entry.digest === digest);
  const added = [...arriving].map(([name, tag]) =>
    withName(bare, origin === undefined ? { tag } : { tag, fullName: name })
  );
  const manifests = [...kept, ...added, ...(tags.length === 0 && !isListed ? [bare] : [])];
  const touched = new Set<string>([digest, ...moved.flatMap(({ from }) => from ?? [])]);
  return { index: { ...index, manifests: withoutRepeats(manifests, touched) }, moved };
}

/**
 * Takes over entries of another index as they are. A name that stands at something else moves, as with
 * {@linkcode setTags}; what has no name is listed unless it is.
 */
export function takeEntries(
  index: LayoutIndex,
  entries: readonly IndexEntry[],
): { readonly index: LayoutIndex; readonly moved: readonly MovedName[] } {
  const arriving = new Map(entries.flatMap((entry) => {
    const name = entryName(entry);
    return name === undefined ? [] : [[name, entry] as const];
  }));
  const moved = index.manifests.flatMap((entry): readonly MovedName[] => {
    const name = entryName(entry);
    const next = name === undefined ? undefined : arriving.get(name);
    if (name === undefined || next === undefined || next.digest === entry.digest) return [];
    return [{ name, tag: tagOf(next), from: entry.digest }];
  });
  const kept = index.manifests.map((entry) => arriving.has(entryName(entry) ?? "") ? withName(entry, {}) : entry);
  const listed = new Set(kept.map(({ digest }) => digest));
  const nameless = entries.filter((entry) => entryName(entry) === undefined && !listed.has(entry.digest));
  const touched = new Set([...entries.map(({ digest }) => digest), ...moved.map(({ from }) => from)]);
  const manifests = withoutRepeats([...kept, ...arriving.values(), ...nameless], touched);
  return { index: { ...index, manifests }, moved };
}

/** A name that stands at something else from now on. */
export interface MovedName {
  /** The full reference, or else the tag. */
  readonly name: string;
  /** The tag of it, if it is one. */
  readonly tag: string | undefined;
  /** What it stood at before. */
  readonly from: string;
}

/**
 * Everything that an index leads to: what it lists, and the description of a bundle that stands in its annotations.
 *
 * Tools that take one image take a layout only when one entry is listed, so in such a bundle the description is none.
 */
export function indexEntriesOf({ manifests, annotations }: LayoutIndex): readonly IndexEntry[] {
  const said = isObject(annotations) ? annotations[BUNDLE_ANNOTATION] : undefined;
  if (!isText(said)) return manifests;
  try {
    const entry: unknown = JSON.parse(said);
    return isEntry(entry) ? [...manifests, entry] : manifests;
  } catch {
    // Whoever wrote it, it is no description.
    return manifests;
  }
}

/** Adds the description of a bundle, in the annotations where only one manifest is listed and as an entry otherwise. */
export function describeIndex(index: LayoutIndex, description: Descriptor): LayoutIndex {
  const rest = dropManifest(index, description.digest) ?? index;
  if (rest.manifests.length !== 1) return listManifests(rest, [description]);
  const said = JSON.stringify({ ...orderDescriptor(description), digest: description.digest });
  const others = isObject(rest.annotations) ? rest.annotations : {};
  return { ...rest, annotations: { ...others, [BUNDLE_ANNOTATION]: said } };
}

/** Lists manifests without a name, unless they are listed. */
export function listManifests(index: LayoutIndex, manifests: readonly Descriptor[]): LayoutIndex {
  const listed = new Set<string>(index.manifests.map(({ digest }) => digest));
  const added = new Map(manifests.filter(({ digest }) => !listed.has(digest)).map((each) => [each.digest, each]));
  return { ...index, manifests: [...index.manifests, ...[...added.values()].map(bareEntry)] };
}

/**
 * Takes a tag away. What loses its last tag stays listed without a name.
 *
 * @returns `undefined` when there is no such tag.
 */
export function dropTag(index: LayoutIndex, tag: string): LayoutIndex | undefined {
  const named = entriesAt(index, tag);
  if (named.length === 0) return undefined;
  const manifests = index.manifests.map((entry) => named.includes(entry) ? withName(entry, {}) : entry);
  return { ...index, manifests: withoutRepeats(manifests, new Set(named.map(({ digest }) => digest))) };
}

/**
 * Takes a manifest and all of its tags away.
 *
 * @returns `undefined` when it is not listed.
 */
export function dropManifest(index: LayoutIndex, digest: Digest): LayoutIndex | undefined {
  const isOther = (entry: IndexEntry): boolean => entry.digest !== digest;
  const before = indexEntriesOf(index);
  if (before.every(isOther)) return undefined;
  const manifests = index.manifests.filter(isOther);
  // What is beyond the list is the description.
  const isDescription = before.slice(index.manifests.length).some((entry) => !isOther(entry));
  return { ...(isDescription ? withoutDescription(index) : index), manifests };
}

function withoutDescription({ annotations, ...index }: LayoutIndex): Omit<LayoutIndex, "manifests"> {
  const { [BUNDLE_ANNOTATION]: _, ...others } = isObject(annotations) ? annotations : {};
  return Object.keys(others).length === 0 ? index : { ...index, annotations: others };
}

/** Drops untagged entries of these digests that say nothing which another entry does not say too. */
function withoutRepeats(entries: readonly IndexEntry[], digests: ReadonlySet<string>): readonly IndexEntry[] {
  const said = new Set<string>();
  return entries.toSorted(compareEntries).filter((entry) => {
    if (!digests.has(entry.digest)) return true;
    const content = JSON.stringify(withName(entry, {}));
    if (refNameOf(entry) === undefined && said.has(content)) return false;
    said.add(content);
    return true;
  });
}

/** What identifies an entry among all others: the full reference, or else the tag; `undefined` when it has no name. */
export function entryName(entry: IndexEntry): string | undefined {
  return fullNameOf(entry) ?? refNameOf(entry);
}

function nameIn(origin: string | undefined, tag: string): string {
  return origin === undefined ? tag : `${origin}:${tag}`;
}

function ambiguity(tag: string, named: readonly IndexEntry[]): string {
  const names = named.map((entry) => `${fullNameOf(entry) ?? tag} at ${entry.digest}`).sort(compareBytewise);
  return `tag ${JSON.stringify(tag)} stands at ${named.length} manifests, and only a digest says which is meant: ${
    names.slice(0, 10).join(", ")
  }`;
}

function bareEntry(descriptor: Descriptor): IndexEntry {
  return withName({ ...orderDescriptor(descriptor), digest: descriptor.digest }, {});
}

/** Gives an entry a name or takes it away; the fields of the spec come in its order, all others after them. */
function withName(
  entry: IndexEntry,
  { tag, fullName }: { readonly tag?: string; readonly fullName?: string },
): IndexEntry {
  const { mediaType, digest, size, annotations, ...others } = entry;
  const { [REF_NAME_ANNOTATION]: _tag, [FULL_NAME_ANNOTATION]: _name, ...rest } = isObject(annotations)
    ? annotations as Annotations
    : {};
  const named = {
    ...rest,
    ...(tag === undefined ? {} : { [REF_NAME_ANNOTATION]: tag }),
    ...(fullName === undefined ? {} : { [FULL_NAME_ANNOTATION]: fullName }),
  };
  return { mediaType, digest, size, annotations: orderAnnotations(named), ...others };
}

function compareEntries(a: IndexEntry, b: IndexEntry): number {
  const [x, y] = [refNameOf(a), refNameOf(b)];
  if ((x === undefined) !== (y === undefined)) return x === undefined ? 1 : -1;
  return compareBytewise(x ?? "", y ?? "") || compareBytewise(a.digest, b.digest) ||
    compareBytewise(JSON.stringify(a), JSON.stringify(b));
}

/** How a manifest is listed in an index: as what it is, and without what another index says of it. */
export function listedAs({ mediaType, digest, size }: Descriptor, { artifactType }: ParsedManifest): Descriptor {
  return { mediaType, digest, size, ...(artifactType === undefined ? {} : { artifactType }) };
}

/**
 * Takes a tag out of an index, if it is there.
 *
 * @param url The layout, for errors.
 * @throws {Error} When the tag points to something else than it should.
 */
export function withoutTag(url: string, before: LayoutIndex, tag: string, options: UntagOptions): LayoutIndex {
  const there = resolveTag(before, tag);
  if (there !== undefined) refuseMoved(url, tag, there.digest, options);
  return dropTag(before, tag) ?? before;
}

/**
 * Checks that no immutable tag moves. The pipeline has looked before the upload; what another process has published
 * since then is seen only here.
 *
 * @throws {TagExistsError} Names the first tag that would move.
 */
export function checkImmutableTags(
  url: string,
  { digest }: Descriptor,
  tags: readonly TagName[],
  moved: readonly Moved[],
): void {
  const immutable = new Set(tags.filter((tag) => tag.immutable).map(({ name }) => name));
  for (const { tag, from } of moved) {
    if (from !== undefined && from !== digest && immutable.has(tag)) {
      throw new TagExistsError(url, tag, { existing: from, wanted: digest });
    }
  }
}
