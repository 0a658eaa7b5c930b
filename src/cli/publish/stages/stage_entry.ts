import type { PluginFactory, Stage } from "../../../pipeline/plugin.ts";
import type { Target } from "../../../pipeline/target.ts";
import type { TargetChoice } from "./target_kinds.ts";

/** A built-in plugin with what the settings say about it. */
export interface BuiltIn {
  /** Makes it, with the means of this run. */
  readonly factory: PluginFactory;
  /** Options that count where the configuration gives no others. */
  readonly options: object;
  /** Options that count whatever the configuration says: those of flags. */
  readonly flags?: object;
}

/** An entry of the configuration, whatever its form. */
export interface WrittenEntry {
  /** A name, `./FILE`, `npm:…`, `jsr:…` or `exec:PROGRAM`. */
  readonly spec: string;
  readonly options: Readonly<Record<string, unknown>> | undefined;
  readonly id: string | undefined;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  /** Where it stands in the configuration, for problems with it. */
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
  /** Set for what the configuration names. */
  readonly written?: WrittenEntry;
  /** Set when it is made to check its options and is no part of the pipeline. */
  readonly onlyChecked?: boolean;
  /** What is wrong with it, whatever the plugin says. */
  readonly problem?: string;
}
