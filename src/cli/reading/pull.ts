import { DEFAULT_EXTRACTION_RULES, type ExtractionRules } from "../../extract/extraction_rules.ts";
import { pullArtifact, type PulledArtifact } from "../../extract/pull_artifact.ts";
import { saveLayer } from "../../extract/save_layer.ts";
import { printedReference } from "../../oci/reference.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { isStandardOutput, meantName, openReader, parsePlace, takeOutput } from "../places/open_store.ts";
import { type ReadingSession, withReadingSession } from "../places/session.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { PullFlags } from "./commands.ts";
import { pullReport } from "./pull_report.ts";

/**
 * `gantry pull`: an artifact becomes files.
 *
 * @param directory Where they go; absent when a layer is saved as it is.
 */
export async function pull(
  text: string,
  directory: string | undefined,
  flags: PullFlags,
  world: World,
): Promise<number> {
  const output = outputOf(directory, flags);
  const write = flags.outputArchive !== undefined && isStandardOutput(output)
    ? takeOutput(world, "--output-archive -")
    : undefined;
  const place = parsePlace(text);
  return await withReadingSession(flags, world, async (session) => {
    const { access, context } = session;
    const opened = openReader(text, access);
    await using store = opened.store;
    const options = {
      name: await meantName(opened, context),
      rules: rulesOf(flags),
      ...(flags.platform === undefined ? {} : { platform: flags.platform }),
      ...(flags.layerType === undefined ? {} : { layerTypes: flags.layerType }),
    };
    const pulled = flags.outputArchive === undefined
      ? await pullArtifact(store, { ...options, directory: output, concurrency: session.concurrency }, context)
      : await saveLayer(store, { ...options, file: output, ...(write === undefined ? {} : { write }) }, context);
    sayCounts(pulled, output, session);
    const report = pullReport(pulled, store.url, output);
    const format = flags.output ?? "text";
    world.stdout(
      format === "text" ? `${printedReference(report.url)}\n` : await formatOutput(report, format),
    );
    return EXIT.done;
  }, { phase: place.kind === "registry" ? "Downloading" : "Reading", places: [place] });
}

function outputOf(directory: string | undefined, { outputArchive }: PullFlags): string {
  if (directory !== undefined && outputArchive !== undefined) {
    throw new UsageError("Cannot extract to a directory and save an archive at once: name one of them");
  }
  const output = directory ?? outputArchive;
  if (output === undefined || output === "") {
    throw new UsageError("There is no directory: name one, or a file with --output-archive");
  }
  return output;
}

function rulesOf(flags: PullFlags): ExtractionRules {
  return {
    maxSize: flags.maxSize ?? DEFAULT_EXTRACTION_RULES.maxSize,
    maxEntries: flags.maxEntries ?? DEFAULT_EXTRACTION_RULES.maxEntries,
    maxRatio: flags.maxRatio ?? DEFAULT_EXTRACTION_RULES.maxRatio,
    maxPathLength: flags.maxPathLength ?? DEFAULT_EXTRACTION_RULES.maxPathLength,
    maxDepth: flags.maxDepth ?? DEFAULT_EXTRACTION_RULES.maxDepth,
    names: flags.names ?? DEFAULT_EXTRACTION_RULES.names,
    ...(flags.symlinks === undefined ? {} : { links: flags.symlinks }),
    overwrite: flags.overwrite ?? DEFAULT_EXTRACTION_RULES.overwrite,
  };
}

function sayCounts({ written, unchanged }: PulledArtifact, output: string, { context: { log } }: ReadingSession): void {
  const same = unchanged === 0 ? "" : `, ${unchanged} there already`;
  log.info(`Pulled to ${output}: ${written} ${written === 1 ? "file" : "files"} written${same}`);
}
