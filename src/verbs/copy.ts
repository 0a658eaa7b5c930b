import type { ListedManifest } from "../layout/layout.ts";
import { isCompanionTag, isReferrersTag } from "../store/companion_tags.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import { everyTarget } from "../pipeline/target.ts";
import { meantName, type Opened } from "../places/open_store.ts";
import { copyGraph, unlisted } from "../store/copy.ts";
import { type ArtifactGraph, readGraph } from "../store/graph.ts";
import { keepReferrers } from "../store/keep_referrers.ts";
import { missingName } from "../store/missing_name.ts";
import type { Store, StoreReader } from "../store/store.ts";
import { inParallel } from "../work/together.ts";
import { sayDone } from "../work/context.ts";
import { chosenTags } from "../store/chosen_tags.ts";
import type { CopyOptions } from "./copy/copy_options.ts";
import { copyPlaces } from "./copy/copy_places.ts";
import { type CopyResult, copyResult, type Destination } from "./copy/copy_result.ts";
import { SharedTagError } from "./copy/shared_tag_error.ts";
import { type CopyJob, tagCopies } from "./copy/tag_copies.ts";
import { wholeLayout } from "./copy/whole_layout.ts";
import { errorWithLines } from "./error_with_lines.ts";
import { refuseToMoveVersion } from "./refuse_to_move_version.ts";
import { type Session, withSession } from "./session.ts";
import { requireAll, requiredSignature } from "./verify/require_signatures.ts";

/**
 * Copies from any place to any others, with the same digests. Nothing is tagged anywhere before every destination has
 * all of the content.
 *
 * @throws {OptionsError} When the options make no sense.
 * @throws {NotFoundError} When there is no such artifact.
 * @throws {NotVerifiedError} When it is not signed as it has to be.
 * @throws {TargetsError} When some destinations failed; none has a tag then.
 * @throws {StageError} Of stage `tag`, when some tags are set and others are not.
 * @throws {TagExistsError} Within one of these, when a tag is a version, and points to something else.
 * @throws {SourceReadError} Within one of these, when it was the source that failed.
 */
export async function copy(options: CopyOptions): Promise<CopyResult> {
  const { allTags = false } = options;
  const places = copyPlaces(options);
  const requireSigned = await requiredSignature(options);
  return await withSession(options, { places: places.references }, async (session) => {
    const { context, concurrency } = session;
    await using opened = new AsyncDisposableStack();
    const { source, targets } = await places.open(session, opened);
    const whole = allTags ? await wholeLayout(source, targets, session) : undefined;
    const names = whole?.names ??
      (allTags ? await allNames(source, session) : [await meantName(source, context)]);
    const read = await readWhole(source.store, names, options, session);
    // A layout that is copied as a whole has names for signatures too; what they sign is looked at.
    const signed = whole?.artifacts ?? signedOf(read, allTags);
    await requireAll(requireSigned, [...signed].map((digest) => ({ store: source.store, digest })), session);
    const graph = await whole?.present(read) ?? read;
    const jobs = whole?.jobs(graph, options) ?? targets.map((target) => jobOf(names, target, graph, options));
    await everyTarget("upload", jobs, (job) => checkDestination(job, session));
    const copied = await everyTarget("upload", jobs, async ({ url, store, tags, list }) => {
      const destination = list === undefined ? store : unlisted(store);
      const sent = await copyGraph(graph, { source: source.store, destination, concurrency }, context);
      await keepReferrers(store, graph.manifests.flat(), session);
      return { url, copied: sent, tags };
    });
    await tagCopies(jobs, graph, session);
    for (const destination of copied) sayCopied(destination, session);
    return copyResult(source.store.url, copied);
  });
}

/**
 * Every tag of a place, and the artifacts that a layout lists without one.
 *
 * @throws {Error} When there is nothing: a copy that leaves everything behind is no success.
 */
async function allNames(
  { store, layout }: Opened<StoreReader>,
  { context }: Session,
): Promise<readonly string[]> {
  const tags = chosenTags(await Array.fromAsync(store.tags(context)), { all: true });
  const chosen = tags.filter((tag) => !isReferrersTag(tag));
  if (chosen.length < tags.length) {
    context.log.debug(`${tags.length - chosen.length} tags hold lists of referrers: left out`);
  }
  const artifacts = await layout?.artifacts(context) ?? [];
  refuseSharedTags(store.url, artifacts);
  const nameless = artifacts.filter(({ tag }) => tag === undefined).map(({ descriptor }) => descriptor.digest);
  const names = [...chosen, ...new Set(nameless)];
  if (names.length === 0) throw new Error(`Cannot copy all tags of ${store.url}: there are none`);
  return names;
}

/** One repository has each tag once. */
function refuseSharedTags(url: string, artifacts: readonly ListedManifest[]): void {
  for (const [tag, same] of Map.groupBy(artifacts, ({ tag }) => tag)) {
    const digests = new Set(same.map(({ descriptor }) => descriptor.digest));
    if (tag === undefined || digests.size === 1) continue;
    throw new SharedTagError(url, tag, { artifacts: digests.size });
  }
}

/** Reads what shall be copied: all of it, or nothing. */
async function readWhole(
  source: StoreReader,
  names: readonly string[],
  { referrers = false }: CopyOptions,
  { context, concurrency }: Session,
): Promise<ArtifactGraph> {
  const gaps: string[] = [];
  const onMissing = (gap: string): void => void gaps.push(gap);
  const graph = await readGraph(source, names, { referrers, concurrency, onMissing }, context);
  const lost = names.find((name) => !graph.roots.has(name));
  if (lost !== undefined) throw await missingName(source, lost, context);
  if (gaps.length > 0) throw errorWithLines(`Cannot copy ${source.url}: not everything is there`, gaps);
  return graph;
}

/** What has to be signed. cosign's tags belong to something, unless one is named itself. */
function signedOf({ roots }: ArtifactGraph, allTags: boolean): ReadonlySet<Digest> {
  const named = [...roots].filter(([name]) => !allTags || !isCompanionTag(name));
  return new Set(named.map(([, { digest }]) => digest));
}

function jobOf(
  names: readonly string[],
  { reference: to, store }: Opened<Store>,
  graph: ArtifactGraph,
  { allTags, force = false }: CopyOptions,
): CopyJob {
  const kept = names.find((name) => !isDigest(name));
  const tag = to.tag ?? (to.digest === undefined ? kept : undefined);
  const tags = new Map<Digest, readonly string[]>();
  for (const [name, { digest }] of graph.roots) {
    const named = allTags ? (isDigest(name) ? [] : [name]) : tag === undefined ? [] : [tag];
    tags.set(digest, [...tags.get(digest) ?? [], ...named]);
  }
  return { url: store.url, store, digest: to.digest, tags, force };
}

/** Asked before the first byte goes anywhere. */
async function checkDestination(
  { url, store, digest: expected, tags, force, check }: CopyJob,
  { context, concurrency }: Session,
): Promise<void> {
  const pairs = [...tags].flatMap(([digest, names]) => names.map((name) => ({ digest, name })));
  for (const digest of tags.keys()) {
    if (expected === undefined || expected === digest) continue;
    throw new RangeError(`Cannot copy to ${url}@${expected}: the source's digest is ${digest}`);
  }
  if (check !== undefined) return await check(context);
  if (force) return;
  await inParallel(pairs, concurrency, ({ name, digest }) => refuseToMoveVersion(store, name, digest, context));
}

function sayCopied({ url, copied, tags }: Destination, { context: { log } }: Session): void {
  const names = [...tags.values()].flat();
  const tagged = names.length === 0
    ? "no tag, by digest only"
    : names.length > 5
    ? `${names.length} tags`
    : `tagged ${names.join(", ")}`;
  sayDone(log, `Copied to ${url}: ${tagged}, ${copied.uploaded} sent, ${copied.existing} there already`);
}
