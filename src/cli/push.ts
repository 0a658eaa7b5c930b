import { publish } from "../pipeline/publish.ts";
import { EXIT } from "./exit_code.ts";
import { plan } from "./plan.ts";
import { formatOutput } from "./format_output.ts";
import type { PublishFlags } from "./publish_flags.ts";
import { type PublishSession, warnOfGaps, withPublishSession } from "./publish_session.ts";
import { pushLines, type PushReport, pushReport } from "./push_report.ts";
import { UsageError } from "./usage_error.ts";
import type { World } from "./world.ts";

/** `gantry push`: the whole pipeline. */
export async function push(args: readonly string[], flags: PublishFlags, world: World): Promise<number> {
  if (flags.dryRun) return await plan(args, flags, world);
  return await withPublishSession(args, flags, world, async (session) => {
    if (session.settings.targets.length === 0) {
      throw new UsageError("There is no target: name one, such as oci://HOST/REPOSITORY or oci-layout:PATH");
    }
    const publication = await publish({ location: session.settings.source }, session.pipeline, session.context);
    warnOfGaps(session, publication);
    const report = pushReport(publication, session.settings);
    sayTags(report, session);
    await writeOutputs(report, flags, world);
    const format = flags.output ?? "text";
    world.stdout(format === "text" ? pushLines(report) : await formatOutput(report, format));
    return EXIT.done;
  });
}

function sayTags(report: PushReport, { log }: PublishSession): void {
  for (const { url, tags, uploaded, existing } of report.targets) {
    const names = tags.length === 0 ? "no tag, by digest only" : `tagged ${tags.join(", ")}`;
    log.info(`Published ${url}: ${names}, ${uploaded} sent, ${existing} there already`);
  }
}

async function writeOutputs(report: PushReport, flags: PublishFlags, world: World): Promise<void> {
  if (flags.digestFile !== undefined) await Deno.writeTextFile(flags.digestFile, `${report.digest}\n`);
  const outputs = world.env("GITHUB_OUTPUT");
  if (world.env("GITHUB_ACTIONS") === "true" && outputs !== undefined && outputs !== "") {
    const ref = report.url.replace(/^oci:\/\//, "");
    await Deno.writeTextFile(outputs, `digest=${report.digest}\nref=${ref}\n`, { append: true });
  }
}
