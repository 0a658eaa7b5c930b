import { planConfigured, planFilesConfigured, type PlannedFiles, planStagesConfigured } from "../../verbs/plan.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import type { ConfiguredOptions } from "../../verbs/publish/publish_options.ts";
import { createProgress } from "../output/progress.ts";
import type { World } from "../world.ts";
import type { PublishFlags } from "./commands.ts";
import { contentText, filesText, planText, stagesText } from "./plan_text.ts";
import { optionsFromFlags } from "./options_from_flags.ts";

/**
 * `gantry plan`: the pipeline without upload and tag. It contacts no registry, and writes only the plan and the cache.
 */
export async function runPlan(
  source: string | undefined,
  targets: readonly string[],
  flags: PublishFlags,
  world: World,
): Promise<number> {
  const format = flags.output ?? "text";
  if (flags.stages) {
    const stages = await planned(planStagesConfigured);
    world.stdout(format === "text" ? stagesText(stages) : await formatOutput(stages, format));
    return EXIT.done;
  }
  if (flags.digest === false) {
    const files = await planned(planFilesConfigured);
    world.stdout(format === "text" ? filesText(files, world) : await formatOutput(files, format));
    return EXIT.done;
  }
  // Who looks at a terminal need not wait for gigabytes to be packed before the first line is there.
  let early: PlannedFiles | undefined;
  const tell = format !== "text" || world.screen === undefined ? undefined : (files: PlannedFiles): void => {
    early = files;
    world.stdout(filesText(files, world));
  };
  const result = await planned((options) => planConfigured(options, tell));
  if (format !== "text") world.stdout(await formatOutput(result, format));
  else {world.stdout(
      early === undefined || isOther(early, result) ? planText(result, world) : contentText(result, world, result),
    );}
  if (flags.digestFile !== undefined) await Deno.writeTextFile(flags.digestFile, `${result.digest}\n`);
  return EXIT.done;

  async function planned<Result>(verb: (options: ConfiguredOptions) => Promise<Result>): Promise<Result> {
    using progress = createProgress(world);
    return await verb(await optionsFromFlags({ source, targets }, flags, { world, progress }));
  }
}

/** A step before the archive may have changed what was shown. */
function isOther({ files, dropped }: PlannedFiles, then: PlannedFiles): boolean {
  return JSON.stringify([files, dropped]) !== JSON.stringify([then.files, then.dropped]);
}
