import { formatReference, printedReference } from "../../oci/reference.ts";
import { deleteStored } from "../../verbs/delete.ts";
import { asking } from "../asking.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { parseGivenPlace } from "../places/pipes.ts";
import { withVerbOptions } from "../places/with_verb_options.ts";
import type { World } from "../world.ts";
import type { DeleteFlags } from "./commands.ts";

/** `gantry delete`: takes away a tag, or a manifest with all of its tags. */
export async function runDelete(source: string, flags: DeleteFlags, world: World): Promise<number> {
  const { output: format = "text" } = flags;
  const place = parseGivenPlace(source);
  const ask = asking(world, "delete", flags);
  return await withVerbOptions(flags, world, { phase: "Reading", places: [place] }, async (options) => {
    const result = await deleteStored({ ...options, source, confirm: ({ question }) => ask(question) });
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
