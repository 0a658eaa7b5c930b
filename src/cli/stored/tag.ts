import { printedReference } from "../../oci/reference.ts";
import { tagStored } from "../../verbs/tag.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { sayResults } from "../output/result_line.ts";
import { parseGivenPlace } from "../places/pipes.ts";
import { withVerbOptions } from "../places/with_verb_options.ts";
import type { World } from "../world.ts";
import type { TagFlags } from "./commands.ts";

/** `gantry tag`: more names for what is there. */
export async function runTag(
  source: string,
  tags: readonly string[],
  flags: TagFlags,
  world: World,
): Promise<number> {
  const { force = false, output: format = "text" } = flags;
  const places = [parseGivenPlace(source)];
  return await withVerbOptions(flags, world, { phase: "Reading", places }, async (options) => {
    const result = await tagStored({ ...options, source, tags, force });
    sayResults(world, { quiet: flags.quiet, lines: [{ what: `Tagged ${result.tags.join(", ")}`, amounts: [] }] });
    world.stdout(format === "text" ? `${printedReference(result.url)}\n` : await formatOutput(result, format));
    return EXIT.done;
  });
}
