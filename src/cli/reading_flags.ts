import type { Command } from "commander";
import { addRegistryFlags, type RegistryFlags } from "./registry_flags.ts";

/** The flags of every command that works with what was published already; what was not given is absent. */
export interface ReadingFlags extends RegistryFlags {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Declares the flags of {@linkcode ReadingFlags}. */
export function addReadingFlags(command: Command): Command {
  addRegistryFlags(command);
  return command
    .optionsGroup("Output:")
    .option("-q, --quiet", "print nothing but results and errors")
    .option("-v, --verbose", "print what happens");
}
