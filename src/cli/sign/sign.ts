import { printedReference } from "../../oci/reference.ts";
import { signStored } from "../../verbs/sign.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { parseGivenPlace } from "../places/pipes.ts";
import { withVerbOptions } from "../places/with_verb_options.ts";
import { machineOf } from "../machine.ts";
import type { World } from "../world.ts";
import { UsageError } from "../usage_error.ts";
import { keylessOptions, type SignFlags } from "./flags.ts";

/** `gantry sign`: signs what was published. */
export async function runSign(source: string, flags: SignFlags, world: World): Promise<number> {
  const { key: keys = [], signFormat, output: format = "text" } = flags;
  const keyless = keylessOptions(flags);
  if (keys.length === 0 && !keyless.keyless) {
    throw new UsageError("Nobody signs: name a key with --key, or sign without one by --keyless");
  }
  const places = [parseGivenPlace(source)];
  return await withVerbOptions(flags, world, { phase: "Signing", places }, async (options) => {
    const result = await signStored({
      ...options,
      source,
      keys,
      ...keyless,
      ...(signFormat === undefined ? {} : { signFormat }),
      machine: machineOf(world),
    });
    world.stdout(format === "text" ? `${printedReference(result.url)}\n` : await formatOutput(result, format));
    return EXIT.done;
  });
}
