/**
 * The whole program: a source becomes an artifact, and the artifact becomes visible under its tags.
 */
import { annotate, type Describe } from "./annotate.ts";
import { archive } from "./archive.ts";
import { collect } from "./collect.ts";
import type { Context } from "../work/context.ts";
import { filter } from "./filter.ts";
import { type CustomSteps, stageRunner } from "./flow.ts";
import type { ReadyPlugin } from "./ready_plugin.ts";
import { tag } from "./tag.ts";
import type { Target } from "./target.ts";
import { upload } from "./upload.ts";
import type { Artifact, Publication, Selected, Source } from "./values.ts";
import { messageOf } from "../work/message_of.ts";

/** The plugins of each stage, in their order. */
export interface Pipeline {
  /** What finds entries. */
  readonly collect: readonly ReadyPlugin<"collect">[];
  /** What leaves some out, one after the other. */
  readonly filter: readonly ReadyPlugin<"filter">[];
  /** What makes config and layers. */
  readonly archive: ReadyPlugin<"archive">;
  /** What knows annotations, the first one first. */
  readonly annotate: readonly ReadyPlugin<"annotate">[];
  /** What writes annotations into the config; nothing when left out. */
  readonly describe?: Describe;
  /** Where it goes. */
  readonly upload: readonly Target[];
  /** What names tags. */
  readonly tag: readonly ReadyPlugin<"tag">[];
  /** The user's own steps around the stages. */
  readonly custom?: CustomSteps;
}

/**
 * Makes the artifact and contacts no registry: the digest is the one that {@linkcode publish} will have.
 *
 * @throws {StageError} Says in which stage it failed.
 */
export async function planArtifact(source: Source, pipeline: Pipeline, context: Context): Promise<Artifact> {
  const run = stageRunner(pipeline.custom ?? {}, context);
  const selected = await selectEntries(source, pipeline, context);
  const packed = await run("archive", selected, archive(pipeline.archive));
  return await run("annotate", packed, annotate(pipeline.annotate, pipeline.describe));
}

/**
 * Finds what the artifact will hold, and packs nothing of it.
 *
 * @throws {StageError} Says in which stage it failed.
 */
export async function selectEntries(source: Source, pipeline: Pipeline, context: Context): Promise<Selected> {
  const run = stageRunner(pipeline.custom ?? {}, context);
  const collected = await run("collect", source, collect(pipeline.collect));
  return await run("filter", collected, filter(pipeline.filter));
}

/**
 * Makes the artifact, brings it to every target, and only then lets tags point to it.
 *
 * @throws {StageError} Says in which stage it failed. Unless it was `tag`, no tag points to the artifact anywhere.
 */
export async function publish(source: Source, pipeline: Pipeline, context: Context): Promise<Publication> {
  return await publishArtifact(await planArtifact(source, pipeline, context), pipeline, context);
}

/**
 * Brings an artifact that {@linkcode planArtifact} has made to every target, and only then lets tags point to it.
 *
 * @throws {StageError} Says in which stage it failed. Unless it was `tag`, no tag points to the artifact anywhere.
 */
export async function publishArtifact(artifact: Artifact, pipeline: Pipeline, context: Context): Promise<Publication> {
  const run = stageRunner(pipeline.custom ?? {}, context);
  try {
    const uploaded = await run(
      "upload",
      artifact,
      upload(pipeline.upload, pipeline.tag, { areTagsNext: areTagsNext(pipeline) }),
    );
    return await run("tag", uploaded, tag(pipeline.upload));
  } finally {
    await discardAll(pipeline.upload, context);
  }
}

/** Whether nothing stands between the upload and the tags: no other target that may fail, and no step of the user's. */
function areTagsNext({ upload, custom }: Pipeline): boolean {
  const between = [...custom?.after?.upload ?? [], ...custom?.before?.tag ?? []];
  return upload.length === 1 && between.length === 0;
}

/** What could not be discarded is a nuisance: it neither hides why a publication failed nor makes a good one fail. */
async function discardAll(targets: readonly Target[], context: Context): Promise<void> {
  for (const target of targets) {
    try {
      await target.discard(context);
    } catch (error) {
      context.log.warn(`Cannot clean up ${target.url}: ${messageOf(error)}`);
    }
  }
}
