import { judge } from "../../consumers/judge.ts";
import type { NamedConsumer } from "../../consumers/consumers.ts";
import { OptionsError } from "../../options/options_error.ts";
import type { CustomStep } from "../../pipeline/flow.ts";
import type { Pipeline } from "../../pipeline/publish.ts";
import { tagNames, tagsOfTarget } from "../../pipeline/tag.ts";
import type { Artifact } from "../../pipeline/values.ts";
import type { Context } from "../../work/context.ts";
import { plannedArtifact } from "./planned_artifact.ts";

/** Every tag that an artifact would get in some target, each once. */
export async function plannedTags(
  pipeline: Pipeline,
  artifact: Artifact,
  context: Context,
): Promise<readonly string[]> {
  const names = await tagNames(pipeline.tag, artifact, context);
  const all = pipeline.upload.length === 0 ? names : pipeline.upload.flatMap((target) => tagsOfTarget(target, names));
  return [...new Set(all.map(({ name }) => name))];
}

/** Why a consumer would refuse what was packed. */
export interface ConsumerRefusal {
  /** Who was asked for, such as `flux`. */
  readonly consumer: string;
  /** A sentence. */
  readonly reason: string;
  /** What to change, a sentence. */
  readonly change: string;
}

/** Somebody who has to accept an artifact would refuse it. Nothing was contacted. */
export class RefusedError extends OptionsError {
  /** Each refusal on its own; a consumer may have several. */
  readonly refusals: readonly ConsumerRefusal[];

  /** Says all of it. */
  constructor(refusals: readonly ConsumerRefusal[]) {
    const problems = refusals.map(refusalMessage);
    const hints = refusals.map(({ consumer, change }) =>
      `for ${consumer}: ${change.charAt(0).toLowerCase()}${change.slice(1)}`
    );
    super(problems.join("\n"), { problems, hints });
    this.refusals = refusals;
  }
}

/** Says one refusal. */
export function refusalMessage({ consumer, reason }: Pick<ConsumerRefusal, "consumer" | "reason">): string {
  return `Cannot publish it for ${consumer}: ${reason}`;
}

/**
 * Lets a pipeline stop before it contacts anybody when somebody would refuse what was packed.
 *
 * @returns The pipeline with a step more, which throws a {@linkcode RefusedError}.
 */
export function refuseRefused(pipeline: Pipeline, consumers: readonly NamedConsumer[]): Pipeline {
  if (consumers.length === 0) return pipeline;
  const check: CustomStep<Artifact> = {
    name: "consumers",
    async run(artifact, context): Promise<Artifact> {
      const tags = await plannedTags(pipeline, artifact, context);
      const verdicts = judge(await plannedArtifact(artifact, tags, context), consumers);
      for (const { consumer, notes } of verdicts) {
        for (const text of notes) context.log.info(`For ${consumer}: ${text}`);
      }
      const refusals = verdicts.flatMap(({ consumer, refusals }) =>
        refusals.map((refusal) => ({ consumer, ...refusal }))
      );
      if (refusals.length === 0) return artifact;
      throw new RefusedError(refusals);
    },
  };
  const { before, after } = pipeline.custom ?? {};
  const annotate = [...after?.annotate ?? [], check];
  return { ...pipeline, custom: { ...(before && { before }), after: { ...after, annotate } } };
}
