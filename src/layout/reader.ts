import { BUNDLE_MEDIA_TYPE } from "../bundle/bundle.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import { readBytes } from "../oci/bytes/read.ts";
import type { Context } from "../work/context.ts";
import { NotFoundError, type StoredManifest, type StoreReader } from "../store/store.ts";
import { createGraphReader, type LayoutGraph, type ReadManifest } from "./graph.ts";
import { descriptorOf, fullNameOf, type IndexEntry, refNameOf } from "./entry.ts";
import { indexEntriesOf, type LayoutIndex } from "./index.ts";
import { isCompanionTag } from "../store/companion_tags.ts";
import { unlistedBundles } from "./unlisted_bundles.ts";
import { type LayoutNames, layoutNames } from "./names.ts";
import type { LayoutPlace, ListedManifest } from "./layout.ts";
import { inFile } from "./directory/read_layout.ts";
import { readStoredManifest } from "./push_manifest.ts";

/** A layout, whatever it is stored in. */
export interface LayoutContents {
  /** What errors call the index. */
  readonly indexFile: string;
  /** What is listed, the same object as long as that is the same; `undefined` when there is no layout. */
  index(signal: AbortSignal): Promise<LayoutIndex | undefined>;
  /** Every blob that was there when the layout was opened, listed or not. */
  blobs(signal: AbortSignal): AsyncIterable<Pick<Descriptor, "digest" | "size">>;
  /** Tells whether content is there in its full size. */
  has(descriptor: Descriptor, signal: AbortSignal): Promise<boolean>;
  /** Reads content, verified. */
  open(descriptor: Descriptor): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** How a layout is opened. */
export interface LayoutStoreOptions {
  /** Whether it is an error when there is no layout; it counts as an empty one otherwise. */
  readonly mustExist?: boolean;
  /**
   * Whether blobs that nothing lists stay in a directory when it is given up, so that the next run need not fetch them.
   */
  readonly keepBlobs?: boolean;
}

/** What can be read from a layout, and what the layout leads to. */
export interface LayoutReader
  extends Omit<StoreReader, typeof Symbol.asyncDispose>, Pick<LayoutPlace, "listed" | "artifacts" | "unusable"> {
  /** Everything that an index leads to. */
  graphOf(index: LayoutIndex, signal: AbortSignal): Promise<LayoutGraph>;
  /**
   * The bundles that `cosign save` has left unlisted: once something of ours is listed, nobody looks for them any more.
   */
  unlisted(index: LayoutIndex, signal: AbortSignal): Promise<readonly StoredManifest[]>;
  /** Reads a manifest if it is there. */
  readIfThere(signal: AbortSignal): ReadManifest;
  /** Everything that one manifest consists of, itself included. */
  partsOf(root: Descriptor, signal: AbortSignal): Promise<LayoutGraph>;
}

/** Reads from a layout as from any store. */
export function layoutReader(
  url: string,
  contents: LayoutContents,
  { mustExist = false }: LayoutStoreOptions = {},
): LayoutReader {
  const reader = createGraphReader();
  let names: { readonly index: LayoutIndex; readonly names: LayoutNames } | undefined;
  let last: { readonly index: LayoutIndex; readonly reading: Promise<LayoutGraph>; isPartial: boolean } | undefined;

  function read(descriptor: Descriptor): Promise<Uint8Array<ArrayBuffer>> {
    return readStoredManifest(url, { descriptor, open: () => contents.open(descriptor) });
  }

  function readManifestOf(signal: AbortSignal): ReadManifest {
    return async (descriptor) => {
      signal.throwIfAborted();
      return await contents.has(descriptor, signal) ? await read(descriptor) : undefined;
    };
  }

  function inIndex<T>(index: LayoutIndex, look: (names: LayoutNames) => T): T {
    if (names?.index !== index) names = { index, names: layoutNames(index) };
    const found = names.names;
    return inFile(contents.indexFile, () => look(found));
  }

  function unlistedIn(index: LayoutIndex, signal: AbortSignal): Promise<readonly Descriptor[]> {
    return unlistedBundles(index, () => contents.blobs(signal), (blob) => {
      signal.throwIfAborted();
      // One that is damaged is none: whoever reads the layout as a whole says so.
      return readBytes(contents.open({ ...blob, mediaType: "" }));
    });
  }

  async function readGraph(index: LayoutIndex, signal: AbortSignal): Promise<LayoutGraph> {
    return await reader.read(index, await unlistedIn(index, signal), readManifestOf(signal));
  }

  /** Everything that the index leads to, read once as long as it is the same and all of it is there. */
  async function currentGraph(index: LayoutIndex, signal: AbortSignal): Promise<LayoutGraph> {
    if (last?.index !== index || last.isPartial) {
      last = { index, reading: readGraph(index, signal), isPartial: false };
    }
    const mine = last;
    try {
      const graph = await mine.reading;
      mine.isPartial = graph.unknown.length > 0;
      return graph;
    } catch (error) {
      // What failed may succeed the next time.
      if (last === mine) last = undefined;
      throw error;
    }
  }

  /** What is not found where something is missing may have come by now; what was found is not looked for again. */
  async function innerManifest(name: Digest, index: LayoutIndex, signal: AbortSignal): Promise<Descriptor | undefined> {
    if (last?.index === index && last.isPartial) {
      const found = (await last.reading).manifests.get(name);
      if (found !== undefined) return found;
    }
    return (await currentGraph(index, signal)).manifests.get(name);
  }

  async function resolve(name: string, { signal }: Context): Promise<Descriptor | undefined> {
    const index = await contents.index(signal);
    if (index === undefined) {
      if (mustExist) throw new NotFoundError(url);
      return undefined;
    }
    const listed = inIndex(index, (names) => names.resolve(name));
    if (listed !== undefined || !isDigest(name)) return listed;
    const inner = await innerManifest(name, index, signal);
    return inner !== undefined && await contents.has(inner, signal) ? inner : undefined;
  }

  return {
    url,
    resolve,
    async fetchManifest(name: string, context: Context): Promise<StoredManifest | undefined> {
      const descriptor = await resolve(name, context);
      return descriptor && { descriptor, bytes: await read(descriptor) };
    },
    exists: (descriptor, { signal }) => contents.has(descriptor, signal),
    fetch: (descriptor) => Promise.resolve(contents.open(descriptor)),
    async *tags({ signal }: Context): AsyncGenerator<string, void, void> {
      const index = await contents.index(signal);
      if (index === undefined) throw new NotFoundError(url);
      yield* inIndex(index, ({ tags }) => tags);
    },
    async referrers(subject, { signal }): Promise<readonly Descriptor[]> {
      const index = await contents.index(signal);
      return index === undefined ? [] : (await currentGraph(index, signal)).referrers.get(subject) ?? [];
    },
    async listed({ signal }: Context): Promise<readonly ListedManifest[] | undefined> {
      const index = await contents.index(signal);
      return index &&
        inIndex(index, ({ tagOf }) => indexEntriesOf(index).flatMap((entry) => listedManifest(entry, tagOf)));
    },
    async artifacts({ signal }: Context): Promise<readonly ListedManifest[]> {
      const index = await contents.index(signal);
      if (index === undefined) return [];
      const { manifests, referrers, children } = await currentGraph(index, signal);
      const inner = new Set(children);
      for (const [subject, list] of referrers) {
        if (manifests.has(subject)) { for (const { digest } of list) inner.add(digest); }
      }
      return inIndex(index, ({ tagOf }) => index.manifests.flatMap((entry) => listedManifest(entry, tagOf)))
        .filter(({ entry, descriptor: { digest, artifactType }, tag, fullName }) =>
          artifactType !== BUNDLE_MEDIA_TYPE && (tag === undefined || !isCompanionTag(tag)) &&
          // What has a name of its own is meant to be one, also by a name that only other tools take.
          (refNameOf(entry) !== undefined || fullName !== undefined || !inner.has(digest))
        );
    },
    async unusable({ signal }: Context): Promise<readonly string[]> {
      const index = await contents.index(signal);
      const entries = index?.manifests.filter((entry) => descriptorOf(entry) === undefined) ?? [];
      return [...new Set(entries.map(({ digest }) => digest))];
    },
    readIfThere: readManifestOf,
    graphOf: readGraph,
    async unlisted(index, signal): Promise<readonly StoredManifest[]> {
      const found = await unlistedIn(index, signal);
      return await Promise.all(found.map(async (descriptor) => ({ descriptor, bytes: await read(descriptor) })));
    },
    partsOf: (root, signal) => reader.partsOf(root, readManifestOf(signal)),
  };
}

function listedManifest(entry: IndexEntry, tagOf: LayoutNames["tagOf"]): readonly ListedManifest[] {
  const descriptor = descriptorOf(entry);
  if (descriptor === undefined) return [];
  const [tag, fullName] = [tagOf(entry), fullNameOf(entry)];
  return [{
    entry,
    descriptor,
    ...(tag === undefined ? {} : { tag }),
    ...(fullName === undefined ? {} : { fullName }),
  }];
}
