import { printedReference } from "../../oci/reference.ts";
import { attachStored } from "../../verbs/attach.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { parseGivenPlace } from "../places/pipes.ts";
import { withVerbOptions } from "../places/with_verb_options.ts";
import { machineOf } from "../machine.ts";
import type { World } from "../world.ts";
import { type AttachFlags, keylessOptions } from "./flags.ts";

/** `gantry attach`: says something of what was published. */
export async function runAttach(
  source: string,
  file: string,
  flags: AttachFlags,
  world: World,
): Promise<number> {
  const { key: keys = [], type, output: format = "text" } = flags;
  const keyless = keylessOptions(flags);
  const places = [parseGivenPlace(source)];
  return await withVerbOptions(flags, world, { phase: "Attaching", places }, async (options) => {
    const result = await attachStored({ ...options, source, file, type, keys, ...keyless, machine: machineOf(world) });
    world.stdout(format === "text" ? `${printedReference(result.url)}\n` : await formatOutput(result, format));
    return EXIT.done;
  });
}
