import type { Content, Descriptor } from "../oci/descriptor.ts";
import type { Context } from "../work/context.ts";
import type { Store, StoredManifest } from "../store/store.ts";
import type { HashedLayout, HashWatcher } from "./check/hashed_layout.ts";
import type { IndexEntry } from "./entry.ts";
import type { LayoutIndex } from "./index.ts";

/** An image layout as a store, together with what only a layout has: a list of everything, and full references. */
export interface LayoutPlace extends Store {
  /** What is listed, in the order of the index; `undefined` when there is no layout. */
  listed(context: Context): Promise<readonly ListedManifest[] | undefined>;
  /**
   * What of the list is an artifact of its own: nothing that belongs to something else in the layout, as signatures,
   * lists of referrers and the parts of an index do, and no description of a bundle.
   */
  artifacts(context: Context): Promise<readonly ListedManifest[]>;
  /**
   * The digests of entries that do not say what they are: a type or a size is missing, so nothing can be done with
   * them.
   */
  unusable(context: Context): Promise<readonly string[]>;
  /**
   * Changes what is listed in one step, so that nobody sees a part of it; a tar is written by `commit`.
   *
   * @param change Says what becomes of the list. It is asked again when another process was faster.
   * @throws {Error} When something is missing that is listed afterwards, and what `change` throws.
   */
  relist(change: Relisting, context: Context): Promise<void>;
  /**
   * Hashes every blob, and finds what else is wrong with how the layout lies there. Writes nothing.
   *
   * @throws {Error} When there is no layout, or it cannot be opened at all.
   */
  hash(watcher: HashWatcher): Promise<HashedLayout>;
}

/** One entry of an index that is a descriptor. */
export interface ListedManifest {
  /** The entry as it stands there, with every annotation. */
  readonly entry: IndexEntry;
  /** What it names. */
  readonly descriptor: Descriptor;
  /** The tag: where another tool wrote a whole reference, the tag in that. */
  readonly tag?: string;
  /** The whole reference, such as `HOST/REPOSITORY:TAG`, where the entry has it. */
  readonly fullName?: string;
}

/** Says what becomes of a list. */
export type Relisting = (before: LayoutIndex) => Promise<Relisted>;

/** What becomes of a list. */
export interface Relisted {
  /** The new list. */
  readonly after: LayoutIndex;
  /** What is written before, unless it is there. */
  readonly contents: readonly Content[];
  /** What must be there before. */
  readonly needs: readonly Descriptor[];
  /** Manifests that are no longer listed: they go, with whatever only they needed. */
  readonly dropped: readonly Descriptor[];
  /** Manifests that have come; those with a subject are put on its list of referrers. */
  readonly arrived?: readonly StoredManifest[];
}
