import type { Content } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { formatRepository, type RegistryReference } from "../oci/reference.ts";
import type { Factory, StageIO } from "../pipeline/plugin.ts";
import { TagExistsError } from "../pipeline/tag_exists_error.ts";
import type { Moved } from "../pipeline/values.ts";
import type { Pushed, Store } from "../store/store.ts";
import type { Context } from "../work/context.ts";
import { inParallel, together } from "../work/together.ts";
import type { RegistryClient } from "./client.ts";
import { isHidden } from "./manifests.ts";
import { RegistryError } from "./http/registry_error.ts";
import { registryStore } from "./store.ts";
import type { Repository } from "./repository.ts";

/** What a registry target needs. */
export interface RegistryMeans {
  /** The repository; a tag or a digest is not looked at. */
  readonly reference: RegistryReference;
  /** The client of the reference's host. Whoever made it closes it. */
  readonly client: RegistryClient;
}

/** How a registry is used. */
export interface RegistryChoice {
  /** How many blobs are uploaded at the same time. */
  readonly concurrency: number;
}

/** A repository in a registry, as a place to publish to. */
export function registry({ reference, client }: RegistryMeans): Factory<"upload", RegistryChoice> {
  return (kit) => {
    const repository = client.repository(reference.repository, "push");
    const store = registryStore({ reference, client, access: "push" });
    const url = formatRepository(reference);
    /** What tags were found to point to, so that nothing is asked twice in one run. */
    const seen = new Map<string, Digest | undefined>();

    /** What a tag points to. Where it may move, a registry that does not say so does not matter. */
    async function digestOf(
      name: string,
      { immutable, context }: { readonly immutable: boolean; readonly context: Context },
    ): Promise<Digest | undefined> {
      try {
        return (await store.resolve(name, context))?.digest;
      } catch (error) {
        if (immutable || !isHidden(error)) throw error;
        return undefined;
      }
    }

    return kit.plugin({
      name: "registry",
      version: "1.0.0",
      apiVersion: 1,
      stage: "upload",
      description: "Pushes to a repository of a registry.",
      options: kit.z.strictObject({
        concurrency: kit.z.int().min(1).max(64).default(4).describe("How many blobs are sent at a time."),
      }),
      async run({ manifest, blobs }, { concurrency }, context): Promise<StageIO["upload"]["out"]> {
        const { digest } = manifest.descriptor;
        // A manifest goes last, so where it is, its blobs are.
        const isThere = [...seen.values()].includes(digest) || await store.resolve(digest, context) !== undefined;
        return summary(
          isThere
            ? [...blobs, manifest].map((content) => [content, { existed: true, bytesSent: 0 }])
            : await publish({ repository, store, blobs, manifest, concurrency, context }),
        );
      },
      place: {
        url: () => url,
        async resolve({ tag }, _options, context): Promise<Digest | undefined> {
          const digest = (await store.resolve(tag, context))?.digest;
          seen.set(tag, digest);
          return digest;
        },
        async tag({ manifest, tags }, { concurrency }, context): Promise<{ readonly moved: readonly Moved[] }> {
          const { digest } = manifest.descriptor;
          const moved = await inParallel(tags, concurrency, async ({ name, immutable }): Promise<Moved> => {
            const from = seen.get(name) === digest ? digest : await digestOf(name, { immutable, context });
            // The pipeline has looked before the upload; another run may have published since then.
            if (from !== undefined && from !== digest && immutable) throw new TagExistsError(url, name, from);
            return { tag: name, ...(from === undefined ? {} : { from }) };
          });
          await repository.tag(manifest, moved.filter(({ from }) => from !== digest).map(({ tag }) => tag), context);
          seen.clear();
          return { moved };
        },
        async attach({ blobs, manifest }, { concurrency }, context): Promise<void> {
          await together(blobs, { concurrency, context }, (blob, call) => store.push(blob, call));
          await store.pushManifest(manifest, context);
        },
        // Blobs that no manifest names are the registry's to collect; the API has no other word for it.
      },
    });
  };
}

type Outcome = readonly [content: Content, pushed: Pushed];

interface Work {
  readonly repository: Repository;
  readonly store: Store;
  readonly blobs: readonly Content[];
  readonly manifest: Content;
  readonly concurrency: number;
  readonly context: Context;
}

async function publish(work: Work): Promise<readonly Outcome[]> {
  const { store, blobs, manifest, context } = work;
  const first = await pushBlobs(work, blobs);
  try {
    return [...first, [manifest, await store.pushManifest(manifest, context)]];
  } catch (error) {
    if (!(error instanceof RegistryError) || !error.has("MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN")) throw error;
    // The registry said of a blob that it is there, and now that it is not.
    const said = JSON.stringify(error.errors);
    const named = blobs.filter(({ descriptor }) => said.includes(descriptor.digest));
    const again = await pushBlobs(work, named.length > 0 ? named : blobs, { evenIfThere: true });
    return [...first, ...again, [manifest, await store.pushManifest(manifest, context)]];
  }
}

async function pushBlobs(
  { repository, concurrency, context }: Work,
  blobs: readonly Content[],
  options: { readonly evenIfThere?: boolean } = {},
): Promise<readonly Outcome[]> {
  return await together(
    blobs,
    { concurrency, context },
    async (blob, call): Promise<Outcome> => [blob, await repository.pushBlob(blob, call, options)],
  );
}

/** Counts each content once, as sent if it ever was. */
function summary(outcomes: readonly Outcome[]): StageIO["upload"]["out"] {
  const digests = [...new Set(outcomes.map(([{ descriptor }]) => descriptor.digest))];
  const sent = new Set(outcomes.filter(([, { existed }]) => !existed).map(([{ descriptor }]) => descriptor.digest));
  return {
    uploaded: digests.filter((digest) => sent.has(digest)),
    existing: digests.filter((digest) => !sent.has(digest)),
    bytesSent: outcomes.reduce((sum, [, { bytesSent }]) => sum + bytesSent, 0),
  };
}
