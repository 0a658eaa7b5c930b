import type { Publishing } from "../../options/publishing.ts";
import type { PluginFactory } from "../../pipeline/plugin.ts";
import type { StageName } from "../../pipeline/stage_error.ts";
import type { Log } from "../../work/context.ts";
import type { OwnProfile } from "../../profiles/own/declaration.ts";
import type { VerbOptions } from "../verb_options.ts";
import type { Machine } from "./machine.ts";

/** What is published, how and where to; everything that `push` and `plan` take. */
export interface PublishOptions extends Publishing, VerbOptions {
  /** The plugins of each stage. A list replaces the default of its stage; what the other options say comes first. */
  readonly pipeline?: PublishPipeline;
  /** Profiles of your own, by the names under which `profile` asks for them. */
  readonly profiles?: Readonly<Record<string, OwnProfile>>;
}

/** The same, and what the command line knows besides. */
export interface ConfiguredOptions extends PublishOptions {
  /** What a configuration file says; every option wins over it. */
  readonly configuration?: Configuration;
  /** What counts in the place of the defaults, below everything that is said. */
  readonly usually?: Publishing;
  /** What of this machine may be used; that of this process when left out. */
  readonly machine?: Machine;
}

/** A built-in plugin's name, `./FILE`, `npm:PACKAGE`, `jsr:PACKAGE`, `exec:PROGRAM`, or the plugin itself. */
export type PluginSpec = string | PluginFactory;

/** A plugin in the list of a stage: alone, with its options, or with more. */
export type PipelineEntry = PluginSpec | readonly [PluginSpec, Readonly<Record<string, unknown>>] | PipelineInstance;

/** One use of a plugin. */
export interface PipelineInstance {
  /** Which plugin. */
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
  readonly values: Publishing & Pick<PublishOptions, "pipeline" | "profiles">;
  /** Where it says so. */
  readonly positions: Positions;
  /**
   * Asked before any code that it names is loaded, and before anybody is shown an identity token.
   *
   * @throws {Error} When they must not be used.
   */
  readonly allow: (files: NamedFiles, log: Log) => Promise<void>;
}

/** Files that decide what runs, and who gets what is secret. */
export interface NamedFiles {
  /** The files, packages and programs of plugins and signers. */
  readonly code: readonly string[];
  /** Paths of files that say which services sign without a key, and who is believed. */
  readonly services: readonly string[];
}

/** Where things stand that people have written. */
export interface Positions {
  /** Where the value at a path stands, as `gantry.jsonc:14:5`. */
  at(path: readonly PropertyKey[]): string;
  /** Writes problems, each with its place. */
  problems(problems: readonly PathProblem[]): readonly string[];
}

/** Something that is wrong with what stands at a path. */
export interface PathProblem {
  /** Keys and positions in lists, from the top. */
  readonly path: readonly PropertyKey[];
  /** What is wrong. */
  readonly message: string;
  /** Set when it is the key at the end of the path that is wrong, and not its value. */
  readonly isKey?: boolean;
  /** What the message is about, when it names the key itself; the path when left out. */
  readonly about?: readonly PropertyKey[];
}
