import type { Stage } from "./plugin.ts";

/** What gantry itself says of a plugin. Any other code is the plugin's own, given to `context.fail`. */
export type PluginFault =
  /** It cannot be loaded, or is no plugin as the contract has it. */
  | "PLUGIN_INVALID"
  /** Its options are wrong, where nobody can say in which file. */
  | "PLUGIN_OPTIONS"
  /** What it gave is not what its stage takes. */
  | "PLUGIN_OUTPUT"
  /** It threw. */
  | "PLUGIN_THREW"
  /** It took longer than it may. */
  | "PLUGIN_TIMEOUT"
  /** It waits for something that will never happen, or did not stop when it should. */
  | "PLUGIN_STUCK";

/** Where and what a {@linkcode PluginError} is about. */
export interface PluginErrorDetails {
  /** A {@linkcode PluginFault}, or the plugin's own code. */
  readonly code: string;
  /** The id of the plugin in the pipeline; its file or specifier as long as it has none. */
  readonly plugin: string;
  /** Where it stands, when that is known. */
  readonly stage?: Stage | undefined;
  /** What of its output or of the source it is about: `drop[3].path`, or an entry's path. */
  readonly path?: string | undefined;
  /** What can be done about it. */
  readonly hint?: string | undefined;
  /** What was thrown below. */
  readonly cause?: unknown;
}

/** A plugin failed: by its own word, or because it broke the contract. */
export class PluginError extends Error {
  /** The name of the class. */
  override readonly name = "PluginError";
  /** A {@linkcode PluginFault}, or the plugin's own code. */
  readonly code: string;
  /** The id of the plugin in the pipeline; its file or specifier as long as it has none. */
  readonly plugin: string;
  /** Where it stands, when that is known. */
  readonly stage: Stage | undefined;
  /** What of its output or of the source it is about. */
  readonly path: string | undefined;
  /** What can be done about it. */
  readonly hint: string | undefined;

  /** Says what happened, and to which plugin. */
  constructor(message: string, { code, plugin, stage, path, hint, cause }: PluginErrorDetails) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.plugin = plugin;
    this.stage = stage;
    this.path = path;
    this.hint = hint;
  }
}

/** Blames a plugin for what it gave. */
export function wrongOutput(
  { id, stage }: { readonly id: string; readonly stage: Stage },
  path: string,
  problem: string,
): PluginError {
  const place = path === "" ? "it" : path;
  return new PluginError(`Plugin ${id} (${stage}) gave a wrong result: ${place} ${problem}`, {
    code: "PLUGIN_OUTPUT",
    plugin: id,
    stage,
    path,
  });
}
