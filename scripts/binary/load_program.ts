import process from "node:process";
import { Script } from "node:vm";
import { gunzipSync } from "node:zlib";

/**
 * The scripts that have the modules of the program, in the order in which one is looked for: what every command needs,
 * and what a push needs. A module that is in none of them is a script of its own, compressed, because all of the binary
 * that is not the runtime is read at every start.
 */
export const SCRIPTS = ["start", "push"] as const;
/** The name of a script with several modules. */
export type ScriptName = typeof SCRIPTS[number];

/** A module of the program: a function of {@linkcode GIVEN_NAMES}. */
type Module = (...given: readonly unknown[]) => void;

/** The program, before it runs. */
export interface Program {
  /** The scripts that were needed so far. */
  readonly scripts: ReadonlyMap<ScriptName, Script>;
  /** The modules that have run so far, by their names. */
  readonly loaded: ReadonlyMap<string, unknown>;
  /** Runs a module, and what it imports before it. */
  run(name: string): void;
}

/** What a module is given besides, because a script cannot know where it is. */
const GIVEN = {
  moduleUrl: import.meta.url,
  // In a script these are those of Node.
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
} as const;

/** The names by which a module knows what it is given. */
export const GIVEN_NAMES: readonly string[] = ["module", "require", "importModule", ...Object.keys(GIVEN)];

/**
 * Loads the program, which lies beside this module.
 *
 * @param compiled What V8 has compiled of a script before. V8 takes it only if it would do the same again.
 */
export function loadProgram(compiled: (name: ScriptName) => Uint8Array | undefined): Program {
  const scripts = new Map<ScriptName, Script>();
  const modules = new Map<ScriptName, Readonly<Record<string, Module>>>();
  const loaded = new Map<string, { readonly exports: unknown }>();
  return { scripts, loaded, run: (name) => void requireModule(name) };

  function requireModule(name: string): unknown {
    if (name.startsWith("node:")) return process.getBuiltinModule(name);
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    findModule(name)(module, requireModule, importModule, ...Object.values(GIVEN));
    return module.exports;
  }

  function findModule(name: string): Module {
    for (const script of SCRIPTS) {
      const module = modulesOf(script)[name];
      if (module !== undefined) return module;
    }
    return compile(name, gunzipSync(readPart(`${name}.gz`))).runInThisContext();
  }

  function modulesOf(name: ScriptName): Readonly<Record<string, Module>> {
    const known = modules.get(name);
    if (known !== undefined) return known;
    const script = openScript(name, compiled(name));
    const opened: Readonly<Record<string, Module>> = script.runInThisContext();
    scripts.set(name, script);
    modules.set(name, opened);
    return opened;
  }

  async function importModule(specifier: string): Promise<unknown> {
    return specifier.startsWith("./") ? requireModule(specifier) : await import(specifier);
  }
}

/** Reads what is in the binary: where its files seem to be, nothing is looked for on the disk. */
export function readPart(name: string): Uint8Array {
  return Deno.readFileSync(new URL(`parts/${name}`, import.meta.url));
}

/** Opens a script with several modules. */
export function openScript(name: ScriptName, cachedData?: Uint8Array): Script {
  return compile(name, readPart(`${name}.script`), cachedData);
}

function compile(name: string, source: Uint8Array, cachedData?: Uint8Array): Script {
  return new Script(new TextDecoder().decode(source), {
    filename: new URL(`parts/${name}`, import.meta.url).href,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
}
