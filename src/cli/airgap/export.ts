import type { ByteWriter } from "../../layout/tar/unnamed.ts";
import { isLayoutReference, isPiped, type Reference, withoutScheme } from "../../oci/reference.ts";
import { parsePipedPlace } from "../../places/open_store.ts";
import { exportBundle } from "../../verbs/export.ts";
import type { ExportResult } from "../../verbs/export/export_result.ts";
import { counted, formatBytes } from "../../work/amounts.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { type ResultLine, sayResults, stopwatch } from "../output/result_line.ts";
import { parseGivenPlace, takeOutput } from "../places/pipes.ts";
import { withVerbOptions } from "../places/with_verb_options.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { ExportFlags } from "./commands.ts";

/** `gantry export`: artifacts from any repositories, each with everything that refers to it, into one layout. */
export async function runExport(references: readonly string[], flags: ExportFlags, world: World): Promise<number> {
  const { withoutReferrers = false, volumeSize, have, output: format = "text" } = flags;
  const sources = references.slice(0, -1);
  const target = references.at(-1) ?? "";
  const destination = parsePipedPlace(target);
  if (sources.length === 0 && isLayoutReference(destination)) {
    throw new UsageError(`There is nothing to export to ${target}: name what to export, and the layout last`);
  }
  const places = sources.map(parseGivenPlace);
  const output = outputOf(destination, flags, world);
  const time = stopwatch();
  return await withVerbOptions(flags, world, { phase: "Exporting", places }, async (options) => {
    const result = await exportBundle({
      ...options,
      sources,
      target,
      withoutReferrers,
      ...(volumeSize === undefined ? {} : { volumeSize }),
      ...(have === undefined ? {} : { have }),
      ...(output === undefined ? {} : { output }),
    });
    sayResults(world, { quiet: flags.quiet, lines: [resultLine(result, time())] });
    world.stdout(format === "text" ? exportLines(result) : await formatOutput(result, format));
    return EXIT.done;
  });
}

/** Standard output is taken only for an export that will be tried: the others say there what is wrong. */
function outputOf(destination: Reference, { volumeSize }: ExportFlags, world: World): ByteWriter | undefined {
  const isNamed = destination.tag !== undefined || destination.digest !== undefined;
  return isPiped(destination) && volumeSize === undefined && !isNamed ? takeOutput(world) : undefined;
}

/** One line for each artifact: `HOST/REPOSITORY@sha256:…`. */
function exportLines({ artifacts }: ExportResult): string {
  return artifacts.map(({ origin, digest }) => `${origin}@${digest}\n`).join("");
}

function resultLine(result: ExportResult, time: string): ResultLine {
  const { url, artifacts, uploaded, bytesSent, omitted, total } = result;
  const referrers = artifacts.reduce((sum, each) => sum + each.referrers + each.companions, 0);
  return {
    what: "Exported",
    where: withoutScheme(url),
    amounts: [
      counted(artifacts.length, "artifact"),
      artifacts.every(({ withoutReferrers }) => withoutReferrers) ? "no referrers" : counted(referrers, "referrer"),
      `${formatBytes(bytesSent)} written`,
      ...(total > artifacts.length ? [`${total} artifacts in the bundle`] : []),
      ...(omitted.count === 0 ? [] : [`${counted(omitted.count, "blob")} left out (${formatBytes(omitted.bytes)})`]),
      counted(uploaded, "blob"),
      time,
    ],
  };
}
