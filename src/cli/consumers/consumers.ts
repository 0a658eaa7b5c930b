import { loadConsumers } from "../../consumers/consumers.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput, type OutputFormat } from "../output/format_output.ts";
import { table } from "../output/table.ts";
import type { World } from "../world.ts";

/** The flags of `consumers`, as they were given; what was not given is absent. */
export interface ConsumersFlags {
  readonly output?: OutputFormat;
}

/** Somebody who can be asked for, as `gantry consumers -o json` prints a list of them. */
export interface ListedConsumer {
  /** What stands behind `--for`. */
  readonly name: string;
  /** What it is. */
  readonly what: string;
  /** The version that its rule was read from. */
  readonly version: string;
  /** The source that says so: a URL. */
  readonly source: string;
}

/** `gantry consumers`: who can be asked for, and from which version each rule was read. */
export async function runConsumers({ output = "text" }: ConsumersFlags, world: World): Promise<number> {
  const rows = (await loadConsumers()).map(({ name, what, version, source }): ListedConsumer => {
    return { name, what, version, source };
  });
  if (output !== "text") {
    world.stdout(await formatOutput(rows, output));
    return EXIT.done;
  }
  world.stdout(table([["NAME", "VERSION", "WHAT"], ...rows.map(({ name, version, what }) => [name, version, what])]));
  return EXIT.done;
}
