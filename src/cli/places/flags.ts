import type { Command } from "commander";
import { REACHING, type Reaching } from "../../options/registry.ts";
import { declareOptions } from "../declare_options.ts";
import { repeated } from "../flag_parsers.ts";
import { foldFlags } from "../help/folded_flags.ts";

/** The flags that say how a registry is talked to; what was not given is absent. */
export type RegistryFlags = Reaching;

/** Declares the flags of every command that may talk to a registry. Its help names the page that explains them. */
export function addRegistryFlags(command: Command): void {
  const before = command.options.length;
  declareOptions(command, REACHING, { heading: "Registry:" });
  foldFlags(command.options.slice(before), {
    what: "registries (credentials, TLS, proxies, retries)",
    topic: "registry",
  });
}

/** The flag of every command that can refuse what is not signed; what was not given is absent. */
export interface VerifyKeyFlags {
  readonly verifyKey?: readonly string[];
}

/** Declares the flag of {@linkcode VerifyKeyFlags}. */
export function addVerifyKeyFlag(command: Command): Command {
  return command
    .optionsGroup("Signatures:")
    .option(
      "--verify-key <key>",
      "refuse what is not signed by this public key, a PEM file or env://NAME; repeatable: by one of them",
      repeated,
    );
}
