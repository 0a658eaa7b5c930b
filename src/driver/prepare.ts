import { makePlugin } from "./check_plugin.ts";
import type { Host } from "../pipeline/host.ts";
import { createKit, uncheckedKit } from "./kit.ts";
import type { OptionProblem } from "./parse_options.ts";
import type { AnyPlugin, Kit, Plugin, Stage } from "../pipeline/plugin.ts";
import type { ReadyOf } from "../pipeline/ready_plugin.ts";
import { readyPlugin } from "./run_plugin.ts";

/** A factory of plugins of certain stages. */
// deno-lint-ignore no-explicit-any -- options are checked by the plugin's own schema, and known to it alone
export type FactoryOf<S extends Stage> = (kit: Kit) => Plugin<S, any>;

/** How a plugin is used: one entry of a configuration. */
export interface PluginUse {
  /** What the pipeline calls it; its own name when left out. */
  readonly id?: string;
  /** Its options, as they were written. */
  readonly options?: unknown;
  /** The file or specifier that it is from; left out for what is built in. */
  readonly origin?: string;
  /** Whether the options are complete and were checked already; only for what is built in. */
  readonly checked?: boolean;
  /** How long it may take, in milliseconds; 10 minutes when left out, an hour for uploads, for ever when built in. */
  readonly timeout?: number;
}

/** A plugin that can run, or what is wrong with its options. */
export type Prepared<S extends Stage> =
  | { readonly plugin: ReadyOf<S>; readonly problems: readonly [] }
  | { readonly plugin?: undefined; readonly name: string; readonly problems: readonly OptionProblem[] };

/**
 * Makes a plugin with its options. Nothing of it runs yet but its factory, so the problems of all plugins of a pipeline
 * can be gathered before anything happens.
 *
 * @param factory The default export of the plugin's file. It is called once for each use.
 * @throws {PluginError} When it is no plugin as the contract has it.
 */
export async function prepare<S extends Stage>(
  factory: FactoryOf<S>,
  use: PluginUse,
  host: Host,
): Promise<Prepared<S>> {
  const origin = use.origin ?? use.id ?? "built-in";
  if (use.checked) {
    const plugin = makePlugin(factory, uncheckedKit(), origin);
    return { plugin: readyPlugin(plugin, { ...use, options: use.options }, host) as ReadyOf<S>, problems: [] };
  }
  return await prepareMade<S>(makePlugin(factory, await createKit(), origin), use, host);
}

/**
 * The same for a plugin that was made and looked at before.
 *
 * @param plugin What {@linkcode makePlugin} gave for this use alone.
 */
export async function prepareMade<S extends Stage>(
  plugin: AnyPlugin,
  use: PluginUse,
  host: Host,
): Promise<Prepared<S>> {
  const { parseOptions } = await import("./parse_options.ts");
  const parsed = parseOptions(plugin, use.options);
  if (!parsed.success) return { name: plugin.name, problems: parsed.problems };
  return { plugin: readyPlugin(plugin, { ...use, options: parsed.options }, host) as ReadyOf<S>, problems: [] };
}
