import type { PluginFactory, Stage } from "../../../pipeline/plugin.ts";
import type { Target } from "../../../pipeline/target.ts";
import type { TargetChoice } from "./target_kinds.ts";

/** A built-in plugin, and what is wanted of it. */
export interface BuiltIn {
  /** Makes it, with the means of this run. */
  readonly factory: PluginFactory;
  /**
   * Gives its options: complete ones when its entry in a list says nothing.
   *
   * @param own What its entry says. It counts over everything but the caller's word.
   */
  readonly options: (own?: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

/** An entry of a list, whatever its form. */
export interface WrittenEntry {
  /** A name, `./FILE`, `npm:…`, `jsr:…` or `exec:PROGRAM`; what messages call a plugin that is given itself. */
  readonly spec: string;
  /** Set when the plugin is given itself. */
  readonly factory?: PluginFactory;
  readonly options: Readonly<Record<string, unknown>> | undefined;
  readonly id: string | undefined;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  /** Where it stands, for problems with it. */
  readonly path: readonly PropertyKey[];
  /** Where its options stand. */
  readonly optionsPath: readonly PropertyKey[];
  /** The same for people, as `gantry.jsonc:14:5`. */
  readonly place: string;
}

/**
 * Opens a target of a kind that is built in. Nothing is contacted yet.
 *
 * @param chosen What the configuration says of targets of its kind.
 * @param name What the pipeline calls it.
 */
export type OpenTarget = (chosen: TargetChoice, name: string) => Target;

/** One plugin or target of the pipeline that is to be made, and who decided it. */
export interface StageEntry {
  readonly stage: Stage;
  readonly spec: string;
  /** `default`, `profile flux`, `gantry.jsonc:14:5`, `--ignore`. */
  readonly decidedBy: string;
  /** Set for what is built in. */
  readonly builtIn?: BuiltIn;
  /** Set for a target of a kind that is built in. */
  readonly target?: OpenTarget;
  /** Set for what a list names. */
  readonly written?: WrittenEntry;
  /** Set when it is made to check its options and is no part of the pipeline. */
  readonly onlyChecked?: boolean;
  /** What is wrong with it, whatever the plugin says. */
  readonly problem?: string;
}
