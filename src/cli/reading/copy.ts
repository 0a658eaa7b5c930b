import type { Digest } from "../../oci/digest.ts";
import { everyTarget } from "../../pipeline/target.ts";
import { copyGraph } from "../../store/copy.ts";
import { type ArtifactGraph, readGraph } from "../../store/graph.ts";
import { NotFoundError, type Store, type StoreReader } from "../../store/store.ts";
import { inParallel } from "../../work/together.ts";
import { errorWithLines } from "../output/error_with_lines.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { DEFAULT_TAG, type Opened } from "../places/open_store.ts";
import { type ReadingSession, withReadingSession } from "../places/session.ts";
import type { World } from "../world.ts";
import { chosenTags } from "./chosen_tags.ts";
import type { CopyFlags } from "./commands.ts";
import { copyPlaces } from "./copy_places.ts";
import { copyLines, copyReport, type CopyResult } from "./copy_report.ts";
import { type CopyJob, refuseToMove, tagCopies } from "./tag_copies.ts";

/** A client's list of referrers stands under such a tag: the destination gets one of its own where it needs it. */
const REFERRERS_TAG_REGEXP = /^sha(?:256|512)-[0-9a-f]{64}$/;

/**
 * `gantry copy`: from any place to any others, with the same digests.
 *
 * Nothing is tagged anywhere before every destination has all of the content.
 */
export async function copy(
  text: string,
  destinations: readonly string[],
  flags: CopyFlags,
  world: World,
): Promise<number> {
  const places = copyPlaces(text, destinations, flags, world);
  return await withReadingSession(flags, world, async (session) => {
    const { context, concurrency } = session;
    await using opened = new AsyncDisposableStack();
    const { source, targets } = await places.open(session, opened);
    const names = flags.allTags ? await allTags(source.store, session) : [source.name ?? DEFAULT_TAG];
    const graph = await readWhole(source.store, names, flags, session);
    const jobs = targets.map((target) => jobOf(source, target, graph, flags));
    await everyTarget("upload", jobs, (job) => checkDestination(job, session));
    const copied = await everyTarget("upload", jobs, async ({ url, store: destination, tags }) => ({
      url,
      copied: await copyGraph(graph, { source: source.store, destination, concurrency }, context),
      tags,
    }));
    await tagCopies(jobs, graph, session);

    for (const result of copied) sayCopied(result, session);
    const report = copyReport(source.store.url, copied);
    const format = flags.output ?? "text";
    world.stdout(format === "text" ? copyLines(report) : await formatOutput(report, format));
    return EXIT.done;
  }, { phase: "Copying", places: places.references });
}

async function allTags(store: StoreReader, { context }: ReadingSession): Promise<readonly string[]> {
  const tags = chosenTags(await Array.fromAsync(store.tags(context)), { all: true });
  const chosen = tags.filter((tag) => !REFERRERS_TAG_REGEXP.test(tag));
  if (chosen.length < tags.length) {
    context.log.debug(`${tags.length - chosen.length} tags hold lists of referrers: left out`);
  }
  if (chosen.length === 0) context.log.warn(`There are no tags in ${store.url}`);
  return chosen;
}

/** Reads what shall be copied: all of it, or nothing. */
async function readWhole(
  source: StoreReader,
  names: readonly string[],
  { referrers = false }: CopyFlags,
  { context, concurrency }: ReadingSession,
): Promise<ArtifactGraph> {
  const gaps: string[] = [];
  const onMissing = (gap: string): void => void gaps.push(gap);
  const graph = await readGraph(source, names, { referrers, concurrency, onMissing }, context);
  const lost = names.find((name) => !graph.roots.has(name));
  if (lost !== undefined) throw new NotFoundError(source.url, lost);
  if (gaps.length > 0) throw errorWithLines(`Cannot copy ${source.url}: not everything is there`, gaps);
  return graph;
}

function jobOf(
  { reference }: Opened<StoreReader>,
  { reference: to, store }: Opened<Store>,
  graph: ArtifactGraph,
  { allTags, force = false }: CopyFlags,
): CopyJob {
  const kept = reference.tag ?? (reference.digest === undefined ? DEFAULT_TAG : undefined);
  const tag = to.tag ?? (to.digest === undefined ? kept : undefined);
  const tags = new Map<Digest, readonly string[]>();
  for (const [name, { digest }] of graph.roots) {
    const named = allTags ? [name] : tag === undefined ? [] : [tag];
    tags.set(digest, [...tags.get(digest) ?? [], ...named]);
  }
  return { url: store.url, store, isArchive: to.kind === "oci-archive", digest: to.digest, tags, force };
}

/** Asked before the first byte goes anywhere. */
async function checkDestination(
  { url, store, digest: expected, tags, force }: CopyJob,
  { context, concurrency }: ReadingSession,
): Promise<void> {
  const pairs = [...tags].flatMap(([digest, names]) => names.map((name) => ({ digest, name })));
  for (const digest of tags.keys()) {
    if (expected === undefined || expected === digest) continue;
    throw new RangeError(`Cannot copy to ${url}@${expected}: the source's digest is ${digest}`);
  }
  if (force) return;
  await inParallel(pairs, concurrency, ({ name, digest }) => refuseToMove(store, name, digest, context));
}

function sayCopied({ url, copied, tags }: CopyResult, { context: { log } }: ReadingSession): void {
  const names = [...tags.values()].flat();
  const tagged = names.length === 0
    ? "no tag, by digest only"
    : names.length > 5
    ? `${names.length} tags`
    : `tagged ${names.join(", ")}`;
  log.info(`Copied to ${url}: ${tagged}, ${copied.uploaded} sent, ${copied.existing} there already`);
}
