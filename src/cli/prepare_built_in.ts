import type { Host } from "../pipeline/host.ts";
import type { Factory, Stage } from "../pipeline/plugin.ts";
import { prepare } from "../pipeline/prepare.ts";
import type { ReadyOf } from "../pipeline/ready_plugin.ts";

/** Makes a built-in plugin with options that need no check. */
export type PrepareBuiltIn = <S extends Stage, O>(factory: Factory<S, O>, options: O) => Promise<ReadyOf<S>>;

/** Makes the function that prepares built-in plugins for a host. */
export function prepareBuiltIn(host: Host): PrepareBuiltIn {
  return async <S extends Stage, O>(factory: Factory<S, O>, options: O): Promise<ReadyOf<S>> => {
    const { plugin } = await prepare<S>(factory, { options, checked: true }, host);
    // With options that are not checked there are no problems.
    if (plugin === undefined) throw new TypeError("Cannot prepare a built-in plugin");
    return plugin;
  };
}
