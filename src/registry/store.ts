import { bytesContent, readContent } from "../oci/bytes_content.ts";
import type { Content, Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { MANIFEST_SIZE_LIMIT } from "../oci/manifest.ts";
import { artifactTypeOf, isManifestMediaType, parseManifest } from "../oci/parse_manifest.ts";
import { formatRepository, type RegistryReference } from "../oci/reference.ts";
import { DigestMismatchError } from "../oci/verified.ts";
import {
  NotFoundError,
  type Pushed,
  type PushOptions,
  refuseMoved,
  type Store,
  type StoredManifest,
  UnsupportedError,
  type UntagOptions,
} from "../store/store.ts";
import type { Context } from "../work/context.ts";
import type { RegistryClient } from "./client.ts";
import { isHidden } from "./manifests.ts";
import type { Access } from "./login/scope.ts";

/** What a registry store needs. */
export interface RegistryStoreOptions {
  /** The repository; a tag or a digest is not looked at. */
  readonly reference: RegistryReference;
  /** The client of the reference's host. Whoever made it closes it. */
  readonly client: RegistryClient;
  /** What will be done there; `pull` when left out. */
  readonly access?: Access;
}

/**
 * A repository in a registry, as a store.
 *
 * Where it is pushed to, a registry that refuses to say what a tag stands for does not stop the work: some answer 403 for
 * what is not there. Once something was pushed, the refusal counts unless that can be read.
 */
export function registryStore({ reference, client, access = "pull" }: RegistryStoreOptions): Store {
  const repository = client.repository(reference.repository, access);
  const url = formatRepository(reference);
  const sameRegistry = `oci://${reference.host}/`;

  let pushed: Digest | undefined;

  async function resolve(name: string, context: Context): Promise<Descriptor | undefined> {
    try {
      return await repository.resolve(name, context);
    } catch (error) {
      if (access === "pull" || !isHidden(error)) throw error;
      if (pushed !== undefined && name !== pushed) {
        // Where this can be read, a refusal means that the other one is not there.
        if (await repository.resolve(pushed, context).catch(() => undefined) === undefined) throw error;
        return await repository.resolve(name, context);
      }
      context.log.debug(`${error.message}: taken as not there, because the push may still be allowed`);
      return undefined;
    }
  }

  async function existing(name: string, context: Context): Promise<StoredManifest> {
    const manifest = await repository.fetchManifest(name, context);
    if (manifest === undefined) throw new NotFoundError(url, name);
    return manifest;
  }

  return {
    url,
    resolve,
    fetchManifest: (name, context) => repository.fetchManifest(name, context),
    async exists(descriptor, context): Promise<boolean> {
      if (!isManifestMediaType(descriptor.mediaType)) return await repository.exists(descriptor, context);
      return await resolve(descriptor.digest, context) !== undefined;
    },
    async fetch(descriptor, context): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
      if (!isManifestMediaType(descriptor.mediaType)) return await repository.fetch(descriptor, context);
      const { bytes } = await existing(descriptor.digest, context);
      if (bytes.byteLength !== descriptor.size) {
        throw new DigestMismatchError(
          `Cannot use ${url}@${descriptor.digest}: it has ${bytes.byteLength} bytes, it should have ${descriptor.size}`,
        );
      }
      return bytesContent(descriptor.mediaType, bytes).open();
    },
    tags: (context) => repository.tags(context),
    referrers: (subject, context) => repository.referrers.list(subject, context),

    async push(blob: Content, context: Context, { from = "" }: PushOptions = {}): Promise<Pushed> {
      const mountFrom = from.startsWith(sameRegistry) ? from.slice(sameRegistry.length) : undefined;
      return await repository.pushBlob(blob, context, { mountFrom });
    },
    async pushManifest(manifest: Content, context: Context): Promise<Pushed> {
      const { digest, size, mediaType } = manifest.descriptor;
      if (size > MANIFEST_SIZE_LIMIT) {
        throw new RangeError(
          `Cannot push manifest ${digest}: it has ${size} bytes, and ${MANIFEST_SIZE_LIMIT} are the limit`,
        );
      }
      const bytes = await readContent(manifest);
      const parsed = parseManifest(bytes, manifest.descriptor);
      const sent = await repository.pushManifest(manifest, context);
      pushed = digest;
      if (parsed.subject !== undefined) {
        const artifactType = artifactTypeOf(parsed);
        const isListed = sent.subject === parsed.subject.digest;
        await repository.referrers[isListed ? "confirm" : "add"](parsed.subject.digest, {
          mediaType,
          digest,
          size,
          ...(artifactType === undefined ? {} : { artifactType }),
          ...(parsed.annotations === undefined ? {} : { annotations: parsed.annotations }),
        }, context);
      }
      return { existed: sent.existed, bytesSent: sent.bytesSent };
    },
    async tag({ descriptor, bytes }: StoredManifest, tags: readonly string[], context: Context): Promise<void> {
      if (tags.length === 0) return;
      await repository.tag(bytesContent(descriptor.mediaType, bytes), tags, context);
    },
    async untag(tag: string, context: Context, options: UntagOptions = {}): Promise<void> {
      const before = await repository.resolve(tag, context);
      if (before === undefined) throw new NotFoundError(url, tag);
      const { digest } = before;
      refuseMoved(url, tag, digest, options);
      if (!await repository.delete(tag, context)) {
        throw new UnsupportedError(`Cannot delete ${url}:${tag}: the registry has it, and finds nothing to delete`);
      }
      if (await repository.resolve(digest, context) !== undefined) return;
      context.log.warn(
        `The registry has deleted ${url}@${digest} together with its tag ${tag}: other tags of it are gone as well`,
      );
    },
    async deleteManifest(digest: Digest, context: Context): Promise<void> {
      const subject = subjectOf(await existing(digest, context));
      // Before the list: a registry that deletes nothing must not lose a referrer.
      await repository.delete(digest, context);
      if (subject !== undefined) await repository.referrers.remove(subject, digest, context);
    },
    commit: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** What a manifest refers to. One that is broken refers to nothing, and can be deleted all the same. */
function subjectOf({ bytes, descriptor }: StoredManifest): Digest | undefined {
  try {
    return parseManifest(bytes, descriptor).subject?.digest;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
