import type { Content, Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { formatRepository } from "../../oci/reference.ts";
import type { Factory, StageIO } from "../../pipeline/plugin.ts";
import { distinct, type Moved } from "../../pipeline/values.ts";
import type { Context } from "../../work/context.ts";
import type { LayoutChoice, LayoutMeans } from "../directory/target.ts";
import { type LayoutIndex, refuseToMove, setTags } from "../index.ts";
import type { StoredManifest } from "../../store/store.ts";
import { readManifest } from "../push_manifest.ts";
import { type ArchiveChange, type NextArchive, prepareArchive } from "./next.ts";
import { layoutArchiveStore } from "./view.ts";

/**
 * Publishes to an image layout in one tar.
 *
 * The whole tar is written to `PATH.<unique>.partial` during the upload and gets its name when the tags are set. What a
 * tar of that name holds is carried over. When another process has replaced it in the meantime, the new tar is made
 * again from what is there then, so nobody's tags are lost. What refers to the artifact comes in when it is attached:
 * the tar is written once more.
 */
export function layoutArchive({ reference }: LayoutMeans): Factory<"upload", LayoutChoice> {
  return (kit) => {
    const url = formatRepository(reference);
    const store = layoutArchiveStore(reference.path);
    const referrers: Attached[] = [];
    let last: Input | undefined;
    let next: NextArchive | undefined;

    async function prepareNext(input: Input, context: Context): Promise<NextArchive> {
      await next?.discard();
      next = undefined;
      last = input;
      next = await prepareArchive(reference, await publishing(url, input, referrers), context);
      return next;
    }

    return kit.plugin({
      name: "oci-archive",
      version: "1.0.0",
      apiVersion: 1,
      stage: "upload",
      description: "Writes an OCI image layout in one tar.",
      options: kit.z.strictObject({}),
      async run(input, _options, context): Promise<StageIO["upload"]["out"]> {
        const { uploaded, existing } = await prepareNext(input, context);
        return { uploaded: uploaded.map(digestOf), existing: existing.map(digestOf) };
      },
      place: {
        url: () => url,
        resolve: async ({ tag }): Promise<Digest | undefined> => (await store.resolve(tag))?.digest,
        async attach(referrer, _options, context): Promise<void> {
          if (last === undefined) throw new Error(`Cannot attach in ${url}: nothing was uploaded before`);
          referrers.push(referrer);
          await prepareNext(last, context);
        },
        async tag(input, _options, context): Promise<{ readonly moved: readonly Moved[] }> {
          for (;;) {
            const { moved, publish } = next ?? await prepareNext(input, context);
            if (await publish(context.signal)) return { moved };
            await next?.discard();
            next = undefined;
          }
        },
        async discard(): Promise<void> {
          await next?.discard();
          next = undefined;
        },
      },
    });
  };
}

type Input = StageIO["upload"]["in"];

interface Attached {
  readonly manifest: Content;
  readonly blobs: readonly Content[];
}

async function publishing(
  url: string,
  { manifest, blobs, tags }: Input,
  referrers: readonly Attached[],
): Promise<ArchiveChange> {
  const { descriptor } = manifest;
  const stored = referrers.map(async (each): Promise<StoredManifest> => {
    return { descriptor: each.manifest.descriptor, bytes: await readManifest(url, each.manifest) };
  });
  return {
    referrers: await Promise.all(stored),
    contents: distinct([...blobs, manifest, ...referrers.flatMap((each) => [...each.blobs, each.manifest])]),
    edit(before: LayoutIndex): ReturnType<ArchiveChange["edit"]> {
      const after = setTags(before, descriptor, tags.map(({ name }) => name));
      refuseToMove(url, descriptor, tags, after.moved);
      const index = referrers.reduce((index, each) => setTags(index, each.manifest.descriptor, []).index, after.index);
      return { index, moved: after.moved };
    },
  };
}

function digestOf({ digest }: Descriptor): Digest {
  return digest;
}
