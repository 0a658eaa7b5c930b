import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { embeddedData } from "../../oci/embedded_data.ts";
import { MANIFEST_SIZE_LIMIT } from "../../oci/manifest.ts";
import { isManifestMediaType, manifestParts, parseManifest } from "../../oci/parse_manifest.ts";
import { reason } from "../../system/io_error.ts";
import { INDEX_FILE } from "../directory/read_layout.ts";
import { descriptorOf, fullNameOf, type IndexEntry, refNameOf } from "../entry.ts";
import { indexEntriesOf, type LayoutIndex } from "../index.ts";
import type { HashedLayout, LayoutProblem } from "./hashed_layout.ts";

/** Everything that an index leads to. */
export interface FollowedIndex {
  /** The manifests that could be read, with what they refer to. */
  readonly manifests: ReadonlyMap<Digest, { readonly subject?: Digest }>;
  /** Everything that is needed, be it there or not, and by what. */
  readonly needed: ReadonlyMap<Digest, readonly string[]>;
  /** What is missing or wrong of it. */
  readonly problems: readonly LayoutProblem[];
}

/**
 * Follows an index to everything that it leads to.
 *
 * A subject is not a part of what refers to it: it may be somewhere else.
 *
 * @param omitted What need not be there, unless it is a manifest.
 */
export async function followIndex(
  { index, blobs, read }: Pick<HashedLayout, "index" | "blobs" | "read">,
  omitted: readonly Pick<Descriptor, "digest" | "size">[] = [],
): Promise<FollowedIndex> {
  const manifests = new Map<Digest, { readonly subject?: Digest }>();
  const needed = new Map<Digest, string[]>();
  const found = new Map<string, { readonly digest: Digest; readonly problem: string; readonly neededBy: string[] }>();
  const absent = new Map(omitted.map(({ digest, size }) => [digest, size]));
  const { roots, problems } = rootsOf(index);
  // The list grows while it is walked through; a manifest is read once, so it ends.
  const waiting = [...roots];
  const seen = new Set<Digest>();
  for (const { descriptor, by } of waiting) {
    const { digest, mediaType } = descriptor;
    const neededBy = needed.get(digest) ?? [];
    needed.set(digest, neededBy);
    if (!neededBy.includes(by)) neededBy.push(by);
    const problem = problemWith(descriptor);
    if (problem !== undefined) {
      // What is missing is the same for all who need it; a size may be said in several ways.
      found.set(`${digest} ${problem}`, { digest, problem, neededBy });
      continue;
    }
    if (seen.has(digest) || !blobs.has(digest) || !isManifestMediaType(mediaType)) continue;
    seen.add(digest);
    try {
      if (descriptor.size > MANIFEST_SIZE_LIMIT) {
        throw new RangeError(`it has ${descriptor.size} bytes, and ${MANIFEST_SIZE_LIMIT} are the limit`);
      }
      const manifest = parseManifest(await read(digest), descriptor);
      manifests.set(digest, manifest.subject === undefined ? {} : { subject: manifest.subject.digest });
      for (const part of manifestParts(manifest)) waiting.push({ descriptor: part, by: digest });
    } catch (error) {
      const why = reason(error instanceof SyntaxError ? error.cause ?? error : error);
      found.set(digest, { digest, problem: `is no manifest: ${why}`, neededBy });
    }
  }
  return { manifests, needed, problems: [...problems, ...found.values()] };

  function problemWith(descriptor: Descriptor): string | undefined {
    const { digest, mediaType, size, urls } = descriptor;
    const blob = blobs.get(digest);
    if (blob === undefined) {
      // What is embedded is there, and what is at other places need not be here.
      if (urls !== undefined || embeddedData(descriptor) !== undefined) return undefined;
      // Manifests always travel: without one, nobody knows what is missing.
      return absent.get(digest) === size && !isManifestMediaType(mediaType) ? undefined : "is missing";
    }
    if (blob.problem !== undefined) return blob.problem;
    return blob.size === size ? undefined : `has ${blob.size} bytes, and ${size} are said`;
  }
}

interface Lead {
  readonly descriptor: Descriptor;
  readonly by: string;
}

function rootsOf(
  index: LayoutIndex | undefined,
): { readonly roots: readonly Lead[]; readonly problems: readonly LayoutProblem[] } {
  const roots: Lead[] = [];
  const problems: LayoutProblem[] = [];
  for (const entry of index === undefined ? [] : indexEntriesOf(index)) {
    const descriptor = descriptorOf(entry);
    if (descriptor !== undefined) roots.push({ descriptor, by: nameOf(entry) });
    else {problems.push({
        file: nameOf(entry),
        problem: `lists ${entry.digest} without a type or a size`,
        neededBy: [],
      });}
  }
  return { roots, problems };
}

function nameOf(entry: IndexEntry): string {
  const name = fullNameOf(entry) ?? refNameOf(entry);
  return name === undefined ? INDEX_FILE : `${INDEX_FILE} (${name})`;
}
