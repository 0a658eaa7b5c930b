import { basename } from "node:path";
import { formatRepository, localPath, printedReference, type Reference } from "../../oci/reference.ts";
import { pull, type PullResult } from "../../verbs/pull.ts";
import { counted } from "../../work/amounts.ts";
import { shellLine } from "../habits/shell_line.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { type ResultLine, sayResults, stopwatch } from "../output/result_line.ts";
import { isStandardOutput, parseGivenPlace, takeOutput } from "../places/pipes.ts";
import { withVerbOptions } from "../places/with_verb_options.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { PullFlags } from "./commands.ts";

/**
 * `gantry pull`: an artifact becomes files.
 *
 * @param directory Where they go; absent when a layer is saved as it is.
 */
export async function runPull(
  source: string,
  directory: string | undefined,
  flags: PullFlags,
  world: World,
): Promise<number> {
  const place = parseGivenPlace(source);
  const { outputArchive, layerType, output: format = "text", ...rules } = flags;
  if (directory === undefined && outputArchive === undefined) throw noDirectory(source, place);
  const isPiped = directory === undefined && outputArchive !== undefined && isStandardOutput(outputArchive);
  const write = isPiped ? takeOutput(world, "--output-archive -") : undefined;
  const phase = localPath(place) === undefined ? "Downloading" : "Reading";
  const time = stopwatch();
  return await withVerbOptions(flags, world, { phase, places: [place] }, async (options) => {
    const result = await pull({
      ...rules,
      ...options,
      source,
      ...(directory === undefined ? {} : { directory }),
      ...(outputArchive === undefined ? {} : { outputArchive }),
      ...(write === undefined ? {} : { output: write }),
      ...(layerType === undefined ? {} : { layerTypes: layerType }),
    });
    sayResults(world, { quiet: flags.quiet, lines: [resultLine(result, time())] });
    world.stdout(format === "text" ? `${printedReference(result.url)}\n` : await formatOutput(result, format));
    return EXIT.done;
  });
}

function noDirectory(source: string, place: Reference): UsageError {
  const from = localPath(place)?.replace(/\.tar$/, "") ?? formatRepository(place);
  const name = basename(from) || "artifact";
  return new UsageError("There is no directory: name one, or a file with --output-archive", {
    hints: [`type \`${shellLine(["gantry", "pull", source, `./${name}`])}\``],
  });
}

function resultLine({ output, written, unchanged }: PullResult, time: string): ResultLine {
  const same = unchanged === 0 ? [] : [`${unchanged} there already`];
  return { what: "Pulled", where: output, amounts: [`${counted(written, "file")} written`, ...same, time] };
}
