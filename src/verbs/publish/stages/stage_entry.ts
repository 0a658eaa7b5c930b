import type { PluginFactory, Stage } from "../../../pipeline/plugin.ts";
import type { Target } from "../../../pipeline/target.ts";

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

/** What a configuration may choose about the targets of a kind. */
export interface TargetChoice {
  /** How many blobs are sent at a time. */
  readonly concurrency?: number;
}

/**
 * Opens a target of a kind that is built in. Nothing is contacted yet.
 *
 * @param chosen What the configuration says of targets of its kind.
 * @param name What the pipeline calls it.
 */
export type OpenTarget = (chosen: TargetChoice, name: string) => Promise<Target>;

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

/** The entry of a built-in plugin that nobody has asked for. */
export function byDefault(stage: Stage, spec: string, builtIn: BuiltIn): StageEntry {
  return { stage, spec, decidedBy: "default", builtIn };
}

/**
 * The entry of what a list names.
 *
 * @param builtIns The plugins of the stage that are built in, by name; any other name is that of a user's plugin.
 */
export function fromList(
  stage: Stage,
  written: WrittenEntry,
  builtIns: Readonly<Record<string, BuiltIn>> = {},
): StageEntry {
  const { spec, factory, place } = written;
  const builtIn = factory === undefined && Object.hasOwn(builtIns, spec) ? builtIns[spec] : undefined;
  return { stage, spec, decidedBy: place, written, ...(builtIn === undefined ? {} : { builtIn }) };
}

/** Options that nobody but an entry of the plugin says anything of. */
export function ownOptions(usual: Readonly<Record<string, unknown>>): BuiltIn["options"] {
  return (own = {}) => ({ ...usual, ...own });
}
