import type { Content } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { formatRepository, type LayoutReference } from "../../oci/reference.ts";
import type { Context } from "../../work/context.ts";
import type { Factory, StageIO } from "../../pipeline/plugin.ts";
import type { Moved } from "../../pipeline/values.ts";
import { directoryStore, layoutDirectoryStore } from "./store.ts";

/** Which layout it is. */
export interface LayoutMeans {
  /** Its path; a tag or a digest is not looked at. */
  readonly reference: LayoutReference;
}

/** Nothing can be chosen. */
export type LayoutChoice = Readonly<Record<never, never>>;

/**
 * Publishes to an image layout in a directory, which is made when there is none.
 *
 * Blobs go to their names one by one and stay there when a run fails, so that the next run need not write them again.
 * Nothing is listed in `index.json` before the tags are set, and then all of them at once; only what refers to the
 * artifact is listed before that, without a name.
 */
export function layoutDirectory({ reference }: LayoutMeans): Factory<"upload", LayoutChoice> {
  const url = formatRepository(reference);
  const store = layoutDirectoryStore(reference.path);

  async function push(
    contents: readonly Content[],
    { signal, progress, log }: Context,
  ): Promise<StageIO["upload"]["out"]> {
    const uploaded: Digest[] = [];
    const existing: Digest[] = [];
    for (const content of contents) {
      const { digest, size } = content.descriptor;
      const onProgress = (done: number): void => progress({ item: `${url}@${digest}`, done, total: size });
      const isWritten = await store.push(content, { signal, onProgress, onWarning: log.warn });
      (isWritten ? uploaded : existing).push(digest);
    }
    return { uploaded, existing };
  }

  return (kit) =>
    kit.plugin({
      name: "oci-layout",
      version: "1.0.0",
      apiVersion: 1,
      stage: "upload",
      description: "Writes to an OCI image layout in a directory.",
      options: kit.z.strictObject({}),
      run: ({ blobs, manifest }, _options, context) => push([...blobs, manifest], context),
      place: {
        url: () => url,
        resolve: async ({ tag }): Promise<Digest | undefined> => (await store.resolve(tag))?.digest,
        async tag({ blobs, manifest, tags }, _options, { signal }): Promise<{ readonly moved: readonly Moved[] }> {
          const needs = [...blobs, manifest].map(({ descriptor }) => descriptor);
          return { moved: await store.tag(manifest.descriptor, tags, { needs, signal }) };
        },
        async attach({ blobs, manifest }, _options, context): Promise<void> {
          await push(blobs, context);
          await directoryStore(reference).pushManifest(manifest, context);
        },
        discard: () => store.discard(),
      },
    });
}
