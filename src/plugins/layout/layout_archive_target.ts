import type { Digest } from "../../oci/digest.ts";
import { formatRepository, type LayoutReference } from "../../oci/reference.ts";
import type { Context } from "../../pipeline/context.ts";
import type { Target } from "../../pipeline/plugin.ts";
import type { Artifact, Moved, Receipt, TagName } from "../../pipeline/values.ts";
import { artifactContents } from "./artifact_contents.ts";
import { layoutArchiveStore } from "./layout_archive.ts";
import { type LayoutIndex, setTags } from "./layout_index.ts";
import { type ArchiveChange, type NextArchive, prepareArchive } from "./next_archive.ts";
import { refuseToMove } from "./refuse_to_move.ts";

/**
 * Publishes to an image layout in one tar.
 *
 * The whole tar is written to `PATH.<unique>.partial` during the upload and gets its name when the tags are set. What a
 * tar of that name holds is carried over. When another process has replaced it in the meantime, the new tar is made
 * again from what is there then, so nobody's tags are lost.
 */
export function layoutArchive({ reference }: { readonly reference: LayoutReference }): Target {
  const url = formatRepository(reference);
  const store = layoutArchiveStore(reference.path);
  let next: NextArchive | undefined;
  return {
    name: "oci-archive",
    url,
    ...(reference.tag === undefined ? {} : { ownTag: { name: reference.tag, immutable: false } }),
    ...(reference.digest === undefined ? {} : { ownDigest: reference.digest }),
    async resolve(tag: string): Promise<Digest | undefined> {
      return (await store.resolve(tag))?.digest;
    },
    async upload(artifact: Artifact, tags: readonly TagName[], context: Context): Promise<Receipt> {
      await next?.discard();
      next = await prepareArchive(reference, publishing(url, artifact, tags), context);
      const { uploaded, existing } = next;
      return { url, uploaded, existing, bytesSent: uploaded.reduce((sum, { size }) => sum + size, 0) };
    },
    async tag(artifact: Artifact, tags: readonly TagName[], context: Context): Promise<readonly Moved[]> {
      for (;;) {
        next ??= await prepareArchive(reference, publishing(url, artifact, tags), context);
        const { moved, publish } = next;
        if (await publish(context.signal)) return moved;
        await next.discard();
        next = undefined;
      }
    },
    async discard(): Promise<void> {
      await next?.discard();
      next = undefined;
    },
  };
}

function publishing(url: string, artifact: Artifact, tags: readonly TagName[]): ArchiveChange {
  const { descriptor } = artifact.manifest;
  return {
    contents: artifactContents(artifact),
    edit(before: LayoutIndex): ReturnType<ArchiveChange["edit"]> {
      const after = setTags(before, descriptor, tags.map(({ name }) => name));
      refuseToMove(url, descriptor, tags, after.moved);
      return after;
    },
  };
}
