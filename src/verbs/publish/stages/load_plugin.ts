import { didYouMean } from "../../../work/nearest_word.ts";
import type { PluginFactory } from "../../../pipeline/plugin.ts";
import { PluginError } from "../../../pipeline/plugin_error.ts";
import { bakedPlugins, loadBaked } from "../../../plugins/load/baked.ts";
import { LoadError } from "../../../plugins/load/load_error.ts";
import { specifierKind } from "../../../plugins/load/specifier_kind.ts";

/** Where plugins are loaded from. */
export interface LoadPluginOptions {
  /** The directory that paths are relative to: that of the configuration file. */
  readonly base: string;
  /** The value of an environment variable, for programs. */
  readonly env: (name: string) => string | undefined;
  readonly signal: AbortSignal;
  /** The names of the built-in plugins, which the caller has looked for already; for "did you mean". */
  readonly known?: readonly string[];
  /** How long loading may take, in milliseconds; 30 s when left out, 10 minutes for a package, which may be fetched. */
  readonly timeout?: number;
}

/**
 * Loads what a specifier names: `./file`, `npm:…`, `jsr:…`, `exec:PROGRAM`, or the name of a plugin that is baked in.
 *
 * @returns The factory, whatever the module gives as its default export: `prepare` checks it.
 * @throws {PluginError} When it cannot be loaded; its cause is the {@linkcode LoadError}.
 */
export async function loadPlugin(specifier: string, options: LoadPluginOptions): Promise<PluginFactory> {
  try {
    return await inTime(load(specifier, options), specifier, options);
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    throw new PluginError(error.message, { code: "PLUGIN_INVALID", plugin: specifier, cause: error });
  }
}

/** A module may wait for ever in its top-level await, and then nobody is told that nothing is left to wait for. */
async function inTime<T>(
  loading: Promise<T>,
  specifier: string,
  { signal, timeout = (specifierKind(specifier) === "package" ? 600 : 30) * 1000 }: LoadPluginOptions,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const tooLong = (): void =>
    reject(new LoadError("stuck", `Cannot load ${specifier}: it was not loaded after ${timeout / 1000} s`));
  const abort = (): void => reject(signal.reason);
  const timer = setTimeout(tooLong, timeout);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([loading, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

async function load(specifier: string, { base, env, signal, known = [] }: LoadPluginOptions): Promise<PluginFactory> {
  switch (specifierKind(specifier)) {
    case "exec": {
      const { execPlugin } = await import("../../../plugins/exec/exec_plugin.ts");
      return await execPlugin(specifier.slice("exec:".length), { base, env, signal });
    }
    case "package": {
      const { loadPackage } = await import("../../../plugins/load/load_package.ts");
      return await loadPackage(specifier);
    }
    case "file": {
      const { loadFile } = await import("../../../plugins/load/load_file.ts");
      return await loadFile(specifier, { base });
    }
    case "url":
      throw new LoadError("kind", `Cannot load ${specifier}: a plugin is not loaded from a URL`);
    case "name":
      return await loadByName(specifier, known);
  }
}

async function loadByName(name: string, known: readonly string[]): Promise<PluginFactory> {
  const baked = await bakedPlugins();
  const plugin = baked.find((each) => each.name === name);
  if (plugin !== undefined) return await loadBaked(plugin);
  const names = [...known, ...baked.map((each) => each.name)];
  const what = `a plugin of the name ${JSON.stringify(name)}`;
  throw new LoadError("missing", `Cannot find ${what} in this gantry${didYouMean(name, names)}`);
}
