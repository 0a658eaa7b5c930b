import { EXIT } from "../output/exit_code.ts";
import type { World } from "../world.ts";
import { PLUGIN_TYPES } from "./init/types_text.ts";

/** `gantry plugin types`: the types of the plugins' contract. */
export function runPluginTypes(_flags: unknown, { stdout }: Pick<World, "stdout">): number {
  stdout(PLUGIN_TYPES);
  return EXIT.done;
}
