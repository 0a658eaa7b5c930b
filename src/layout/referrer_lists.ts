/**
 * Lists of what refers to a manifest: indexes under the tag `sha256-HEX`, as in a registry without an API for
 * referrers.
 *
 * gantry and oras find referrers in a layout by looking into every manifest. regclient looks for such a list and for
 * nothing else, and would carry an artifact on without its signatures.
 *
 * @see {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema | OCI distribution-spec 1.1.1, Referrers Tag Schema}
 */
import { bytesContent } from "../oci/bytes_content.ts";
import { compareBytewise } from "../oci/compare_bytewise.ts";
import type { Content, Descriptor } from "../oci/descriptor.ts";
import { MANIFEST_SIZE_LIMIT, orderDescriptor } from "../oci/manifest.ts";
import { OCI_INDEX_MEDIA_TYPE } from "../oci/media_types.ts";
import { parseManifest } from "../oci/parse_manifest.ts";
import type { StoredManifest } from "../store/store.ts";
import { type ReadManifest, referrerOf } from "./graph.ts";
import { descriptorOf, type IndexEntry, refNameOf } from "./entry.ts";
import { type LayoutIndex, setTags } from "./index.ts";
import { isReferrersTag, referrersTag } from "../store/companion_tags.ts";

/** What changes in the lists of a layout. */
export interface ReferrerChange {
  /** Manifests that have come; those without a subject are not looked at. */
  readonly added: readonly StoredManifest[];
  /** Manifests that go. */
  readonly removed: readonly Descriptor[];
}

/** An index with lists that are up to date. */
export interface ReferrerLists {
  readonly index: LayoutIndex;
  /** The new lists. */
  readonly contents: readonly Content[];
  /** The lists that they take the place of. */
  readonly dropped: readonly Descriptor[];
}

/**
 * Brings the lists of an index up to date. What another tool has listed stays; what stands under such a tag and is no
 * list is left alone.
 *
 * @param read Reads a list that is there.
 */
export async function withReferrerLists(
  index: LayoutIndex,
  { added, removed }: ReferrerChange,
  read: ReadManifest,
): Promise<ReferrerLists> {
  const arriving = Map.groupBy(added.flatMap(referrerIn), ({ tag }) => tag);
  const gone = new Set(removed.map(({ digest }) => digest));
  const lists = new Map(index.manifests.filter(isList).map((entry) => [refNameOf(entry) ?? "", entry]));
  let changed: ReferrerLists = { index, contents: [], dropped: [] };
  // A list is read only when something comes to it, or something goes that may be in it.
  for (const tag of [...new Set([...arriving.keys(), ...gone.size > 0 ? lists.keys() : []])].sort(compareBytewise)) {
    const entry = lists.get(tag);
    const found = entry === undefined ? NO_LIST : await readList(entry, read);
    if (found === undefined) continue;
    const all = [...found.members, ...(arriving.get(tag) ?? []).map(({ referrer }) => referrer)];
    const members = new Map(all.filter(({ digest }) => !gone.has(digest)).map((each) => [each.digest, each]));
    changed = withList(changed, tag, { ...found, members: [...members.values()] });
  }
  return changed;
}

function isList(entry: IndexEntry): boolean {
  return isReferrersTag(refNameOf(entry) ?? "");
}

function referrerIn(
  { descriptor, bytes }: StoredManifest,
): readonly { readonly tag: string; readonly referrer: Descriptor }[] {
  const manifest = parseManifest(bytes, descriptor);
  if (manifest.subject === undefined) return [];
  return [{ tag: referrersTag(manifest.subject.digest), referrer: referrerOf(descriptor, manifest) }];
}

/** What is in a list: nothing when it is missing or damaged; `undefined` when it is none. */
async function readList(entry: IndexEntry, read: ReadManifest): Promise<FoundList | undefined> {
  const damaged: FoundList = { entry, members: [], isIntact: false };
  const descriptor = descriptorOf(entry);
  // Whoever has damaged it, it is written again.
  const bytes = descriptor && await read(descriptor).catch(() => undefined);
  if (descriptor === undefined || bytes === undefined) return damaged;
  try {
    const list = parseManifest(bytes, descriptor);
    return list.kind === "index" ? { entry, members: list.manifests, isIntact: true } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

interface FoundList {
  readonly entry: IndexEntry | undefined;
  readonly members: readonly Descriptor[];
  readonly isIntact: boolean;
}

const NO_LIST: FoundList = { entry: undefined, members: [], isIntact: true };

function withList(
  { index, contents, dropped }: ReferrerLists,
  tag: string,
  { entry, members, isIntact }: FoundList,
): ReferrerLists {
  const manifests = members.toSorted((a, b) => compareBytewise(a.digest, b.digest)).map(orderDescriptor);
  const bytes = new TextEncoder().encode(
    JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests }),
  );
  const list = bytesContent(OCI_INDEX_MEDIA_TYPE, bytes);
  if (entry?.digest === list.descriptor.digest) {
    return { index, contents: isIntact ? contents : [...contents, list], dropped };
  }
  // Nobody reads a longer one.
  if (bytes.byteLength > MANIFEST_SIZE_LIMIT) return { index, contents, dropped };
  const rest = { ...index, manifests: index.manifests.filter((each) => each !== entry) };
  const old = entry && descriptorOf(entry);
  return {
    index: members.length === 0 ? rest : setTags(rest, list.descriptor, [tag]).index,
    contents: members.length === 0 ? contents : [...contents, list],
    dropped: old === undefined ? dropped : [...dropped, old],
  };
}
