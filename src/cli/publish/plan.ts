import { plan as makePlan } from "../../pipeline/publish.ts";
import { tagNames } from "../../pipeline/tag.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { planReport, planText } from "./plan_report.ts";
import type { PublishFlags } from "./commands.ts";
import { stagesReport, stagesText } from "./stages_report.ts";
import { warnOfGaps, withPublishSession } from "./session.ts";
import type { World } from "../world.ts";

/** `gantry plan`: the pipeline without upload and tag. Contacts nobody and writes nothing but the plan. */
export async function plan(args: readonly string[], flags: PublishFlags, world: World): Promise<number> {
  return await withPublishSession(args, flags, { world, mode: "plan" }, async (session) => {
    const { settings, pipeline, context, profile, plugins } = session;
    const format = flags.output ?? "text";
    if (flags.stages) {
      const report = stagesReport(plugins);
      world.stdout(format === "text" ? stagesText(report) : await formatOutput(report, format));
      return EXIT.done;
    }
    const artifact = await makePlan({ location: settings.source }, pipeline, context);
    warnOfGaps(session, artifact);
    const tags = await tagNames(pipeline.tag, artifact, context);
    const report = planReport(artifact, { profile, targets: pipeline.upload, tags });
    world.stdout(format === "text" ? planText(report) : await formatOutput(report, format));
    if (flags.digestFile !== undefined) await Deno.writeTextFile(flags.digestFile, `${report.digest}\n`);
    return EXIT.done;
  });
}
