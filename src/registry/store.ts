import { bytesContent, readContent } from "../oci/bytes_content.ts";
import type { Content, Descriptor } from "../oci/descriptor.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import { MANIFEST_SIZE_LIMIT } from "../oci/manifest.ts";
import {
  artifactTypeOf,
  isManifestMediaType,
  manifestParts,
  type ParsedManifest,
  parseManifest,
} from "../oci/parse_manifest.ts";
import { formatRepository, type RegistryReference } from "../oci/reference.ts";
import { DigestMismatchError } from "../oci/bytes/verified.ts";
import {
  type Coming,
  type Moved,
  NotFoundError,
  type Pushed,
  refuseMoved,
  type Store,
  type StoredManifest,
  TagExistsError,
  type TaggingOptions,
  type TagName,
  UnsupportedError,
  type UntagOptions,
} from "../store/store.ts";
import type { Context } from "../work/context.ts";
import { allDone, inParallel } from "../work/together.ts";
import type { RegistryClient } from "./client.ts";
import { RegistryError } from "./http/registry_error.ts";
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
  /** How many tags are looked at side by side; 4 when left out. */
  readonly concurrency?: number;
}

/**
 * A repository in a registry, as a store.
 *
 * Where it is pushed to, a registry that refuses to say what a tag stands for does not stop the work: some answer 403
 * for what is not there. Once something was pushed, the refusal counts unless that can be read.
 */
export function registryStore(
  { reference, client, access = "pull", concurrency = 4 }: RegistryStoreOptions,
): Store {
  const repository = client.repository(reference.repository, access);
  const url = formatRepository(reference);
  const sameRegistry = `oci://${reference.host}/`;

  let pushed: Digest | undefined;
  /** How many blobs were pushed, or begun to be: what was found before that may have become old meanwhile. */
  let pushes = 0;
  /** The blobs that came here, in case the registry turns out not to have them. */
  const blobs = new Map<Digest, Content>();
  /** What tags were found to point to, so that what is right already is neither asked again nor set again. */
  const seen = new Map<string, Seen>();
  /** What a look ahead has found of manifests, until somebody wants to know. */
  const found = new Map<Digest, boolean>();
  /** For what was begun by a look and has to be ended. */
  let looked: Context | undefined;

  async function resolve(name: string, context: Context): Promise<Descriptor | undefined> {
    const before = pushes;
    const { descriptor, refusal } = await find(name, context);
    if (!isDigest(name)) seen.set(name, { digest: descriptor?.digest, refusal, pushes: before });
    return descriptor;
  }

  async function find(name: string, context: Context): Promise<Found> {
    try {
      return { descriptor: await repository.resolve(name, context) };
    } catch (error) {
      if (access !== "push" || !isHidden(error)) throw error;
      if (pushed !== undefined && name !== pushed) {
        // Where this can be read, a refusal means that the other one is not there.
        if (await repository.resolve(pushed, context).catch(() => undefined) === undefined) throw error;
        return { descriptor: await repository.resolve(name, context) };
      }
      context.log.debug(`${error.message}: taken as not there, because the push may still be allowed`);
      return { refusal: error };
    }
  }

  /** What a tag points to. Where it may move, a registry that does not say so does not matter. */
  async function digestAt({ name, immutable }: TagName, context: Context): Promise<Digest | undefined> {
    try {
      return (await resolve(name, context))?.digest;
    } catch (error) {
      if (immutable || !isHidden(error)) throw error;
      return undefined;
    }
  }

  /** What a tag points to, as it was found while nothing was sent since: by whoever is about to bring the manifest. */
  async function lastSeen(tag: TagName, context: Context): Promise<Digest | undefined> {
    if (!seen.has(tag.name) || tag.immutable && seen.get(tag.name)?.pushes !== pushes) await digestAt(tag, context);
    const { digest, refusal } = seen.get(tag.name) ?? {};
    // Whether a refusal means that it is not there shows when the manifest is.
    if (tag.immutable && refusal !== undefined) throw refusal;
    return digest;
  }

  /** Sends a manifest; and once more with its blobs when the registry has said of one that it is there, and now not. */
  async function sendManifest(manifest: Content, parsed: ParsedManifest, context: Context): Promise<Pushed> {
    try {
      return await repository.pushManifest(manifest, context);
    } catch (error) {
      if (!(error instanceof RegistryError) || !error.has("MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN")) throw error;
      const said = JSON.stringify(error.errors);
      const parts = new Set(manifestParts(parsed).map(({ digest }) => digest));
      const ours = [...parts].flatMap((digest) => blobs.get(digest) ?? []);
      const named = ours.filter(({ descriptor }) => said.includes(descriptor.digest));
      const missing = named.length > 0 ? named : ours;
      if (missing.length === 0) throw error;
      let bytesSent = 0;
      for (const blob of missing) {
        bytesSent += (await repository.pushBlob(blob, context, { evenIfThere: true })).bytesSent;
      }
      const sent = await repository.pushManifest(manifest, context);
      const resent = missing.map(({ descriptor }) => descriptor.digest);
      return { ...sent, bytesSent: bytesSent + sent.bytesSent, resent };
    }
  }

  async function existing(name: string, context: Context): Promise<StoredManifest> {
    const manifest = await repository.fetchManifest(name, context);
    if (manifest === undefined) throw new NotFoundError(url, name);
    return manifest;
  }

  return {
    url,
    shownBy: "tag",
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

    // A manifest goes last, so where it is, its blobs are.
    async isWhole({ digest }, context): Promise<boolean> {
      if ([...seen.values()].some((tag) => tag.digest === digest)) return true;
      const isFound = found.get(digest) ?? await resolve(digest, context) !== undefined;
      found.delete(digest);
      return isFound;
    },
    async look({ manifest: { digest }, blobs, tags }: Coming, context: Context): Promise<void> {
      looked = context;
      await allDone([
        resolve(digest, context).then((descriptor) => void found.set(digest, descriptor !== undefined)),
        ...tags.filter(({ immutable }) => !immutable).map((tag) => digestAt(tag, context)),
        ...blobs.slice(0, concurrency).map((blob) => repository.beginBlob(blob, context)),
      ]);
    },
    tagBringsManifest: true,
    push(blob: Content, context: Context): Promise<Pushed> {
      const { from = "" } = blob;
      pushes++;
      blobs.set(blob.descriptor.digest, blob);
      const mountFrom = from.startsWith(sameRegistry) ? from.slice(sameRegistry.length) : undefined;
      return repository.pushBlob(blob, context, { mountFrom });
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
      const { subject, ...sent } = await sendManifest(manifest, parsed, context);
      pushes++;
      pushed = digest;
      if (parsed.subject !== undefined) {
        const artifactType = artifactTypeOf(parsed);
        const isListed = subject === parsed.subject.digest;
        await repository.referrers[isListed ? "confirm" : "add"](parsed.subject.digest, {
          mediaType,
          digest,
          size,
          ...(artifactType === undefined ? {} : { artifactType }),
          ...(parsed.annotations === undefined ? {} : { annotations: parsed.annotations }),
        }, context);
      }
      return sent;
    },
    async tag(
      { descriptor: { digest, mediaType }, bytes }: StoredManifest,
      tags: readonly TagName[],
      context: Context,
      { bringsManifest = false }: TaggingOptions = {},
    ): Promise<readonly Moved[]> {
      const moved = await inParallel(tags, concurrency, async (tag): Promise<Moved> => {
        const { name, immutable } = tag;
        const from = seen.get(name)?.digest === digest
          ? digest
          : await (bringsManifest ? lastSeen : digestAt)(tag, context);
        // Whoever pushes has looked before; another run may have published since then.
        if (immutable && from !== undefined && from !== digest) {
          throw new TagExistsError(url, name, { existing: from, wanted: digest });
        }
        return { tag: name, ...(from === undefined ? {} : { from }) };
      });
      const names = moved.filter(({ from }) => from !== digest).map(({ tag }) => tag);
      if (names.length > 0) await repository.tag(bytesContent(mediaType, bytes), names, context);
      for (const { name } of tags) seen.delete(name);
      return moved;
    },
    settle: (context: Context) => repository.settle(context),
    async untag(tag: string, context: Context, options: UntagOptions = {}): Promise<void> {
      const before = await repository.resolve(tag, context);
      if (before === undefined) throw new NotFoundError(url, tag);
      const { digest } = before;
      refuseMoved(url, tag, digest, options);
      seen.delete(tag);
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
      seen.clear();
      // Before the list: a registry that deletes nothing must not lose a referrer.
      await repository.delete(digest, context);
      if (subject !== undefined) await repository.referrers.remove(subject, digest, context);
    },
    prepare: () => Promise.resolve(),
    commit: () => Promise.resolve([]),
    // Blobs that no manifest names are the registry's to collect; the API has no other word for it.
    [Symbol.asyncDispose]: async () => await (looked && repository.cancelBegun(looked)),
  };
}

/** What was found under a name. */
interface Found {
  readonly descriptor?: Descriptor | undefined;
  /** The registry's refusal to say so, which was taken for a no. */
  readonly refusal?: RegistryError;
}

/** What was found of a tag. */
interface Seen {
  readonly digest: Digest | undefined;
  readonly refusal: RegistryError | undefined;
  /** How many pushes there were before. */
  readonly pushes: number;
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
