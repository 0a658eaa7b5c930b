import type { Spell } from "../options/spell.ts";
import type { Patience } from "../options/registry.ts";
import type { RegistryOptions } from "../places/registry_options.ts";
import type { Context } from "../work/context.ts";

/** What every verb takes that works with places. */
export interface VerbOptions extends Patience, Partial<Pick<Context, "signal" | "log" | "progress">> {
  /** How registries are talked to, and who we are there. */
  readonly registry?: RegistryOptions;
  /** What messages call an option; its name in this object when left out. */
  readonly spell?: Spell;
}
