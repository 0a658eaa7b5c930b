import type { Command } from "commander";
import { REACHING, type Reaching } from "../../options/registry.ts";
import { declareOptions } from "../declare_options.ts";

/** The flags that say how a registry is talked to; what was not given is absent. */
export type RegistryFlags = Reaching;

/** Declares the flags of every command that may talk to a registry. */
export function addRegistryFlags(command: Command): void {
  declareOptions(command, REACHING, { heading: "Registry:" });
}
