import { Command } from "commander";
import { addReadingFlags, type ReadingFlags } from "./reading_flags.ts";

/** The flags of `inventory`. */
export type InventoryFlags = ReadingFlags;

/** Declares the arguments and flags of `inventory`. */
export function inventoryCommand(): Command {
  const command = new Command("inventory")
    .description("list every blob that a registry has, for `gantry export --have` on the near side")
    .argument("<place...>", "oci://HOST, oci://HOST/PREFIX or oci://HOST/REPOSITORY");
  return addReadingFlags(command);
}
