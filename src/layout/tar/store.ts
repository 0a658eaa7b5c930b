import { compareBytewise } from "../../oci/compare_bytewise.ts";
import type { Content, Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { parseManifest } from "../../oci/parse_manifest.ts";
import { formatRepository, type LayoutReference } from "../../oci/reference.ts";
import { verified } from "../../oci/bytes/verified.ts";
import {
  type ArrivingLayers,
  type Moved,
  NotFoundError,
  type Pushed,
  type StoredManifest,
  type TagName,
  UnsupportedError,
  type UntagOptions,
} from "../../store/store.ts";
import type { Context } from "../../work/context.ts";
import { appendLayers } from "../append.ts";
import { blobName } from "../blob_name.ts";
import { inFile } from "../directory/read_layout.ts";
import {
  checkImmutableTags,
  dropManifest,
  EMPTY_INDEX,
  type LayoutIndex,
  listedAs,
  setTags,
  withoutTag,
} from "../index.ts";
import type { LayoutPlace, Relisted, Relisting } from "../layout.ts";
import { pushManifest } from "../push_manifest.ts";
import type { HashedLayout } from "../check/hashed_layout.ts";
import { layoutReader, type LayoutStoreOptions } from "../reader.ts";
import { withReferrerLists } from "../referrer_lists.ts";
import { onlyNeededBy } from "../only_needed_by.ts";
import { type Edit, edited, isEmpty, noChanges } from "./changes.ts";
import { type NextTar, prepareTar, type TarChange } from "./next.ts";
import { readAhead } from "./read_ahead.ts";
import { type TarView, viewTar } from "./view.ts";
import { finishVolumes } from "./volumes/finish.ts";

/** How a tar is written. */
export interface TarStoreOptions extends LayoutStoreOptions {
  /**
   * How large the files may be in which it is written, in bytes with their headers: it becomes `PATH.001`, `PATH.002`
   * and so on. One file when left out.
   */
  readonly volumeSize?: number;
  /** Where it goes when it is prepared instead of to a file; what stands under the path is not looked at then. */
  readonly output?: (bytes: Uint8Array) => Promise<void>;
}

/**
 * The image layout in a tar, as a store.
 *
 * What changes is remembered. `prepare` writes it as one new tar, to `PATH.<unique>.partial`, and what the old tar
 * holds is carried over. `commit` gives that its name. When another process has replaced the old one in the meantime,
 * the new one is made again from what is there then, so nobody's tags are lost.
 */
export function tarStore(reference: LayoutReference, options: TarStoreOptions = {}): LayoutPlace {
  const { volumeSize, output } = options;
  const { path } = reference;
  const url = formatRepository(reference);
  let changes = noChanges();
  /** What the last look at the list brought with it. */
  let relistedContents: ReadonlyMap<Digest, Content> = new Map();
  let view: TarView | undefined;
  let finished: Promise<unknown> | undefined;
  /** The tar with the changes in it, until there is another change. */
  let next: NextTar | undefined;
  let last: { readonly base: LayoutIndex; readonly edits: number; readonly index: LayoutIndex } | undefined;

  async function onDisk(): Promise<TarView | undefined> {
    if (output !== undefined) return undefined;
    // Before the first look: a reader refuses what another process was killed over.
    if (volumeSize !== undefined) await (finished ??= finishVolumes(path));
    if (view === undefined || !await view.isCurrent()) view = await viewTar(path);
    return view;
  }

  function added(digest: Digest): Content | undefined {
    return changes.contents.get(digest) ?? relistedContents.get(digest);
  }

  async function* read(descriptor: Descriptor): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    const { digest } = descriptor;
    const action = `Cannot read ${digest} in ${JSON.stringify(path)}`;
    const bytes = added(digest)?.open() ?? (await onDisk())?.read(descriptor);
    if (bytes === undefined) throw new Error(`${action}: it is not there`);
    yield* verified(bytes, descriptor, action);
  }

  async function currentIndex(): Promise<LayoutIndex | undefined> {
    const base = (await onDisk())?.index ?? (isEmpty(changes) ? undefined : EMPTY_INDEX);
    return base && withEdits(base);
  }

  /** The list as it will be. Edits only come to those that were there, so each is made once. */
  function withEdits(base: LayoutIndex): LayoutIndex {
    const known = last?.base === base && last.edits <= changes.edits.length ? last : { edits: 0, index: base };
    const edits = changes.edits.length;
    const { index } = edited(known.index, changes.edits.slice(known.edits));
    last = { base, edits, index };
    return index;
  }

  /** Makes an edit, unless it fails. */
  async function addEdit(edit: Edit): Promise<readonly Moved[]> {
    const base = (await onDisk())?.index ?? EMPTY_INDEX;
    const { index, moved } = inFile(path, () => edit(withEdits(base)));
    changes.edits.push(edit);
    last = { base, edits: changes.edits.length, index };
    await giveUp();
    return moved;
  }

  /** What is prepared does not have what comes now. */
  async function giveUp(): Promise<void> {
    const left = next;
    next = undefined;
    await left?.discard();
  }

  const reader = layoutReader(url, {
    indexFile: path,
    index: currentIndex,
    async *blobs(): AsyncGenerator<Pick<Descriptor, "digest" | "size">, void, void> {
      yield* (await onDisk())?.blobs ?? [];
    },
    async has(descriptor: Descriptor): Promise<boolean> {
      const ours = added(descriptor.digest);
      if (ours !== undefined) return ours.descriptor.size === descriptor.size;
      return (await onDisk())?.has(descriptor) ?? false;
    },
    open: (descriptor) => ReadableStream.from(read(descriptor)),
  }, options);

  async function push(content: Content, context: Context): Promise<Pushed> {
    const { descriptor } = content;
    if (await reader.exists(descriptor, context)) return { existed: true, bytesSent: 0 };
    changes.contents.set(descriptor.digest, content);
    await giveUp();
    return { existed: false, bytesSent: descriptor.size };
  }

  async function tag(
    { descriptor, bytes }: StoredManifest,
    tags: readonly TagName[],
    context: Context,
  ): Promise<readonly Moved[]> {
    const manifest = listedAs(descriptor, parseManifest(bytes, descriptor));
    const { contents } = await reader.partsOf(manifest, context.signal);
    for (const part of contents.values()) {
      // It may be elsewhere.
      if (part.urls !== undefined) continue;
      if (!await reader.exists(part, context)) {
        throw new Error(`Cannot tag in ${JSON.stringify(path)}: blob ${part.digest} is not there`);
      }
      changes.needs.set(part.digest, part);
    }
    return await addEdit((before) => {
      const after = setTags(before, manifest, tags.map(({ name }) => name));
      checkImmutableTags(url, manifest, tags, after.moved);
      return after;
    });
  }

  async function relist(change: Relisting): Promise<void> {
    changes.relistings.push(change);
    await giveUp();
  }

  /** Everything that changes a list, one after the other. */
  async function relisted(before: LayoutIndex, signal: AbortSignal): Promise<Relisted> {
    const contents = new Map<Digest, Content>();
    // What one of them brings the next one may read.
    relistedContents = contents;
    const needs = new Map(changes.needs);
    const dropped = [...changes.deleted];
    const arrived = [...changes.referrers];
    let after = before;
    for (const change of changes.relistings) {
      const next = await change(after);
      after = next.after;
      for (const content of next.contents) contents.set(content.descriptor.digest, content);
      for (const needed of next.needs) needs.set(needed.digest, needed);
      dropped.push(...next.dropped);
      arrived.push(...next.arrived ?? []);
    }
    if (arrived.length > 0) arrived.push(...await reader.unlisted(before, signal));
    const lists = await withReferrerLists(after, { added: arrived, removed: dropped }, reader.readIfThere(signal));
    for (const list of lists.contents) contents.set(list.descriptor.digest, list);
    after = lists.index;
    dropped.push(...lists.dropped);
    const all = new Map([...changes.contents, ...contents]);
    return { after, contents: [...all.values()], needs: [...needs.values()], dropped };
  }

  /** Writes the new tar; `undefined` when another process was faster. */
  async function writeChanges(context: Context): Promise<NextTar | undefined> {
    const base = (await onDisk())?.index ?? EMPTY_INDEX;
    const before = withEdits(base);
    const { after, contents, needs, dropped } = await relisted(before, context.signal);
    const unneeded: Descriptor[] = [];
    for (const manifest of dropped) unneeded.push(...await onlyNeededBy(reader, manifest, after, context));
    const left = new Set(unneeded.map(({ digest }) => digest));
    const isNeeded = ({ digest }: Descriptor): boolean => !left.has(digest);
    const wanted = contents.filter(({ descriptor }) => isNeeded(descriptor));
    // What was found out for one list says nothing of another one.
    const isBound = unneeded.length > 0 || changes.relistings.length > 0 || after !== before;
    // The order in which they stand in the tar.
    await using ahead = readAhead(wanted.toSorted((a, b) => compareBytewise(nameOf(a), nameOf(b))));
    let isStale = false;
    const written = await prepareTar(reference, {
      contents: ahead.contents,
      needs: needs.filter(isNeeded),
      unneeded,
      ...(volumeSize === undefined ? {} : { volumeSize }),
      ...(output === undefined ? {} : { output }),
      edit(before): ReturnType<TarChange["edit"]> {
        isStale = isBound && JSON.stringify(before) !== JSON.stringify(base);
        const { index, moved } = edited(before, changes.edits);
        return { index: isBound ? after : index, moved };
      },
    }, context);
    if (!isStale) return written;
    await written.discard();
    return undefined;
  }

  async function prepared(context: Context): Promise<NextTar> {
    while (next === undefined) next = await writeChanges(context);
    return next;
  }

  return {
    ...reader,
    shownBy: "commit",
    isWhole: () => Promise.resolve(false),
    async referrers(subject: Digest, context: Context): Promise<readonly Descriptor[]> {
      // A list of referrers may name one until the tar is written.
      const deleted = new Set(changes.deleted.map(({ digest }) => digest));
      return (await reader.referrers(subject, context)).filter(({ digest }) => !deleted.has(digest));
    },
    push,
    async pushManifest(manifest: Content, context: Context): Promise<Pushed> {
      return await pushManifest(manifest, {
        url,
        push,
        async list(stored, inner): Promise<void> {
          await tag(stored, [], inner);
          changes.referrers.push(stored);
        },
      }, context);
    },
    tag,
    append: (tag: string, arriving: ArrivingLayers, { signal }: Context): Promise<void> =>
      relist(async (before) => ({
        ...await appendLayers(before, { tag, place: `${url}:${tag}`, ...arriving }, reader.readIfThere(signal)),
        needs: arriving.layers,
      })),
    relist,
    async untag(tag: string, context: Context, options: UntagOptions = {}): Promise<void> {
      if (await reader.resolve(tag, context) === undefined) throw new NotFoundError(url, tag);
      await addEdit((before) => ({ index: withoutTag(url, before, tag, options), moved: [] }));
    },
    async deleteManifest(digest: Digest, context: Context): Promise<void> {
      const manifest = await reader.resolve(digest, context);
      if (manifest === undefined) throw new NotFoundError(url, digest);
      if (dropManifest(await currentIndex() ?? EMPTY_INDEX, digest) === undefined) {
        throw new UnsupportedError(`Cannot delete ${url}@${digest}: it is a part of an index`);
      }
      changes.deleted.push(manifest);
      await addEdit((before) => ({ index: dropManifest(before, digest) ?? before, moved: [] }));
    },
    async hash(watcher): Promise<HashedLayout> {
      const { hashTar } = await import("../check/hash_tar.ts");
      return await hashTar(path, watcher);
    },
    async prepare(context: Context): Promise<void> {
      if (!isEmpty(changes)) await prepared(context);
    },
    async commit(context: Context): Promise<readonly Moved[]> {
      while (!isEmpty(changes)) {
        const { moved, publish } = await prepared(context);
        const isPublished = await publish(context.signal);
        await giveUp();
        if (!isPublished) continue;
        changes = noChanges();
        relistedContents = new Map();
        view = undefined;
        last = undefined;
        return moved;
      }
      return [];
    },
    async [Symbol.asyncDispose](): Promise<void> {
      changes = noChanges();
      await giveUp();
    },
  };
}

function nameOf({ descriptor }: Content): string {
  return blobName(descriptor.digest);
}
