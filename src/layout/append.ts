import type { Content, Descriptor } from "../oci/descriptor.ts";
import { parseManifest } from "../oci/parse_manifest.ts";
import { isSharedTag } from "../store/companion_tags.ts";
import { arrivingWith, layersIn, mergeCompanion } from "../store/merge_companion.ts";
import type { ArrivingLayers, StoredManifest } from "../store/store.ts";
import { descriptorOf, type IndexEntry } from "./entry.ts";
import type { ReadManifest } from "./graph.ts";
import { dropManifest, entryName, type LayoutIndex, listedAs, setTags, takeEntries } from "./index.ts";
import type { Relisted } from "./layout.ts";
import { layoutNames } from "./names.ts";

/** What becomes of a list by layers that came to it. */
export type Appended = Pick<Relisted, "after" | "contents" | "dropped">;

/**
 * Adds layers to those behind a tag such as `sha256-….sig`. A manifest that has a part of them alone goes, unless it is
 * listed besides: without a name it would count as an artifact of its own.
 *
 * @param place The tag, as errors show it.
 * @throws {TypeError} When something else has the tag.
 */
export async function appendLayers(
  before: LayoutIndex,
  { tag, place, ...arriving }: ArrivingLayers & { readonly tag: string; readonly place: string },
  read: ReadManifest,
): Promise<Appended> {
  const names = layoutNames(before);
  const there = await storedAt(names.resolve(tag), read);
  const merged = await mergeCompanion(there, arriving, place);
  const after = merged === undefined
    ? before
    : there !== undefined && layersIn(there) !== undefined
    ? withManifestAt(before, (entry) => names.tagOf(entry) === tag, merged.manifest)
    : setTags(before, listed(merged.manifest), [tag]).index;
  const stays = merged?.manifest ?? there;
  const superseded = [there, arriving.manifest].filter((each) => each?.descriptor.digest !== stays?.descriptor.digest);
  return { ...withoutSuperseded(after, superseded, after.manifests), contents: merged?.contents ?? [] };
}

/**
 * Takes over entries of another index as they are. What would replace others' layers behind a tag such as
 * `sha256-….sig` is added to them instead.
 */
export async function takeAndAppend(
  before: LayoutIndex,
  entries: readonly IndexEntry[],
  read: ReadManifest,
): Promise<Appended> {
  const contents: Content[] = [];
  const superseded: (StoredManifest | undefined)[] = [];
  const taken: IndexEntry[] = [];
  const moved = new Set(
    takeEntries(before, entries).moved.flatMap(({ name, tag = "" }) => isSharedTag(tag) ? name : []),
  );
  for (const entry of entries) {
    const name = entryName(entry) ?? "";
    const own = before.manifests.find((each) => entryName(each) === name);
    const [manifest, there] = moved.has(name)
      ? await Promise.all([entry, own].map((each) => storedAt(each && descriptorOf(each), read)))
      : [];
    if (manifest === undefined || there === undefined) {
      taken.push(entry);
      continue;
    }
    superseded.push(there, manifest);
    const merged = await mergeCompanion(there, arrivingWith(manifest), name);
    if (merged === undefined) continue;
    contents.push(...merged.contents);
    taken.push({ ...entry, ...listed(merged.manifest) });
  }
  const { index: after } = takeEntries(before, taken);
  const isNamed = (entry: IndexEntry): boolean => entryName(entry) !== undefined;
  const nameless = [...before.manifests, ...entries].filter((entry) => !isNamed(entry));
  return { ...withoutSuperseded(after, superseded, [...after.manifests.filter(isNamed), ...nameless]), contents };
}

/** The entry stays what it is, whatever tells other tools that it has signatures. */
function withManifestAt(
  index: LayoutIndex,
  isMeant: (entry: IndexEntry) => boolean,
  manifest: StoredManifest,
): LayoutIndex {
  return {
    ...index,
    manifests: index.manifests.map((entry) => {
      const { artifactType: _, ...others } = entry;
      return isMeant(entry) ? { ...others, ...listed(manifest) } : entry;
    }),
  };
}

async function storedAt(descriptor: Descriptor | undefined, read: ReadManifest): Promise<StoredManifest | undefined> {
  const bytes = descriptor && await read(descriptor);
  return descriptor && bytes && { descriptor, bytes };
}

function listed({ descriptor, bytes }: StoredManifest): Descriptor {
  return listedAs(descriptor, parseManifest(bytes, descriptor));
}

/**
 * Takes away lists of signatures that others have taken the place of. What somebody else lists stays, and so does what
 * refers to something: whoever wrote the other place may have set its tag to anything.
 *
 * @param others What is listed for its own sake.
 */
function withoutSuperseded(
  index: LayoutIndex,
  parts: readonly (StoredManifest | undefined)[],
  others: readonly IndexEntry[],
): Pick<Appended, "after" | "dropped"> {
  const listed = new Set(others.map(({ digest }) => digest));
  const dropped = parts.flatMap((stored) => {
    return stored === undefined || listed.has(stored.descriptor.digest) || !isList(stored) ? [] : [stored.descriptor];
  });
  return { after: dropped.reduce((after, { digest }) => dropManifest(after, digest) ?? after, index), dropped };
}

function isList({ descriptor, bytes }: StoredManifest): boolean {
  const manifest = parseManifest(bytes, descriptor);
  return manifest.kind === "manifest" && manifest.subject === undefined;
}
