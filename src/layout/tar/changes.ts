import type { Content, Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Moved, StoredManifest } from "../../store/store.ts";
import type { LayoutIndex } from "../index.ts";
import type { Relisting } from "../layout.ts";
import type { TarChange } from "./next.ts";

/** What is done to a tar, and not written yet. */
export interface Changes {
  /** What was pushed. */
  readonly contents: Map<Digest, Content>;
  /** What the manifests that were listed consist of. */
  readonly needs: Map<Digest, Descriptor>;
  /** What becomes of the list, one after the other. */
  readonly edits: Edit[];
  /** Manifests that go. */
  readonly deleted: Descriptor[];
  /** Manifests with a subject, for its list of referrers. */
  readonly referrers: StoredManifest[];
  /** Changes that have to look at what is there when it is written. */
  readonly relistings: Relisting[];
}

/** Says what becomes of a list, and where the tags that are set pointed to before. */
export type Edit = TarChange["edit"];

/** Starts without any. */
export function noChanges(): Changes {
  return { contents: new Map(), needs: new Map(), edits: [], deleted: [], referrers: [], relistings: [] };
}

/** Tells whether there is nothing to write. */
export function isEmpty({ contents, edits, relistings }: Changes): boolean {
  return contents.size === 0 && edits.length === 0 && relistings.length === 0;
}

/** Makes edits one after the other. */
export function edited(before: LayoutIndex, edits: readonly Edit[]): ReturnType<Edit> {
  let index = before;
  const moved: Moved[] = [];
  for (const edit of edits) {
    const after = edit(index);
    index = after.index;
    moved.push(...after.moved);
  }
  return { index, moved };
}
