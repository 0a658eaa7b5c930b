/**
 * Referrers in a registry that has no API for them: an index under a tag that is made of the subject's digest.
 *
 * @see {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema | OCI distribution-spec 1.1.1, Referrers Tag Schema}
 */
import { bytesContent } from "../oci/bytes_content.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { MANIFEST_SIZE_LIMIT, orderDescriptor } from "../oci/manifest.ts";
import { OCI_INDEX_MEDIA_TYPE } from "../oci/media_types.ts";
import { parseManifest } from "../oci/parse_manifest.ts";
import type { Pushed, StoredManifest } from "../store/store.ts";
import { referrersTag } from "../store/companion_tags.ts";
import type { Call } from "../work/context.ts";
import { fetchManifest, putManifest, resolveManifest } from "./manifests.ts";
import { RegistryError } from "./http/registry_error.ts";
import type { RepositoryLink } from "./link.ts";

/** The lists of referrers that stand under tags. */
export interface ReferrersTags {
  /** Lists the referrers of a manifest. What is under the tag but is no list of referrers is not looked at. */
  list(subject: Digest, call: Call): Promise<readonly Descriptor[]>;
  /**
   * Adds a referrer to a list.
   *
   * @throws {Error} When something else has the tag, or other writers are always faster.
   */
  add(subject: Digest, referrer: Descriptor, call: Call): Promise<void>;
  /** Takes a referrer from a list. */
  remove(subject: Digest, referrer: Digest, call: Call): Promise<void>;
}

/** How often a list is looked at, and written again because another writer has replaced it in the same moment. */
const ATTEMPTS = 10;

/** Changes one list at a time: each change reads the whole list and writes it again. */
export function createReferrersTags(link: RepositoryLink): ReferrersTags {
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work, work);
    last = mine.catch(() => {});
    return mine;
  }

  return {
    async list(subject, call): Promise<readonly Descriptor[]> {
      const stored = await fetchManifest(link, referrersTag(subject), call);
      if (stored === undefined) return [];
      if (isList(stored, subject)) return descriptorsIn(stored);
      call.log.debug(`${link.place}:${referrersTag(subject)} is no list of referrers`);
      return [];
    },
    add: (subject, referrer, call) =>
      inTurn(async () => {
        const digests = (entries: readonly Entry[]): boolean =>
          entries.some(({ digest }) => digest === referrer.digest);
        const entry = { ...orderDescriptor(referrer), digest: referrer.digest };
        await edit(link, subject, call, digests, (entries) => [...entries, entry]);
      }),
    remove: (subject, digest, call) =>
      inTurn(async () => {
        const others = (entries: readonly Entry[]): readonly Entry[] =>
          entries.filter((each) => each.digest !== digest);
        await edit(link, subject, call, (entries) => others(entries).length === entries.length, others);
      }),
  };
}

/** A descriptor with all its fields, those included that gantry does not know. */
interface Entry {
  readonly digest: string;
  readonly [field: string]: unknown;
}

/** Writes a list until it is seen to be as it shall be. */
async function edit(
  link: RepositoryLink,
  subject: Digest,
  call: Call,
  isDone: (entries: readonly Entry[]) => boolean,
  change: (entries: readonly Entry[]) => readonly Entry[],
): Promise<void> {
  const tag = referrersTag(subject);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stored = await fetchManifest(link, tag, call);
    if (stored !== undefined && !isList(stored, subject)) {
      throw new TypeError(
        `Cannot list a referrer of ${link.place}@${subject}: the registry has no referrers API, and tag ${tag} is taken by something else`,
      );
    }
    const index = stored === undefined ? EMPTY_LIST : rawIndex(stored);
    if (isDone(index.manifests)) return;
    const write = (manifests: readonly Entry[]): Promise<Pushed> => {
      const bytes = new TextEncoder().encode(JSON.stringify({ ...index, manifests }));
      if (bytes.byteLength > MANIFEST_SIZE_LIMIT) {
        throw new RangeError(`Cannot list a referrer of ${link.place}@${subject}: the list under tag ${tag} is full`);
      }
      return putManifest(link, bytesContent(OCI_INDEX_MEDIA_TYPE, bytes), tag, call);
    };
    // There is no way to compare and set a tag. The less time between the last look and the writing, the less is lost.
    if ((await resolveManifest(link, tag, call))?.digest !== stored?.descriptor.digest) continue;
    try {
      await write(change(index.manifests));
    } catch (error) {
      if (!(error instanceof RegistryError) || !error.has(...UNKNOWN_PART_CODES)) throw error;
      // Who deletes a referrer should take it from the list, and not everybody does.
      await write(change(await stillThere(link, index.manifests, call)));
    }
  }
  throw new Error(`Cannot list a referrer of ${link.place}@${subject}: others change tag ${tag} all the time`);
}

/** What registries say of an index that names what they do not have. */
const UNKNOWN_PART_CODES = ["MANIFEST_BLOB_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN"] as const;

async function stillThere(link: RepositoryLink, entries: readonly Entry[], call: Call): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for (const entry of entries) {
    if (await resolveManifest(link, entry.digest, call) !== undefined) found.push(entry);
    else call.log.warn(`${entry.digest} is no longer in ${link.place}, and is taken from the list of referrers`);
  }
  return found;
}

/** GitLab has the subject itself under this tag (oras#2148). */
function isList({ descriptor }: StoredManifest, subject: Digest): boolean {
  return descriptor.mediaType === OCI_INDEX_MEDIA_TYPE && descriptor.digest !== subject;
}

function descriptorsIn({ bytes, descriptor }: StoredManifest): readonly Descriptor[] {
  const parsed = parseManifest(bytes, descriptor);
  return parsed.kind === "index" ? parsed.manifests : [];
}

interface Index {
  readonly manifests: readonly Entry[];
  readonly [field: string]: unknown;
}

const EMPTY_LIST: Index = { schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests: [] };

function rawIndex(stored: StoredManifest): Index {
  descriptorsIn(stored); // Throws unless everything in it is as it must be.
  const index: Index = JSON.parse(new TextDecoder().decode(stored.bytes));
  return { ...index, manifests: index.manifests ?? [] };
}
