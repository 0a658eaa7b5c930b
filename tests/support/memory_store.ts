import type { Content, Descriptor } from "../../src/oci/descriptor.ts";
import { type Digest, digestOf, isDigest } from "../../src/oci/digest.ts";
import { MANIFEST_SIZE_LIMIT } from "../../src/oci/manifest.ts";
import { artifactTypeOf, parseManifest } from "../../src/oci/parse_manifest.ts";
import {
  type Moved,
  NotFoundError,
  type Pushed,
  refuseMoved,
  type Store,
  type StoredManifest,
  TagExistsError,
} from "../../src/store/store.ts";
import { compareBytewise } from "../../src/oci/compare_bytewise.ts";
import { collectBytes } from "./collect_bytes.ts";

/** What memory stores of one place share. */
export interface MemoryPlace {
  readonly blobs: Map<Digest, Uint8Array<ArrayBuffer>>;
  readonly manifests: Map<Digest, StoredManifest>;
  readonly tags: Map<string, Digest>;
}

/** Makes a place with nothing in it. */
export function memoryPlace(): MemoryPlace {
  return { blobs: new Map(), manifests: new Map(), tags: new Map() };
}

/** A store in memory: the shortest program that does what a store does. */
export function memoryStore(place: MemoryPlace = memoryPlace(), url = "oci://memory.test/app"): Store {
  const { blobs, manifests, tags } = place;

  function find(name: string): StoredManifest | undefined {
    const digest = isDigest(name) ? name : tags.get(name);
    return digest && manifests.get(digest);
  }

  function bytesOf(digest: Digest): Uint8Array<ArrayBuffer> | undefined {
    return blobs.get(digest) ?? manifests.get(digest)?.bytes;
  }

  return {
    url,
    resolve: (name) => Promise.resolve(find(name)?.descriptor),
    fetchManifest: (name) => Promise.resolve(find(name)),
    exists: ({ digest, size }) => Promise.resolve(bytesOf(digest)?.byteLength === size),
    async fetch({ digest, size }): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
      const bytes = bytesOf(digest);
      if (bytes?.byteLength !== size) throw new Error(`Cannot read ${digest}: it is not there`);
      return await Promise.resolve(ReadableStream.from([bytes]));
    },
    async *tags(): AsyncGenerator<string, void, void> {
      if (blobs.size + manifests.size === 0) throw new NotFoundError(url);
      yield* tags.keys();
    },
    referrers: (subject) => Promise.resolve(referrersOf(manifests.values(), subject)),

    async push(blob: Content): Promise<Pushed> {
      const { digest, size } = blob.descriptor;
      if (blobs.has(digest)) return { existed: true, bytesSent: 0 };
      blobs.set(digest, await bytesIn(blob));
      return { existed: false, bytesSent: size };
    },
    async pushManifest(manifest: Content): Promise<Pushed> {
      const { descriptor } = manifest;
      if (descriptor.size > MANIFEST_SIZE_LIMIT) {
        throw new RangeError(`Cannot push ${descriptor.digest}: it is too large`);
      }
      const bytes = await bytesIn(manifest);
      parseManifest(bytes, descriptor);
      const existed = manifests.has(descriptor.digest);
      manifests.set(descriptor.digest, { descriptor, bytes });
      return { existed, bytesSent: existed ? 0 : descriptor.size };
    },
    shownBy: "tag",
    isWhole: ({ digest }) => Promise.resolve(manifests.has(digest)),
    tag({ descriptor: { digest } }, names): Promise<readonly Moved[]> {
      const exists = names.find(({ name, immutable }) => immutable && (tags.get(name) ?? digest) !== digest);
      if (exists !== undefined) {
        return Promise.reject(
          new TagExistsError(url, exists.name, { existing: tags.get(exists.name) ?? digest, wanted: digest }),
        );
      }
      const moved = names.map(({ name }): Moved => {
        const from = tags.get(name);
        tags.set(name, digest);
        return { tag: name, ...(from === undefined ? {} : { from }) };
      });
      return Promise.resolve(moved);
    },
    untag(tag, _context, options = {}): Promise<void> {
      const digest = tags.get(tag);
      if (digest === undefined) return Promise.reject(new NotFoundError(url, tag));
      refuseMoved(url, tag, digest, options);
      tags.delete(tag);
      return Promise.resolve();
    },
    deleteManifest(digest): Promise<void> {
      for (const [tag, each] of tags) if (each === digest) tags.delete(tag);
      return manifests.delete(digest) ? Promise.resolve() : Promise.reject(new NotFoundError(url, digest));
    },
    prepare: () => Promise.resolve(),
    commit: () => Promise.resolve([]),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function bytesIn({ descriptor, open }: Content): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await collectBytes(open());
  if (bytes.byteLength === descriptor.size && digestOf(bytes) === descriptor.digest) return bytes;
  throw new Error(`Cannot keep ${descriptor.digest}: it is not that`);
}

function referrersOf(manifests: Iterable<StoredManifest>, subject: Digest): readonly Descriptor[] {
  return [...manifests].flatMap(({ descriptor: { mediaType, digest, size }, bytes }) => {
    const parsed = parseManifest(bytes, { mediaType, digest });
    if (parsed.subject?.digest !== subject) return [];
    const artifactType = artifactTypeOf(parsed);
    const { annotations } = parsed;
    return [{
      mediaType,
      digest,
      size,
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(annotations === undefined ? {} : { annotations }),
    }];
  }).sort((a, b) => compareBytewise(a.digest, b.digest));
}
