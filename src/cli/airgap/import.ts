import { checkOutputPlace, writeOutput } from "../../system/output_place.ts";
import { importBundle, repositoriesOf } from "../../verbs/import.ts";
import { type ImportPlanResult, type ImportResult, referrerCount } from "../../verbs/import/import_result.ts";
import type { PlannedImport } from "../../verbs/import/import_options.ts";
import { isPiped } from "../../oci/reference.ts";
import { parsePipedPlace } from "../../places/open_store.ts";
import { formatRegistryPlace, parseRegistryPlace } from "../../places/registry_place.ts";
import { counted, formatBytes } from "../../work/amounts.ts";
import { asking } from "../asking.ts";
import { addStepSummary, type StepSummary } from "../ci/step_summary.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { type ResultLine, sayResults, stopwatch, transferred } from "../output/result_line.ts";
import { table } from "../output/table.ts";
import { takeInput } from "../places/pipes.ts";
import { withVerbOptions } from "../places/with_verb_options.ts";
import type { World } from "../world.ts";
import type { ImportFlags } from "./commands.ts";
import { importPlanText } from "./import_plan_text.ts";

/** `gantry import`: a bundle becomes a part of a registry. */
export async function runImport(source: string, target: string, flags: ImportFlags, world: World): Promise<number> {
  const { map, force = false, dryRun = false, receipt, output: format = "text" } = flags;
  const isFromPipe = isPiped(parsePipedPlace(source));
  if (isFromPipe) takeInput(flags, world);
  const place = parseRegistryPlace(target);
  // An import takes nothing away: where nobody can be asked it goes ahead, as a push does.
  const ask = asking(world, "import", { yes: flags.yes || dryRun || world.prompt === undefined });
  const time = stopwatch();
  return await withVerbOptions(flags, world, { phase: "Importing", places: [place] }, async (options) => {
    const result = await importBundle({
      ...options,
      source,
      ...(isFromPipe ? { input: world.stdin } : {}),
      target,
      force,
      ...(map === undefined ? {} : { map }),
      confirm: dryRun ? show : agree,
    });
    if (dryRun) {
      options.log.info("Dry run: nothing was changed");
      return EXIT.done;
    }
    if (result === undefined) {
      options.log.info("Nothing was sent");
      return EXIT.failed;
    }
    sayResults(world, { quiet: flags.quiet, lines: [resultLine(result, time())] });
    await addStepSummary(summaryOf(result), world);
    world.stdout(format === "text" ? importLines(result) : await formatOutput(result, format));
    if (receipt !== undefined) {
      await writeOutput(receipt, new TextEncoder().encode(await formatOutput(result, "json")), world.signal);
    }
    return EXIT.done;

    async function show({ rows, result }: PlannedImport): Promise<false> {
      const text = (): string =>
        world.screen === undefined ? table(rows) : importPlanText(result, world.screen.columns());
      world.stdout(format === "text" ? text() : await formatOutput(result, format));
      return false;
    }

    async function agree({ rows, result, hasConflict }: PlannedImport): Promise<boolean> {
      options.log.info(
        (world.terminal === undefined ? table(rows) : importPlanText(result, world.terminal.columns())).trimEnd(),
      );
      if (hasConflict) return true;
      const question = `Import ${counted(result.artifacts.length, "artifact")} to ${formatRegistryPlace(place)}?`;
      if (!await ask(question)) return false;
      // When everything is tagged it would be too late: a second import no longer knows what the first one moved.
      if (receipt !== undefined) await checkOutputPlace(receipt);
      return true;
    }
  });
}

/** One line for each artifact: `HOST/REPOSITORY@sha256:…`. */
function importLines({ artifacts }: ImportPlanResult): string {
  return artifacts.map(({ repository, digest }) => `${repository}@${digest}\n`).join("");
}

function summaryOf({ artifacts }: ImportResult): StepSummary {
  return {
    title: "Imported",
    columns: ["target", "tags", "digest", "size", "from"],
    rows: artifacts.map(({ repository, tags, digest, size, origin }) => [
      repository,
      tags.map(({ tag }) => tag).join(", ") || "none",
      digest,
      formatBytes(size),
      origin,
    ]),
  };
}

function resultLine({ artifacts, ...sent }: ImportResult, time: string): ResultLine {
  const referrers = artifacts.reduce((sum, each) => sum + referrerCount(each), 0);
  return {
    what: `Imported ${counted(artifacts.length, "artifact")} and ${counted(referrers, "referrer")}`,
    where: repositoriesOf(artifacts),
    amounts: [...transferred(sent), time],
  };
}
