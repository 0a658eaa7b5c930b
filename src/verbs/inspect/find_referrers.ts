import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { companionTags } from "../../store/companion_tags.ts";
import { inParallel } from "../../work/together.ts";
import type { StoreReader } from "../../store/store.ts";
import type { Session } from "../session.ts";
import { type ReferrerRole, roleOf, roleOfTag } from "./referrer_role.ts";

/** A manifest that refers to another one, and what refers to it in turn. */
export interface FoundReferrer extends ReferrerRole {
  readonly descriptor: Descriptor;
  /** The tag by which it refers, as cosign's signatures do it; absent when it names its subject. */
  readonly tag?: string;
  /** Whether it stands somewhere else in the tree already, with all that refers to it. */
  readonly isRepeated: boolean;
  readonly referrers: readonly FoundReferrer[];
}

/** How many may refer to each other in a row. */
const DEPTH_LIMIT = 100;
/** How many referrers are looked for, all in all. */
const REFERRER_LIMIT = 10_000;
/** How much may be said of them, in characters of JSON and all in all. */
const SIZE_LIMIT = 64 * 1024 * 1024;

/**
 * Finds everything that refers to some manifests, and what refers to that.
 *
 * Each manifest is looked at once, so referrers that go round in circles do no harm.
 *
 * @returns The referrers, by the digest of the manifest that they refer to.
 * @throws {RangeError} When there are too many, or too many in a row.
 */
export async function findReferrers(
  store: StoreReader,
  subjects: readonly Descriptor[],
  { context, concurrency }: Pick<Session, "context" | "concurrency">,
): Promise<ReadonlyMap<Digest, readonly FoundReferrer[]>> {
  const seen = new Set(subjects.map(({ digest }) => digest));
  let size = 0;
  const found = await inParallel(
    subjects,
    concurrency,
    async ({ digest }) => [digest, await referrersOf(digest, 1)] as const,
  );
  return new Map(found);

  async function referrersOf(subject: Digest, depth: number): Promise<readonly FoundReferrer[]> {
    if (depth > DEPTH_LIMIT) {
      throw new RangeError(
        `Cannot show what refers to ${store.url}: more than ${DEPTH_LIMIT} refer to each other in a row`,
      );
    }
    const listed = await store.referrers(subject, context);
    const fresh: FoundReferrer[] = [];
    for (const referrer of [...listed.map((descriptor) => ({ descriptor })), ...await companionsOf(subject)]) {
      const { digest } = referrer.descriptor;
      const isRepeated = seen.has(digest);
      if (seen.size > REFERRER_LIMIT) {
        throw new RangeError(`Cannot show what refers to ${store.url}: it is more than ${REFERRER_LIMIT}`);
      }
      size += JSON.stringify(referrer.descriptor).length;
      if (size > SIZE_LIMIT) {
        throw new RangeError(`Cannot show what refers to ${store.url}: it is more than ${SIZE_LIMIT} characters`);
      }
      seen.add(digest);
      fresh.push({ ...referrer, isRepeated, referrers: [] });
    }
    const referrers: FoundReferrer[] = [];
    for (const each of fresh) {
      const { descriptor, tag } = each;
      const role = tag === undefined ? await roleOf(store, descriptor, context) : roleOfTag(tag);
      const own = each.isRepeated ? [] : await referrersOf(descriptor.digest, depth + 1);
      referrers.push({ ...each, ...role, referrers: own });
    }
    return referrers;
  }

  async function companionsOf(subject: Digest): Promise<readonly Pick<FoundReferrer, "descriptor" | "tag">[]> {
    const found = await inParallel(companionTags(subject), concurrency, async (tag) => {
      const descriptor = await store.resolve(tag, context);
      return descriptor === undefined ? [] : [{ descriptor, tag }];
    });
    return found.flat();
  }
}
