/**
 * Stores: the places that artifacts are in. A repository of a registry, an OCI image layout in a directory, and one in
 * a tar all look the same from here.
 */
import { placeKind } from "../oci/reference.ts";
import type { Content, Descriptor } from "../oci/descriptor.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import type { Context } from "../work/context.ts";

/** A manifest or an index, with its bytes. */
export interface StoredManifest {
  /** What it is. */
  readonly descriptor: Descriptor;
  /** The bytes as the store has them, at most `MANIFEST_SIZE_LIMIT`; size and digest were checked. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * What can be read from a store. Reading changes nothing.
 *
 * `name` is a tag or a digest: everything with a `:` in it is a digest. A place that does not exist yet is an empty
 * one. Disposing lets go of open files; connections belong to whoever made the client.
 */
export interface StoreReader extends AsyncDisposable {
  /** The place without tag and digest: `oci://HOST/REPOSITORY`, `oci-layout:PATH` or `oci-archive:PATH`. */
  readonly url: string;
  /** Says what a name stands for; `undefined` when there is no such manifest. */
  resolve(name: string, context: Context): Promise<Descriptor | undefined>;
  /**
   * Reads a manifest; `undefined` when there is none of that name.
   *
   * @throws {Error} When it is larger than `MANIFEST_SIZE_LIMIT`, or not what its digest says.
   */
  fetchManifest(name: string, context: Context): Promise<StoredManifest | undefined>;
  /** Tells whether a blob or a manifest is there. */
  exists(descriptor: Descriptor, context: Context): Promise<boolean>;
  /**
   * Reads a blob or a manifest. The stream errors instead of ending when the bytes are not the ones that the descriptor
   * names. It is read to its end or cancelled.
   */
  fetch(descriptor: Descriptor, context: Context): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  /**
   * Lists the tags, in no particular order.
   *
   * @throws {NotFoundError} When the place does not exist; a registry's error says so in a way of its own.
   */
  tags(context: Context): AsyncIterable<string>;
  /**
   * Lists the manifests that name this one as their subject, each once, sorted by digest. Where the store knows
   * artifact type and annotations of a referrer, its descriptor has them.
   */
  referrers(subject: Digest, context: Context): Promise<readonly Descriptor[]>;
}

/** The part of a store that gives blobs. */
export type BlobReader = Pick<StoreReader, "url" | "exists" | "fetch">;

/** A name that shall stand for a manifest. */
export interface TagName {
  /** A tag as OCI has it. */
  readonly name: string;
  /** Whether the tag may never move to another digest. */
  readonly immutable: boolean;
}

/** A tag that now points to a manifest. */
export interface Moved {
  /** The tag's name. */
  readonly tag: string;
  /** What it pointed to before; left out when the tag is new. The same digest means that nothing moved. */
  readonly from?: Digest;
}

/** What is about to be pushed and tagged. */
export interface Coming {
  /** The manifest. */
  readonly manifest: Descriptor;
  /** What it names and is in no other store, each once. */
  readonly blobs: readonly Descriptor[];
  /** The tags that will be set. */
  readonly tags: readonly TagName[];
}

/**
 * A store that can be changed.
 *
 * What was pushed and tagged is there for every method of the same store at once. A store in one file shows none of it
 * to others before {@linkcode Store.commit}, and writes nothing before {@linkcode Store.prepare}: it opens the contents
 * only then, so they stay readable until then. All other stores write at once, and these two have nothing left to do.
 */
export interface Store extends StoreReader {
  /** Which call lets everybody see tags: `tag` at once, or `commit` together with everything else that was changed. */
  readonly shownBy: "tag" | "commit";
  /**
   * Tells whether a manifest is there and certainly also everything that it names, so that nothing needs to be pushed.
   * A registry takes a manifest only after its blobs; the files of a layout may be damaged, so it never says yes.
   */
  isWhole(manifest: Descriptor, context: Context): Promise<boolean>;
  /**
   * Finds out all at once what pushing and tagging would ask for one after the other, so that they need not. Sends no
   * content and shows nothing; left out where asking costs nothing. Of the tags it leaves the immutable ones to whoever
   * must know whether they move.
   */
  readonly look?: (coming: Coming, context: Context) => Promise<void>;
  /** Whether a tag can bring a manifest that is not there yet: see {@linkcode TaggingOptions.bringsManifest}. */
  readonly tagBringsManifest?: boolean;
  /** Brings a blob to the store, unless it is there. */
  push(blob: Content, context: Context): Promise<Pushed>;
  /**
   * Brings a manifest to the store under its digest; everything that it names, its subject excepted, must be there.
   *
   * A manifest with a subject is found by {@linkcode StoreReader.referrers} from then on.
   */
  pushManifest(manifest: Content, context: Context): Promise<Pushed>;
  /**
   * Points tags to a manifest that is there. Without any tag it is only listed, where a store keeps a list: a manifest
   * that no tag, no index and no referrer leads to is lost in a layout.
   *
   * @returns What each tag pointed to before, in the order of the tags.
   * @throws {TagExistsError} When an immutable tag points to something else; no tag is set then. A layout looks and
   *   sets in one step. A registry cannot, so it is asked right before.
   */
  tag(
    manifest: StoredManifest,
    tags: readonly TagName[],
    context: Context,
    options?: TaggingOptions,
  ): Promise<readonly Moved[]>;
  /**
   * Adds layers to those behind a tag such as `sha256-….sig`, in one step with the look at what is there. Left out
   * where nothing can do both in one step, as in a registry: there it is read, written, and looked at again.
   *
   * @throws {TypeError} When something else has the tag.
   */
  readonly append?: (tag: string, arriving: ArrivingLayers, context: Context) => Promise<void>;
  /**
   * Waits as long as anybody may take who had looked at the same list, of referrers or of layers behind a tag, before
   * it was written here: what is there after that stays there. Waits for nothing when no such list was written since
   * the last time; left out where nobody can replace what they have not seen.
   */
  readonly settle?: (context: Context) => Promise<void>;
  /**
   * Takes a tag away. The manifest stays, and so do its other tags.
   *
   * @throws {UnsupportedError} When the store cannot do that.
   * @throws {NotFoundError} When there is no such tag.
   * @throws {Error} When it points to something else than it should.
   */
  untag(tag: string, context: Context, options?: UntagOptions): Promise<void>;
  /**
   * Takes a manifest away, and with it all of its tags.
   *
   * @throws {UnsupportedError} When the store cannot do that, or the manifest is only a part of an index.
   * @throws {NotFoundError} When there is no such manifest.
   */
  deleteManifest(digest: Digest, context: Context): Promise<void>;
  /**
   * Writes everything that was pushed and tagged since the last commit to where {@linkcode Store.commit} only has to
   * give it a name, so that what can fail fails now.
   */
  prepare(context: Context): Promise<void>;
  /**
   * Makes everything since the last commit visible. What is not committed when the store is disposed is given up.
   *
   * @returns What the tags that became visible pointed to at that moment; none where {@linkcode Store.tag} shows them.
   * @throws {TagExistsError} When another process has let an immutable tag point to something else in the meantime.
   */
  commit(context: Context): Promise<readonly Moved[]>;
}

/** How tags are set. */
export interface TaggingOptions {
  /**
   * The manifest was not pushed: the tags bring it. What was found of them since the last blob was pushed is not asked
   * again. When this fails, none, some or all of them may be set, as without it.
   */
  readonly bringsManifest?: boolean;
}

/** How a tag is taken away. */
export interface UntagOptions {
  /** What it must still point to; anything when left out. */
  readonly from?: Digest;
}

/** What comes to stand behind a tag such as `sha256-….sig`, which several writers add to. */
export interface ArrivingLayers {
  /** What is added to that which others have there. They are in the store. */
  readonly layers: readonly Descriptor[];
  /**
   * The manifest that has these layers at another place, and is in the store. It is taken as it is where nothing is
   * lost by that.
   */
  readonly manifest?: StoredManifest;
}

/** What a push did. */
export interface Pushed {
  /** Whether the content was there before, so that nothing had to be sent. */
  readonly existed: boolean;
  /** Bytes of content that were sent, retries included. */
  readonly bytesSent: number;
  /** The subject of a manifest, when a registry says that it has listed the manifest as a referrer. */
  readonly subject?: string;
  /** The blobs of a manifest that had to be sent after all, although the registry had said that they are there. */
  readonly resent?: readonly Digest[];
}

/** There is no such tag, manifest or place. */
export class NotFoundError extends Error {
  /** The name of the class. */
  override readonly name = "NotFoundError";
  /** The store. */
  readonly url: string;
  /** Whether it is the store itself that is not there. */
  readonly isPlace: boolean;
  /** Whether the message names every tag that there is. */
  readonly namesAll: boolean;

  /**
   * Names what is missing, and where.
   *
   * @param url The store.
   * @param name A tag or a digest; left out when the store itself is not there.
   * @param tags The tags that are there, in the order in which people look for them, when they are known.
   */
  constructor(url: string, name?: string, tags?: readonly string[]) {
    super(
      name === undefined
        ? `Cannot find ${url}: there is no ${placeKind(url)?.missing ?? "such place"}`
        : isDigest(name)
        ? `Cannot find ${url}@${name}: there is no such manifest`
        : `Cannot find ${url}:${name}: there is no such tag${tags === undefined ? "" : instead(tags)}`,
    );
    this.isPlace = name === undefined;
    this.namesAll = tags !== undefined && tags.length > 0 && tags.length <= NAMED;
    this.url = url;
  }
}

/** How many tags an error names. */
const NAMED = 5;

function instead(tags: readonly string[]): string {
  if (tags.length === 0) return "";
  const more = tags.length > NAMED ? ` and ${tags.length - NAMED} more` : "";
  return `; there ${tags.length === 1 ? "is" : "are"} ${tags.slice(0, NAMED).join(", ")}${more}`;
}

/** A tag that may not move points to something else already. */
export class TagExistsError extends Error {
  /** The name of the class. */
  override readonly name = "TagExistsError";

  /** The store. */
  readonly url: string;
  /** The tag that must not move. */
  readonly tag: string;

  /**
   * Names the store, its tag, what that points to, and what it should have pointed to.
   *
   * @param digests `wanted` may be left out where it is not known.
   */
  constructor(url: string, tag: string, { existing, wanted }: { readonly existing: Digest; readonly wanted?: Digest }) {
    super(
      `Cannot move tag ${JSON.stringify(tag)} of ${url}: it is immutable and already points to ${existing}${
        wanted === undefined ? "" : `, and this is ${wanted}`
      }`,
    );
    this.url = url;
    this.tag = tag;
  }
}

/**
 * Makes sure that a tag points to what it should when it is taken away.
 *
 * @throws {Error} When it has moved.
 */
export function refuseMoved(url: string, tag: string, digest: Digest, { from }: UntagOptions): void {
  if (from === undefined || from === digest) return;
  throw new Error(`Cannot delete ${url}:${tag}: it has moved meanwhile, to ${digest}`);
}

/** A store cannot do what was asked, and will not be able to do it later. */
export class UnsupportedError extends Error {
  /** The name of the class. */
  override readonly name = "UnsupportedError";
}
