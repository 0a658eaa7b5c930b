import type { NamedConsumer } from "../../consumers/consumers.ts";
import { type CustomStep, withStep } from "../../pipeline/flow.ts";
import type { Pipeline } from "../../pipeline/publish.ts";
import { tagNames, tagsOfTarget } from "../../pipeline/tag.ts";
import type { Artifact } from "../../pipeline/values.ts";
import type { Context } from "../../work/context.ts";
import type { SigningSettings } from "./planned_signatures.ts";
import { RefusedError } from "./refused_error.ts";

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

/**
 * Lets a pipeline stop before it contacts anybody when somebody would refuse what was packed.
 *
 * @returns The pipeline with a step more, which throws a {@linkcode RefusedError}.
 */
export function refuseRefused(
  pipeline: Pipeline,
  consumers: readonly NamedConsumer[],
  settings: SigningSettings,
): Pipeline {
  if (consumers.length === 0) return pipeline;
  const check: CustomStep<Artifact> = {
    name: "consumers",
    async run(artifact, context): Promise<Artifact> {
      // Most pushes ask nobody.
      const { judge } = await import("../../consumers/judge.ts");
      const { plannedArtifact } = await import("./planned_artifact.ts");
      const { plannedSignatures } = await import("./planned_signatures.ts");
      const tags = await plannedTags(pipeline, artifact, context);
      const plans = { tags, ...plannedSignatures(settings) };
      const verdicts = judge(await plannedArtifact(artifact, plans, context), consumers);
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
  return { ...pipeline, custom: withStep(pipeline.custom ?? {}, { after: "annotate", step: check }) };
}
