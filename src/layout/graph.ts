/**
 * Everything that the index of a layout leads to: what can be found by digest, and what refers to what.
 */
import { compareBytewise } from "../oci/compare_bytewise.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { isObject } from "../oci/is_object.ts";
import { parseJsonBytes } from "../oci/parse_json_bytes.ts";
import {
  artifactTypeOf,
  isManifestMediaType,
  manifestParts,
  type ParsedManifest,
  parseManifest,
} from "../oci/parse_manifest.ts";
import { descriptorOf } from "./entry.ts";
import { indexEntriesOf, type LayoutIndex } from "./index.ts";

/** Reads a manifest, verified; `undefined` when it is not there. */
export type ReadManifest = (descriptor: Descriptor) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/** What an index leads to. */
export interface LayoutGraph {
  /** Manifests by their digest, those of indexes included. */
  readonly manifests: ReadonlyMap<Digest, Descriptor>;
  /** The referrers of a manifest, by the digest of their subject. */
  readonly referrers: ReadonlyMap<Digest, readonly Descriptor[]>;
  /** Manifests that an index leads to. */
  readonly children: ReadonlySet<Digest>;
  /** Every manifest and every blob. */
  readonly contents: ReadonlyMap<Digest, Descriptor>;
  /** What is listed but could not be read or is of a kind that gantry does not know: what it leads to is not known. */
  readonly unknown: readonly Descriptor[];
}

/** Walks through layouts. What it has parsed it knows the next time: a digest never means anything else. */
export interface GraphReader {
  /**
   * Reads everything that an index leads to.
   *
   * @param unlisted Manifests that it should list and does not.
   */
  read(index: LayoutIndex, unlisted: readonly Descriptor[], readManifest: ReadManifest): Promise<LayoutGraph>;
  /** Reads everything that one manifest consists of, itself included. */
  partsOf(root: Descriptor, readManifest: ReadManifest): Promise<LayoutGraph>;
}

/** Starts without knowledge. */
export function createGraphReader(): GraphReader {
  // What is parsed depends on what it was said to be.
  const known = new Map<string, ParsedManifest>();

  async function parsed(descriptor: Descriptor, readManifest: ReadManifest): Promise<ParsedManifest | undefined> {
    const key = `${descriptor.mediaType} ${descriptor.digest}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const bytes = await readManifest(descriptor);
    if (bytes === undefined) return undefined;
    const manifest = parseManifest(bytes, descriptor);
    known.set(key, manifest);
    return manifest;
  }

  /** One that is malformed hides no other. If it refers to something, it may be a signature, and must not get lost. */
  async function parsedIfPossible(
    descriptor: Descriptor,
    readManifest: ReadManifest,
  ): Promise<ParsedManifest | undefined> {
    try {
      return await parsed(descriptor, readManifest);
    } catch (error) {
      const bytes = error instanceof SyntaxError ? await readManifest(descriptor) : undefined;
      if (bytes === undefined || hasSubject(bytes)) throw error;
      return undefined;
    }
  }

  async function walk(
    roots: readonly Descriptor[],
    read: (descriptor: Descriptor) => Promise<ParsedManifest | undefined>,
  ): Promise<LayoutGraph> {
    const manifests = new Map<Digest, Descriptor>();
    const referrers = new Map<Digest, Descriptor[]>();
    const children = new Set<Digest>();
    const contents = new Map<Digest, Descriptor>();
    const unknown: Descriptor[] = [];
    // The list grows while it is walked through; a manifest is read once, so it ends.
    const waiting = [...roots];
    for (const [at, descriptor] of waiting.entries()) {
      if (manifests.has(descriptor.digest)) continue;
      contents.set(descriptor.digest, descriptor);
      const isManifest = isManifestMediaType(descriptor.mediaType);
      if (!isManifest && at >= roots.length) continue;
      manifests.set(descriptor.digest, descriptor);
      const manifest = isManifest ? await read(descriptor) : undefined;
      if (manifest === undefined) {
        unknown.push(descriptor);
        continue;
      }
      // What a manifest names are blobs, even if the same bytes are a manifest elsewhere.
      for (const part of manifestParts(manifest)) {
        if (manifest.kind !== "index") contents.set(part.digest, part);
        else {
          children.add(part.digest);
          waiting.push(part);
        }
      }
      if (manifest.subject === undefined) continue;
      const { digest } = manifest.subject;
      const list = referrers.get(digest) ?? [];
      list.push(referrerOf(descriptor, manifest));
      referrers.set(digest, list);
    }
    for (const list of referrers.values()) list.sort((a, b) => compareBytewise(a.digest, b.digest));
    return { manifests, referrers, children, contents, unknown };
  }

  return {
    read: (index, unlisted, readManifest) =>
      walk(
        [...indexEntriesOf(index).flatMap((entry) => descriptorOf(entry) ?? []), ...unlisted],
        (descriptor) => parsedIfPossible(descriptor, readManifest),
      ),
    partsOf: (root, readManifest) => walk([root], (descriptor) => parsed(descriptor, readManifest)),
  };
}

function hasSubject(bytes: Uint8Array): boolean {
  try {
    const json = parseJsonBytes(bytes);
    return isObject(json) && json.subject !== undefined && json.subject !== null;
  } catch {
    return false;
  }
}

/** A referrer as a list of referrers describes it. */
export function referrerOf({ mediaType, digest, size }: Descriptor, manifest: ParsedManifest): Descriptor {
  const artifactType = artifactTypeOf(manifest);
  return {
    mediaType,
    digest,
    size,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(manifest.annotations === undefined ? {} : { annotations: manifest.annotations }),
  };
}
