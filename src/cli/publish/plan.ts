import { planConfigured, planStagesConfigured } from "../../verbs/plan.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import type { ConfiguredOptions } from "../../verbs/publish/publish_options.ts";
import { createProgress } from "../output/progress.ts";
import type { World } from "../world.ts";
import type { PublishFlags } from "./commands.ts";
import { planText, stagesText } from "./plan_text.ts";
import { publishOptions } from "./publish_options.ts";

/** `gantry plan`: the pipeline without upload and tag. Contacts nobody, and writes nothing but the plan and the cache. */
export async function runPlan(args: readonly string[], flags: PublishFlags, world: World): Promise<number> {
  const format = flags.output ?? "text";
  if (flags.stages) {
    const stages = await planned(planStagesConfigured);
    world.stdout(format === "text" ? stagesText(stages) : await formatOutput(stages, format));
    return EXIT.done;
  }
  const result = await planned(planConfigured);
  world.stdout(format === "text" ? planText(result) : await formatOutput(result, format));
  if (flags.digestFile !== undefined) await Deno.writeTextFile(flags.digestFile, `${result.digest}\n`);
  return EXIT.done;

  async function planned<Result>(verb: (options: ConfiguredOptions) => Promise<Result>): Promise<Result> {
    using progress = createProgress(world);
    return await verb(await publishOptions(args, flags, { world, progress }));
  }
}
