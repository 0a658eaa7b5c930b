import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { formatRepository, type LayoutReference } from "../../oci/reference.ts";
import type { Context } from "../../pipeline/context.ts";
import type { Target } from "../../pipeline/plugin.ts";
import type { Artifact, Moved, Receipt, TagName } from "../../pipeline/values.ts";
import { artifactContents } from "./artifact_contents.ts";
import { layoutDirectoryStore } from "./layout_directory.ts";

/**
 * Publishes to an image layout in a directory, which is made when there is none.
 *
 * Blobs go to their names one by one and stay there when a run fails, so that the next run need not write them again.
 * Nothing is listed in `index.json` before the tags are set, and then all of them at once.
 */
export function layoutDirectory({ reference }: { readonly reference: LayoutReference }): Target {
  const url = formatRepository(reference);
  const store = layoutDirectoryStore(reference.path);
  return {
    name: "oci-layout",
    url,
    ...(reference.tag === undefined ? {} : { ownTag: { name: reference.tag, immutable: false } }),
    ...(reference.digest === undefined ? {} : { ownDigest: reference.digest }),
    async resolve(tag: string): Promise<Digest | undefined> {
      return (await store.resolve(tag))?.digest;
    },
    async upload(artifact: Artifact, _tags: readonly TagName[], { signal, progress }: Context): Promise<Receipt> {
      const uploaded: Descriptor[] = [];
      const existing: Descriptor[] = [];
      for (const content of artifactContents(artifact)) {
        const { descriptor } = content;
        const onProgress = (done: number): void =>
          progress({ item: `${url}@${descriptor.digest}`, done, total: descriptor.size });
        const isWritten = await store.push(content, { signal, onProgress });
        (isWritten ? uploaded : existing).push(descriptor);
      }
      return { url, uploaded, existing, bytesSent: uploaded.reduce((sum, { size }) => sum + size, 0) };
    },
    async tag(artifact: Artifact, tags: readonly TagName[], { signal }: Context): Promise<readonly Moved[]> {
      const needs = artifactContents(artifact).map(({ descriptor }) => descriptor);
      return await store.tag(artifact.manifest.descriptor, tags, { needs, signal });
    },
    async discard(): Promise<void> {
      await store.discard();
    },
  };
}
