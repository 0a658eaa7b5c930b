import type { Digest } from "../../oci/digest.ts";
import { StageError } from "../../pipeline/stage_error.ts";
import { everyTarget, TargetsError } from "../../pipeline/target.ts";
import { ConnectionError } from "../../registry/http/transport.ts";
import { tagGraph } from "../../store/copy.ts";
import type { ArtifactGraph } from "../../store/graph.ts";
import type { Store } from "../../store/store.ts";
import type { Context } from "../../work/context.ts";
import { inParallel } from "../../work/together.ts";
import { PartlyTaggedError } from "./partly_tagged_error.ts";
import type { Session } from "../session.ts";

/** What becomes of one destination of a copy. */
export interface CopyJob {
  readonly url: string;
  readonly store: Store;
  /** The digest that the user expects. */
  readonly digest: Digest | undefined;
  /** The tags of what was asked for. */
  readonly tags: ReadonlyMap<Digest, readonly string[]>;
  /** Whether a tag may move that is a version. */
  readonly force: boolean;
  /** Asks whether it can be done, where that is more than a look at each tag. */
  readonly check?: (context: Context) => Promise<void>;
  /** Lists all that was copied, where that is more than its tags. */
  readonly list?: (context: Context) => Promise<void>;
}

/**
 * Sets the tags in every destination. What shows everything at once by its commit is written before: there it can still
 * fail when nothing is tagged anywhere.
 *
 * @throws {StageError} Of stage `tag`, when some tags are set and others are not.
 * @throws {TargetsError} When no tag is set anywhere.
 */
export async function tagCopies(
  jobs: readonly CopyJob[],
  graph: ArtifactGraph,
  { concurrency, context }: Session,
): Promise<void> {
  await everyTarget("upload", jobs.filter(({ store }) => store.shownBy === "commit"), async (job) => {
    await tag(job);
    await job.store.prepare(context);
  });
  try {
    await everyTarget("tag", jobs, finish);
  } catch (error) {
    throw withStage(error);
  }

  async function finish(job: CopyJob): Promise<void> {
    const { store } = job;
    try {
      if (store.shownBy === "tag") await tag(job);
      await store.commit(context);
    } catch (error) {
      const set = await tagsSetAnyway(job, error);
      throw set.length === 0 ? error : new PartlyTaggedError(set, error);
    }
  }

  async function tag({ store: destination, tags, force, list }: CopyJob): Promise<void> {
    if (list === undefined) await tagGraph(graph, tags, { destination, concurrency, force }, context);
    else await list(context);
  }

  /** Asks which tags are set in spite of an error: what was cancelled may be done. */
  async function tagsSetAnyway({ store, tags }: CopyJob, error: unknown): Promise<readonly string[]> {
    if (store.shownBy === "commit" || error instanceof ConnectionError || context.signal.aborted) return [];
    const pairs = [...tags].flatMap(([digest, names]) => names.map((name) => ({ digest, name })));
    try {
      const found = await inParallel(pairs, concurrency, async ({ digest, name }) => {
        return (await store.resolve(name, context))?.digest === digest ? [name] : [];
      });
      return found.flat();
    } catch {
      return [];
    }
  }
}

function withStage(error: unknown): unknown {
  if (!(error instanceof TargetsError)) return error;
  const isPartly = error.errors.some((each) => each instanceof StageError && each.cause instanceof PartlyTaggedError);
  return error.done.length > 0 || isPartly ? new StageError("tag", undefined, error) : error;
}
