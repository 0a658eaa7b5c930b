import type { PluginFactory } from "../../pipeline/plugin.ts";
import { processEnv } from "../../registry/http/process_env.ts";

/** What of this machine private keys may use. */
export interface KeyMachine {
  /** The value of an environment variable that a plugin has declared or a key names, such as those of CI systems. */
  readonly env: (name: string) => string | undefined;
  /**
   * The password of a private key, when `COSIGN_PASSWORD` has none; left out when there is nobody to ask.
   *
   * @param key What people call the key.
   */
  readonly password?: (key: string) => Promise<string | undefined>;
  /** Told of every private key and password that was read, so that nobody shows it. */
  readonly hide?: (secret: string) => void;
}

/** What of this machine may be used. */
export interface Machine extends KeyMachine {
  /** Standard input from its start; read at most once. */
  readonly stdin: () => ReadableStream<Uint8Array<ArrayBuffer>>;
  /**
   * Loads what a specifier names.
   *
   * @param options `known` are the names of built-in plugins, for "did you mean".
   */
  readonly load: (
    specifier: string,
    options: { readonly signal: AbortSignal; readonly known: readonly string[] },
  ) => Promise<PluginFactory>;
  /**
   * Told that code begins that may never return.
   *
   * @param timeout How long it may take, in milliseconds; without end when left out.
   * @returns Tells that it has returned.
   */
  readonly watch?: (what: string, timeout: number | undefined) => () => void;
}

/** What this process may use, with some of it in another way. */
export function thisMachine(
  { env = processEnv, stdin = () => Deno.stdin.readable, ...others }: Partial<Machine> = {},
): Machine {
  return { env, stdin, load, ...others };

  /** Imported here: most runs load no plugin. */
  async function load(specifier: string, options: Parameters<Machine["load"]>[1]): Promise<PluginFactory> {
    const { loadPlugin } = await import("./stages/load_plugin.ts");
    return await loadPlugin(specifier, { base: ".", env, ...options });
  }
}
