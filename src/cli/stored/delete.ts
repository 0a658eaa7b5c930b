import { formatReference, printedReference } from "../../oci/reference.ts";
import { deleteStored } from "../../verbs/delete.ts";
import { confirmed } from "../confirmed.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { parseGivenPlace } from "../places/pipes.ts";
import { withVerbOptions } from "../places/with_verb_options.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { DeleteFlags } from "./commands.ts";

/** `gantry delete`: takes away a tag, or a manifest with all of its tags. */
export async function runDelete(source: string, flags: DeleteFlags, world: World): Promise<number> {
  const { yes = false, output: format = "text" } = flags;
  const { prompt } = world;
  if (!yes && prompt === undefined) {
    throw new UsageError("Cannot ask whether to delete: there is no terminal, so say it with --yes");
  }
  const place = parseGivenPlace(source);
  return await withVerbOptions(flags, world, { phase: "Reading", places: [place] }, async (options) => {
    const result = await deleteStored({
      ...options,
      source,
      ...(yes || prompt === undefined ? {} : { confirm: ({ question }) => confirmed(question, prompt) }),
    });
    if (result === undefined) {
      options.log.info("Nothing was deleted");
      return EXIT.failed;
    }
    world.stdout(
      format === "text" ? `${printedReference(formatReference(place))}\n` : await formatOutput(result, format),
    );
    return EXIT.done;
  });
}
