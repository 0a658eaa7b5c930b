import type { Reference } from "../../oci/reference.ts";
import type { Publishing } from "../../options/publishing.ts";
import type { Spell } from "../../options/spell.ts";
import type { PluginFactory } from "../../pipeline/plugin.ts";
import type { StageName } from "../../pipeline/stage_error.ts";
import type { Store } from "../../store/store.ts";
import type { Context, Log } from "../../work/context.ts";

/** What is published, how and where to; everything that `push` and `plan` take. */
export interface PublishOptions extends Publishing, Partial<Pick<Context, "signal" | "progress" | "log">> {
  /** The plugins of each stage. A list replaces the default of its stage; what the other options say comes first. */
  readonly pipeline?: PublishPipeline;
  /** What a configuration file says; every option wins over it. */
  readonly configuration?: Configuration;
  /** What counts in the place of the defaults, below everything that is said. */
  readonly usually?: Publishing;
  /** What of this machine may be used. */
  readonly machine: Machine;
  /**
   * What messages call an option, with a value when they are about one; its name in the configuration when left out.
   */
  readonly spell?: Spell;
}

/** A built-in plugin's name, `./FILE`, `npm:PACKAGE`, `jsr:PACKAGE`, `exec:PROGRAM`, or the plugin itself. */
export type PluginSpec = string | PluginFactory;

/** A plugin in the list of a stage: alone, with its options, or with more. */
export type PipelineEntry = PluginSpec | readonly [PluginSpec, Readonly<Record<string, unknown>>] | PipelineInstance;

/** One use of a plugin. */
export interface PipelineInstance {
  readonly use: PluginSpec;
  /** What the plugin is told. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** What messages call it; the plugin's name when left out. */
  readonly id?: string;
  /** How long it may take: milliseconds, or a text such as `30s`. */
  readonly timeout?: number | string;
}

/** The plugins of each stage, and steps around them. */
export type PublishPipeline = { readonly [Name in StageName]?: readonly PipelineEntry[] } & {
  readonly custom?: readonly (PipelineInstance & { readonly before?: StageName; readonly after?: StageName })[];
};

/** What a configuration file says. */
export interface Configuration {
  /** The file, as messages show it. */
  readonly path: string;
  /** Its fields. Paths in them start from the current directory. */
  readonly values: Publishing & { readonly pipeline?: PublishPipeline };
  /** Where it says so. */
  readonly places: Places;
  /**
   * Asked before any code that it names is loaded.
   *
   * @param specs The files, packages and programs.
   * @throws {Error} When they must not be loaded.
   */
  readonly allow: (specs: readonly string[], log: Log) => Promise<void>;
}

/** Where things stand that people have written. */
export interface Places {
  /** Where the value at a path stands, as `gantry.jsonc:14:5`. */
  at(path: readonly PropertyKey[]): string;
  /** Writes problems, each with its place. */
  problems(problems: readonly PathProblem[]): readonly string[];
}

/** Something that is wrong with what stands at a path. */
export interface PathProblem {
  /** Keys and positions in lists, from the top. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Set when it is the key at the end of the path that is wrong, and not its value. */
  readonly isKey?: boolean;
  /** What the message is about, when it names the key itself; the path when left out. */
  readonly about?: readonly PropertyKey[];
}

/** What of this machine may be used. */
export interface Machine {
  /** The value of an environment variable that a plugin has declared, such as those of CI systems. */
  readonly env: (name: string) => string | undefined;
  /** Standard input from its start; read at most once. */
  readonly stdin: () => ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Opens the way to the registries of these targets. Nothing is sent before the first request. */
  readonly registries: (targets: readonly Reference[], wanted: Patience, log: Log) => Promise<Registries>;
  /**
   * Told that code begins that may never return.
   *
   * @param timeout How long it may take, in milliseconds; without end when left out.
   * @returns Tells that it has returned.
   */
  readonly watch?: (what: string, timeout: number | undefined) => () => void;
}

/** The way to registries. */
export interface Registries {
  /** Opens the store of a target. */
  store(reference: Reference, concurrency: number): Store;
  /** Closes all connections. */
  close(): void;
}

/** How often and how long a request is tried. */
export type Patience = Required<Pick<Publishing, "concurrency" | "retries" | "timeout">>;
