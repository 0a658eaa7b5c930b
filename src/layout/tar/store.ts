import { compareBytewise } from "../../oci/compare_bytewise.ts";
import type { Content, Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { parseManifest } from "../../oci/parse_manifest.ts";
import { formatRepository, type LayoutReference } from "../../oci/reference.ts";
import { verified } from "../../oci/verified.ts";
import {
  NotFoundError,
  type Pushed,
  type StoredManifest,
  type TagOptions,
  UnsupportedError,
  type UntagOptions,
} from "../../store/store.ts";
import type { Context } from "../../work/context.ts";
import { blobName } from "../blob_name.ts";
import { dropManifest, EMPTY_INDEX, type LayoutIndex, listedAs, refuseToMove, setTags, withoutTag } from "../index.ts";
import type { LayoutPlace, Relisted, Relisting } from "../layout.ts";
import { pushManifest } from "../push_manifest.ts";
import { layoutReader, type LayoutStoreOptions } from "../reader.ts";
import { withReferrerLists } from "../referrer_lists.ts";
import { superfluous } from "../superfluous.ts";
import { type ArchiveChange, prepareArchive } from "./next.ts";
import { readAhead } from "./read_ahead.ts";
import { type ArchiveView, viewArchive } from "./view.ts";
import { finishVolumes } from "./volumes/finish.ts";

/** How a tar is written. */
export interface ArchiveStoreOptions extends LayoutStoreOptions {
  /**
   * How large the files may be in which it is written, in bytes with their headers: it becomes `PATH.001`, `PATH.002`
   * and so on. One file when left out.
   */
  readonly volumeSize?: number;
  /** Where it goes when it is committed instead of to a file; what stands under the path is not looked at then. */
  readonly output?: (bytes: Uint8Array) => Promise<void>;
}

/**
 * The image layout in a tar, as a store.
 *
 * What changes is remembered and written by `commit`, in one new tar that takes the place of the old one. When another
 * process has replaced the old one in the meantime, the changes are made to what is there then.
 */
export function archiveStore(reference: LayoutReference, options: ArchiveStoreOptions = {}): LayoutPlace {
  const { volumeSize, output } = options;
  const { path } = reference;
  const url = formatRepository(reference);
  let changes = noChanges();
  /** What the last look at the list brought with it. */
  let relistedContents: ReadonlyMap<Digest, Content> = new Map();
  let view: ArchiveView | undefined;
  let finished: Promise<unknown> | undefined;
  let last: { readonly base: LayoutIndex; readonly edits: number; readonly index: LayoutIndex } | undefined;

  async function onDisk(): Promise<ArchiveView | undefined> {
    if (output !== undefined) return undefined;
    // Before the first look: a reader refuses what another process was killed over.
    if (volumeSize !== undefined) await (finished ??= finishVolumes(path));
    if (view === undefined || !await view.isCurrent()) view = await viewArchive(path);
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
    if (base === undefined) return undefined;
    const known = last?.base === base && last.edits <= changes.edits.length ? last : { edits: 0, index: base };
    const edits = changes.edits.length;
    // Edits only come to those that were there, so each is made once.
    const index = edited(known.index, changes.edits.slice(known.edits));
    last = { base, edits, index };
    return index;
  }

  const reader = layoutReader(url, {
    indexFile: path,
    index: currentIndex,
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
    return { existed: false, bytesSent: descriptor.size };
  }

  async function list(
    { descriptor, bytes }: StoredManifest,
    tags: readonly string[],
    context: Context,
    { immutable = [] }: TagOptions = {},
  ): Promise<void> {
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
    const names = tags.map((name) => ({ name, immutable: immutable.includes(name) }));
    changes.edits.push((before) => {
      const { index, moved } = setTags(before, manifest, tags);
      refuseToMove(url, manifest, names, moved);
      return index;
    });
  }

  /** Everything that changes a list, one after the other. */
  async function relisted(before: LayoutIndex, signal: AbortSignal): Promise<Relisted> {
    const contents = new Map<Digest, Content>();
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
    relistedContents = contents;
    const lists = await withReferrerLists(after, { added: arrived, removed: dropped }, reader.readIfThere(signal));
    for (const list of lists.contents) contents.set(list.descriptor.digest, list);
    after = lists.index;
    dropped.push(...lists.dropped);
    const all = new Map([...changes.contents, ...contents]);
    return { after, contents: [...all.values()], needs: [...needs.values()], dropped };
  }

  /** Tells whether the new tar got its name; if not, another process was faster. */
  async function writeChanges(context: Context): Promise<boolean> {
    const base = (await onDisk())?.index ?? EMPTY_INDEX;
    const next = edited(base, changes.edits);
    const { after, contents, needs, dropped } = await relisted(next, context.signal);
    const unneeded: Descriptor[] = [];
    for (const manifest of dropped) unneeded.push(...await superfluous(reader, manifest, after, context));
    const left = new Set(unneeded.map(({ digest }) => digest));
    const isNeeded = ({ digest }: Descriptor): boolean => !left.has(digest);
    const wanted = contents.filter(({ descriptor }) => isNeeded(descriptor));
    // What was found out for one list says nothing of another one.
    const isBound = unneeded.length > 0 || changes.relistings.length > 0 || after !== next;
    // The order in which they stand in the tar.
    await using ahead = readAhead(wanted.toSorted((a, b) => compareBytewise(nameOf(a), nameOf(b))));
    let isStale = false;
    const prepared = await prepareArchive(reference, {
      contents: ahead.contents,
      needs: needs.filter(isNeeded),
      unneeded,
      ...(volumeSize === undefined ? {} : { volumeSize }),
      ...(output === undefined ? {} : { output }),
      edit(before): ReturnType<ArchiveChange["edit"]> {
        isStale = isBound && JSON.stringify(before) !== JSON.stringify(base);
        return { index: isBound ? after : edited(before, changes.edits), moved: [] };
      },
    }, context);
    try {
      return !isStale && await prepared.publish(context.signal);
    } finally {
      await prepared.discard();
    }
  }

  return {
    ...reader,
    push,
    async pushManifest(manifest, context): Promise<Pushed> {
      return await pushManifest(manifest, {
        url,
        push,
        async list(stored, inner): Promise<void> {
          await list(stored, [], inner);
          changes.referrers.push(stored);
        },
      }, context);
    },
    tag: list,
    relist(change: Relisting): Promise<void> {
      changes.relistings.push(change);
      return Promise.resolve();
    },
    async untag(tag: string, context: Context, options: UntagOptions = {}): Promise<void> {
      if (await reader.resolve(tag, context) === undefined) throw new NotFoundError(url, tag);
      changes.edits.push((before) => withoutTag(url, before, tag, options));
    },
    async deleteManifest(digest: Digest, context: Context): Promise<void> {
      const manifest = await reader.resolve(digest, context);
      if (manifest === undefined) throw new NotFoundError(url, digest);
      if (dropManifest(await currentIndex() ?? EMPTY_INDEX, digest) === undefined) {
        throw new UnsupportedError(`Cannot delete ${url}@${digest}: it is a part of an index`);
      }
      changes.edits.push((before) => dropManifest(before, digest) ?? before);
      changes.deleted.push(manifest);
    },
    async commit(context: Context): Promise<void> {
      while (!isEmpty(changes)) {
        if (!await writeChanges(context)) continue;
        changes = noChanges();
        relistedContents = new Map();
        view = undefined;
        last = undefined;
      }
    },
    [Symbol.asyncDispose](): Promise<void> {
      changes = noChanges();
      return Promise.resolve();
    },
  };
}

function nameOf({ descriptor }: Content): string {
  return blobName(descriptor.digest);
}

/** What is done to a tar, and not written yet. */
interface Changes {
  readonly contents: Map<Digest, Content>;
  /** What the manifests that were listed consist of. */
  readonly needs: Map<Digest, Descriptor>;
  readonly edits: ((before: LayoutIndex) => LayoutIndex)[];
  readonly deleted: Descriptor[];
  /** Manifests with a subject, for its list of referrers. */
  readonly referrers: StoredManifest[];
  /** Changes that have to look at what is there when it is written. */
  readonly relistings: Relisting[];
}

function noChanges(): Changes {
  return { contents: new Map(), needs: new Map(), edits: [], deleted: [], referrers: [], relistings: [] };
}

function isEmpty({ contents, edits, relistings }: Changes): boolean {
  return contents.size === 0 && edits.length === 0 && relistings.length === 0;
}

function edited(index: LayoutIndex, edits: Changes["edits"]): LayoutIndex {
  return edits.reduce((before, edit) => edit(before), index);
}
