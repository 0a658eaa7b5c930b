import { formatInventory } from "../../bundle/inventory.ts";
import { parseRegistryPlace } from "../../places/registry_place.ts";
import { inventory } from "../../verbs/inventory.ts";
import { formatOutput } from "../output/format_output.ts";
import { EXIT } from "../output/exit_code.ts";
import { withVerbOptions } from "../places/with_verb_options.ts";
import type { World } from "../world.ts";
import type { InventoryFlags } from "./commands.ts";

/** `gantry inventory`: which blobs a registry has. */
export async function runInventory(sources: readonly string[], flags: InventoryFlags, world: World): Promise<number> {
  const places = sources.map(parseRegistryPlace);
  return await withVerbOptions(flags, world, { phase: "Reading", places }, async (options) => {
    const found = await inventory({ ...options, sources });
    world.stdout(flags.output === "yaml" ? await formatOutput(found, "yaml") : formatInventory(found));
    return EXIT.done;
  });
}
