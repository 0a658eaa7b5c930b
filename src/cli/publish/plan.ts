import { planConfigured, planStagesConfigured } from "../../verbs/plan.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import type { World } from "../world.ts";
import type { PublishFlags } from "./commands.ts";
import { planText, stagesText } from "./plan_text.ts";
import { withPublishOptions } from "./publish_options.ts";

/** `gantry plan`: the pipeline without upload and tag. Contacts nobody, and writes nothing but the plan and the cache. */
export async function runPlan(args: readonly string[], flags: PublishFlags, world: World): Promise<number> {
  const format = flags.output ?? "text";
  return await withPublishOptions(args, flags, world, async (options) => {
    if (flags.stages) {
      const stages = await planStagesConfigured(options);
      world.stdout(format === "text" ? stagesText(stages) : await formatOutput(stages, format));
      return EXIT.done;
    }
    const result = await planConfigured(options);
    world.stdout(format === "text" ? planText(result) : await formatOutput(result, format));
    if (flags.digestFile !== undefined) await Deno.writeTextFile(flags.digestFile, `${result.digest}\n`);
    return EXIT.done;
  });
}
