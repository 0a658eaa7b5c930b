import type { Content, Descriptor } from "../../src/oci/descriptor.ts";
import { type Digest, digestOf } from "../../src/oci/digest.ts";
import type { Target } from "../../src/pipeline/target.ts";
import type { Artifact, Receipt } from "../../src/pipeline/values.ts";
import { collectBytes } from "./collect_bytes.ts";
import type { Moved, TagName } from "../../src/store/store.ts";

/** A target in memory: it keeps what it is given, and records what was asked of it. */
export interface MemoryTarget extends Target {
  /**
   * What was asked, in order: `resolve 1.0.0`, `upload`, `attach TYPE`, `append .sig`, `tag 1.0.0 latest`, `discard`.
   */
  readonly calls: readonly string[];
  /** Blobs and manifests, in the order in which they came. */
  readonly contents: ReadonlyMap<Digest, Uint8Array>;
  /** What each tag points to. */
  readonly tags: ReadonlyMap<string, Digest>;
}

/** What a memory target has, and what happens in it. */
export interface MemoryTargetOptions {
  /** `oci://memory.test/app` when left out. */
  readonly url?: string;
  readonly ownTag?: string;
  readonly ownDigest?: Digest;
  /** Tags that are there already. */
  readonly tags?: Readonly<Record<string, Digest>>;
  /** Called at the start of each call, with its text: a test may let it throw or wait. */
  readonly before?: (call: string) => void | Promise<void>;
}

/** Makes a target in memory. */
export function memoryTarget(options: MemoryTargetOptions = {}): MemoryTarget {
  const { url = "oci://memory.test/app", ownTag, ownDigest } = options;
  const calls: string[] = [];
  const contents = new Map<Digest, Uint8Array>();
  const tags = new Map<string, Digest>(Object.entries(options.tags ?? {}));

  return {
    name: "memory",
    url,
    ...(ownTag === undefined ? {} : { ownTag: { name: ownTag, immutable: false } }),
    ...(ownDigest === undefined ? {} : { ownDigest }),
    calls,
    contents,
    tags,

    async resolve(tag): Promise<Digest | undefined> {
      await record(`resolve ${tag}`);
      return tags.get(tag);
    },

    async upload({ archive, manifest }): Promise<Receipt> {
      await record("upload");
      const uploaded: Descriptor[] = [];
      const existing: Descriptor[] = [];
      for (const content of [archive.config, ...archive.layers, manifest]) {
        (await keep(content) ? uploaded : existing).push(content.descriptor);
      }
      return { url, uploaded, existing, bytesSent: uploaded.reduce((sum, { size }) => sum + size, 0) };
    },

    takes: ["referrers", "companions"],

    async bring({ subject, referrers, companions }): Promise<void> {
      if (!contents.has(subject.digest)) throw new Error(`Cannot bring to ${subject.digest}: it was not uploaded`);
      for (const { manifest, blobs } of referrers) {
        await record(`attach ${manifest.descriptor.artifactType}`);
        for (const content of [...blobs, manifest]) await keep(content);
      }
      for (const { tag, layers } of companions) {
        await record(`append ${tag.slice(-4)}`);
        for (const layer of layers) await keep(layer);
      }
    },

    async tag({ manifest }: Artifact, names: readonly TagName[]): Promise<readonly Moved[]> {
      await record(["tag", ...names.map(({ name }) => name)].join(" "));
      const { digest } = manifest.descriptor;
      if (!contents.has(digest)) throw new Error(`Cannot tag ${digest}: it was not uploaded`);
      return names.map(({ name }): Moved => {
        const from = tags.get(name);
        tags.set(name, digest);
        return { tag: name, ...(from === undefined ? {} : { from }) };
      });
    },

    discard: () => record("discard"),
  } satisfies MemoryTarget;

  async function record(call: string): Promise<void> {
    calls.push(call);
    await options.before?.(call);
  }

  /** Tells whether the content is new. */
  async function keep({ descriptor, open }: Content): Promise<boolean> {
    const { digest, size } = descriptor;
    if (contents.has(digest)) return false;
    const bytes = await collectBytes(open());
    if (bytes.byteLength !== size || digestOf(bytes) !== digest) {
      throw new Error(`Cannot keep ${digest}: it is not that`);
    }
    contents.set(digest, bytes);
    return true;
  }
}
