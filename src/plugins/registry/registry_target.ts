import pMap from "p-map";
import type { Content, Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { formatRepository, type RegistryReference } from "../../oci/reference.ts";
import type { Context } from "../../pipeline/context.ts";
import type { Target } from "../../pipeline/plugin.ts";
import type { Artifact, Moved, Receipt, TagName } from "../../pipeline/values.ts";
import type { RegistryClient } from "./client.ts";
import type { Pushed, Repository } from "./repository.ts";

/** What a registry target needs. */
export interface RegistryTargetOptions {
  readonly reference: RegistryReference;
  /** The client of the reference's host. Whoever made it closes it. */
  readonly client: RegistryClient;
  /** How many blobs are uploaded at the same time; 4 when left out. */
  readonly concurrency?: number;
}

/** A repository in a registry, as a place to publish to. */
export function registry(options: RegistryTargetOptions): Target {
  const { reference, client, concurrency = 4 } = options;
  const repository = client.repository(reference.repository, "push");
  const url = formatRepository(reference);
  return {
    name: "registry",
    url,
    ...(reference.tag === undefined ? {} : { ownTag: reference.tag }),
    ...(reference.digest === undefined ? {} : { ownDigest: reference.digest }),

    async resolve(tag, context): Promise<Digest | undefined> {
      return (await repository.resolve(tag, context))?.digest;
    },

    async upload(artifact, _tags, context): Promise<Receipt> {
      const { manifest, archive } = artifact;
      const blobs = distinct([archive.config, ...archive.layers]);
      // A manifest goes last, so where it is, its blobs are.
      if (await repository.resolve(manifest.descriptor.digest, context) !== undefined) {
        return receipt(url, [...blobs, manifest].map((content) => [content, { existed: true, bytesSent: 0 }]));
      }
      const pushed = await pushAll(repository, blobs, concurrency, context);
      return receipt(url, [...pushed, [manifest, await repository.pushManifest(manifest, context)]]);
    },

    async tag(artifact, tags, context): Promise<readonly Moved[]> {
      const moved: Moved[] = [];
      for (const tag of tags) moved.push(await move(repository, artifact, tag, context));
      return moved;
    },

    // Blobs that no manifest names are the registry's to collect; the API has no other word for it.
    discard: () => Promise.resolve(),
  };
}

type Outcome = readonly [content: Content, pushed: Pushed];

async function pushAll(
  repository: Repository,
  blobs: readonly Content[],
  concurrency: number,
  context: Context,
): Promise<readonly Outcome[]> {
  const failed = new AbortController();
  const call = { ...context, signal: AbortSignal.any([context.signal, failed.signal]) };
  let first: unknown;
  try {
    return await pMap(blobs, async (blob): Promise<Outcome> => {
      try {
        return [blob, await repository.pushBlob(blob, call)];
      } catch (error) {
        // The others are stopped, and what they then say is not why.
        first ??= error;
        failed.abort(error);
        throw error;
      }
    }, { concurrency, stopOnError: false });
  } catch (error) {
    throw first ?? error;
  }
}

async function move(repository: Repository, artifact: Artifact, tag: TagName, context: Context): Promise<Moved> {
  const from = (await repository.resolve(tag.name, context))?.digest;
  if (from !== artifact.manifest.descriptor.digest) await repository.tag(artifact.manifest, tag.name, context);
  return { tag: tag.name, ...(from === undefined ? {} : { from }) };
}

function distinct(contents: readonly Content[]): readonly Content[] {
  return [...new Map(contents.map((content) => [content.descriptor.digest, content])).values()];
}

function receipt(url: string, outcomes: readonly Outcome[]): Receipt {
  const which = (existed: boolean): readonly Descriptor[] =>
    outcomes.filter(([, pushed]) => pushed.existed === existed).map(([content]) => content.descriptor);
  return {
    url,
    uploaded: which(false),
    existing: which(true),
    bytesSent: outcomes.reduce((sum, [, pushed]) => sum + pushed.bytesSent, 0),
  };
}
