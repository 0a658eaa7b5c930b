import { isReference } from "../../oci/reference.ts";
import { PUBLISHING } from "../../options/publishing.ts";
import { diffConfigured } from "../../verbs/diff.ts";
import type { DiffResult } from "../../verbs/diff/diff_result.ts";
import { givenOptions } from "../declare_options.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { parseGivenPlace } from "../places/pipes.ts";
import { withVerbOptions } from "../places/with_verb_options.ts";
import { readConfiguration } from "../config/read_configuration.ts";
import { machineOf } from "../machine.ts";
import type { World } from "../world.ts";
import type { DiffFlags } from "./commands.ts";
import { diffText } from "./diff_text.ts";

const DEFAULT_CONTEXT = 3;

/** `gantry diff`: what differs between two artifacts, or between one and what a push would make of a directory. */
export async function runDiff(a: string, b: string, flags: DiffFlags, world: World): Promise<number> {
  const { quiet = false, text, platform, output: format = "text" } = flags;
  // Nobody reads the lines when nothing is printed.
  const unified = quiet ? undefined : flags.unified ?? (text ? DEFAULT_CONTEXT : undefined);
  const places = [a, b].filter((each) => isReference(each)).map(parseGivenPlace);
  return await withVerbOptions(flags, world, { phase: "Reading", places }, async (options) => {
    const { log } = options;
    const result = await diffConfigured({
      ...givenOptions(PUBLISHING, { ...flags }),
      ...options,
      a,
      b,
      ...(unified === undefined ? {} : { unified }),
      ...(platform === undefined ? {} : { platform }),
      configuration: (directory) => readConfiguration(directory, flags, { world, log }),
      machine: machineOf(world),
    });
    if (!quiet) {
      world.stdout(format === "text" ? diffText(result, world.screen?.columns()) : await formatOutput(result, format));
    }
    // Said to people alone: to a script silence is the answer.
    const untold = result.same && world.terminal !== undefined ? untoldDifference(result) : undefined;
    if (untold !== undefined) log.info(untold);
    // A difference is no failure, but scripts ask for it in the same way as of every other diff.
    return result.same ? EXIT.done : EXIT.failed;
  });
}

/** Digests may differ where nothing does that is compared: who was told that they do wants to know why. */
function untoldDifference({ a, b }: DiffResult): string | undefined {
  const artifacts = [a, b].filter((each) => isReference(each));
  if (artifacts.length === 1) {
    return "The files are the same; annotations and packing are not compared with a directory, and may differ";
  }
  const digests = new Set(artifacts.map((each) => each.slice(each.lastIndexOf("@"))));
  return digests.size > 1
    ? "Files, annotations and types are the same; the digests differ by what is not compared, such as packing"
    : undefined;
}
