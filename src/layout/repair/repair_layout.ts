import { dirname, join } from "node:path";
import type { Descriptor } from "../../oci/descriptor.ts";
import { formatRepository, type LayoutReference } from "../../oci/reference.ts";
import { BUNDLE_MEDIA_TYPE } from "../../bundle/bundle.ts";
import type { Context } from "../../work/context.ts";
import { UnsupportedError } from "../../store/store.ts";
import { checkHashed, type LayoutCheck } from "../check/check_layout.ts";
import { followIndex } from "../check/follow_index.ts";
import { hashDirectory } from "../check/hash_directory.ts";
import type { FileProblem, HashedLayout } from "../check/hashed_layout.ts";
import { ioError } from "../../system/io_error.ts";
import { MANIFEST_SIZE_LIMIT } from "../../oci/manifest.ts";
import { isManifestMediaType, parseManifest } from "../../oci/parse_manifest.ts";
import type { StoredManifest } from "../../store/store.ts";
import { withReferrerLists } from "../referrer_lists.ts";
import { EMPTY_INDEX, formatIndex, indexEntriesOf, type LayoutIndex, listManifests } from "../index.ts";
import { withLock } from "../../system/lock.ts";
import { findLostManifests } from "./lost_manifests.ts";
import { withLostNames } from "./lost_names.ts";
import { OCI_LAYOUT_BYTES, OCI_LAYOUT_FILE } from "../oci_layout_file.ts";
import { INDEX_FILE, readIndex } from "../directory/read_layout.ts";
import { salvageIndex } from "./salvage_index.ts";
import { createFile, writeFile } from "../../system/write_file.ts";

/** What was repaired, and how the layout is now. */
export interface LayoutRepair {
  /** What was done, one sentence each. */
  readonly done: readonly string[];
  /** What could not be done, one sentence each. */
  readonly left: readonly string[];
  readonly check: LayoutCheck;
}

/**
 * Repairs the list of a layout directory from the manifests that are there.
 *
 * An index that is missing or unreadable is made anew, with the entries that can be used; the old one is kept beside
 * it. A manifest that is whole and that nothing lists is listed without a name. Names come back where the description
 * of a bundle tells them, and only when the index was lost: otherwise somebody may have taken them away. No blob is
 * removed or moved: one that is damaged is written again by the next push that brings it, because a push hashes what it
 * finds.
 *
 * @throws {UnsupportedError} When it is a tar.
 * @throws {Error} When there is no layout, or it cannot be read or written.
 */
export async function repairLayout(
  reference: LayoutReference,
  { signal, progress }: Pick<Context, "signal" | "progress">,
): Promise<LayoutRepair> {
  const { kind, path } = reference;
  const url = formatRepository(reference);
  if (kind !== "oci-layout") {
    throw new UnsupportedError(
      `Cannot repair ${JSON.stringify(path)}: a tar is written in one piece, so only writing it again repairs it`,
    );
  }
  const onProgress = (done: number, total: number): void => progress({ phase: "Verifying", item: url, done, total });
  const { blobs: known } = await hashDirectory(path, { signal, onProgress });
  const marker = join(path, OCI_LAYOUT_FILE);
  const file = join(path, INDEX_FILE);
  const done: string[] = [];
  const isMarked = await createFile(marker, [OCI_LAYOUT_BYTES]);
  if (isMarked) done.push(`Wrote ${OCI_LAYOUT_FILE}, which was missing`);
  return await withLock(marker, signal, async () => {
    // What other processes have written since belongs to what they list.
    const layout = await hashDirectory(path, { signal, onProgress, known });
    const before = await readableIndex(path);
    const old = before === undefined ? await bytesOf(file) : undefined;
    const salvaged = old === undefined ? undefined : salvageIndex(old);
    const { index, said, left } = await repaired(layout, before, salvaged?.index);
    const lost: string[] = [];
    if (before === undefined) {
      const kept = old === undefined ? undefined : await keepOld(file, old);
      lost.push(
        ...(salvaged?.lost ?? []).map((name) => `The name ${name} is only in ${kept}: its entry has no digest`),
      );
      done.push(
        `Made ${INDEX_FILE}${kept === undefined ? ", which was missing" : `, and kept the old one as ${kept}`}`,
      );
    }
    if (before === undefined || said.length > 0) await writeFile(file, [formatIndex(index)]);
    const isRepaired = (problem: FileProblem): boolean =>
      problem.file === file || (isMarked && problem.file === marker);
    const problems = layout.problems.filter((problem) => !isRepaired(problem));
    const check = { url, ...await checkHashed({ ...layout, index, problems }) };
    return { done: [...done, ...said], left: [...left, ...lost], check };
  });
}

async function repaired(
  layout: HashedLayout,
  before: LayoutIndex | undefined,
  salvaged: LayoutIndex | undefined,
): Promise<{ readonly index: LayoutIndex; readonly said: readonly string[]; readonly left: readonly string[] }> {
  const index = before ?? salvaged ?? EMPTY_INDEX;
  const { needed } = await followIndex({ ...layout, index });
  const lost = await findLostManifests(layout, new Set(needed.keys()));
  // An index that is there, or lists one, says which description holds; what it does not list is of an earlier export.
  const isDescribed = indexEntriesOf(index).some(({ artifactType }) => artifactType === BUNDLE_MEDIA_TYPE);
  const descriptions = before === undefined && !isDescribed ? lost.descriptions : [];
  // With the index everything was listed, so what is not whole was damaged since. Otherwise it was never finished.
  const damaged = before === undefined ? lost.incomplete.map(({ descriptor }) => descriptor) : [];
  const manifests = [...lost.manifests, ...damaged, ...descriptions.map(({ descriptor }) => descriptor)];
  const { index: renamed, named, unclear } = withLostNames(listManifests(index, manifests), descriptions);
  const after = before === undefined ? await withLists(renamed, lost.manifests, layout) : renamed;
  // Of an index that could be read in part it is known which names are lost.
  const nameless = before === undefined && index.manifests.length === 0 && descriptions.length === 0 ? manifests : [];
  return {
    index: after,
    said: [
      ...manifests.map(({ digest }) => `Listed ${digest}, which nothing listed`),
      ...named.map(([name, digest]) => `Named ${digest} ${name}`),
    ],
    left: [
      ...lost.incomplete.map(({ descriptor: { digest }, missing }) =>
        `${digest} is ${before === undefined ? "not whole" : "not listed"}: ${missing} is missing or damaged`
      ),
      ...(nameless.length === 0 ? [] : [lostTags(nameless)]),
      ...unclear.map((name) => `The name ${name} did not come back: what it stood at is not clear or not there`),
    ],
  };
}

/** Lists of referrers get their tags back where they are whole: they are made of what refers to something. */
async function withLists(
  index: LayoutIndex,
  manifests: readonly Descriptor[],
  { blobs, read }: HashedLayout,
): Promise<LayoutIndex> {
  const isIntact = ({ digest, size }: Descriptor): boolean => {
    const blob = blobs.get(digest);
    return blob?.size === size && blob.problem === undefined;
  };
  const load = async (descriptor: Descriptor): Promise<StoredManifest> => {
    return { descriptor, bytes: await read(descriptor.digest) };
  };
  const found = await Promise.all(manifests.filter(isIntact).map(load));
  // Without its tag a list is an index like any other.
  const inner = found.flatMap(({ descriptor, bytes }) => {
    const manifest = parseManifest(bytes, descriptor);
    return manifest.kind === "index" ? manifest.manifests.filter(isIntact) : [];
  });
  const others = await Promise.all(
    inner.filter(({ mediaType, size }) => isManifestMediaType(mediaType) && size <= MANIFEST_SIZE_LIMIT).map(load),
  );
  const lists = await withReferrerLists(
    index,
    { added: [...found, ...others], removed: [] },
    ({ digest }) => read(digest),
  );
  return lists.contents.every(({ descriptor }) => isIntact(descriptor)) ? lists.index : index;
}

/** How many manifests a sentence names. */
const SHOWN = 5;

function lostTags(manifests: readonly Descriptor[]): string {
  const shown = manifests.slice(0, SHOWN).map(({ digest }) => digest);
  const more = manifests.length > SHOWN ? [`${manifests.length - SHOWN} more`] : [];
  return `The tags of ${[...shown, ...more].join(", ")} are lost, if there were any: only the index knew them`;
}

/** The index as it is now; `undefined` when it is missing or is none. */
async function readableIndex(path: string): Promise<LayoutIndex | undefined> {
  try {
    await Deno.lstat(join(path, INDEX_FILE));
    return await readIndex(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The index, whatever it is; `undefined` when it is missing. */
async function bytesOf(file: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return await Deno.readFile(file).catch((cause) => {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw ioError("read", file, cause);
  });
}

/** Puts a copy of the old index beside the new one, under a name that is free. */
async function keepOld(file: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  for (let number = 1;; number++) {
    const name = `${INDEX_FILE}.unreadable${number === 1 ? "" : `-${number}`}`;
    if (await createFile(join(dirname(file), name), [bytes])) return name;
  }
}
