import type { StageName } from "../pipeline/stage_error.ts";
import type { Kind, KindOf } from "./kind.ts";

/** What there is to know of one option: one row of a table. */
export interface Option {
  /** What values it takes. */
  readonly kind: Kind;
  /** What counts when nobody says anything; left out when nothing does. */
  readonly default?: unknown;
  /**
   * What counts when several places say something: the last word, when left out; `all` of it, one after the other; or
   * each `key` by itself.
   */
  readonly counts?: "all" | "key";
  /** What the schema of the configuration says of its field; left out when no file may say it. */
  readonly field?: string;
  /** How the command line says it; left out when it cannot. */
  readonly flag?: Flag;
  /** The variable of the environment by which the command line says it; left out when there is none. */
  readonly variable?: string;
  /** The options of built-in plugins that it is. */
  readonly plugins?: readonly PluginOption[];
  /** The option whose values are in the file that it names; what is said beside the file counts over that. */
  readonly file?: string;
  /** The annotation that it is. */
  readonly annotation?: string;
}

/** An option of a built-in plugin, such as `collect/directory.symlinks`; `*` stands for every plugin of the stage. */
export type PluginOption = `${StageName}/${string}.${string}`;

/** How the command line says an option. */
export interface Flag {
  /** Without the dashes; the name of the option with dashes between its words when left out. */
  readonly name?: string;
  /** The one letter that stands for it. */
  readonly short?: string;
  /** What stands behind it in the help, such as `<path>`; left out for a switch. */
  readonly argument?: string;
  /** What the help says of it. */
  readonly help: string;
  /** What the help says of `--no-NAME`; left out when there is no such flag. */
  readonly no?: string;
  /** Under which heading of the help it stands. */
  readonly group: string;
}

/** An option whose values have a type. */
export interface OptionOf<Value> extends Option {
  readonly kind: KindOf<Value>;
  readonly default?: Value;
}

/** Options by name. */
export type OptionTable = Readonly<Record<string, Option>>;

/** What a flag is called, with its dashes: `--ignore-file`. */
export function flagName(name: string, { flag }: Pick<Option, "flag">): string {
  return `--${flag?.name ?? name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
