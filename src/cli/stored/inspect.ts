import { inspect, readManifest } from "../../verbs/inspect.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { parseGivenPlace } from "../places/pipes.ts";
import { withVerbOptions } from "../places/with_verb_options.ts";
import { OutputError } from "../process/text_writer.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { InspectFlags } from "./commands.ts";
import { inspectText } from "./inspect_text.ts";

/** `gantry inspect`: what was published, for people, for programs, or as it is. */
export async function runInspect(source: string, flags: InspectFlags, world: World): Promise<number> {
  const { raw, files = false, referrers = false, for: consumers = [], platform, output } = flags;
  if (raw && (output !== undefined || files || referrers || consumers.length > 0)) {
    throw new UsageError("Cannot print the raw manifest together with anything else");
  }
  const places = [parseGivenPlace(source)];
  return await withVerbOptions(flags, world, { phase: "Reading", places }, async (options) => {
    const named = { ...options, source, ...(platform === undefined ? {} : { platform }) };
    if (raw) {
      await printRaw(await readManifest(named), world);
      return EXIT.done;
    }
    const result = await inspect({ ...named, files, referrers, consumers });
    const format = output ?? "text";
    world.stdout(format === "text" ? inspectText(result, world) : await formatOutput(result, format));
    return EXIT.done;
  });
}

/** Prints every byte as it is, so that the digest of what is printed is the manifest's; but not on a terminal. */
async function printRaw(bytes: Uint8Array<ArrayBuffer>, world: World): Promise<void> {
  const write = world.takeStdout();
  if (write === undefined) return world.stdout(new TextDecoder().decode(bytes));
  await write(bytes).catch((cause) => {
    throw new OutputError("standard output", cause);
  });
}
