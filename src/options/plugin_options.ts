import type { StageName } from "../pipeline/stage_error.ts";
import type { Option } from "./option.ts";
import { PUBLISHING, type PublishingName } from "./publishing.ts";
import type { ValueOrigin, Wanted } from "./wanted.ts";

type Options = Readonly<Record<string, unknown>>;

const ROWS = Object.entries(PUBLISHING) as readonly [PublishingName, Option][];

/**
 * Gives a built-in plugin what is wanted of it. What its entry in a list says of an option counts over the fields of
 * the configuration and the defaults; the caller's word counts over that.
 *
 * @param plugin Such as `collect/directory`.
 * @param complete Its options as they count when no entry says anything; each as it is wanted when left out.
 * @returns Its options, given those of its entry.
 */
export function pluginOptions(
  wanted: Wanted,
  plugin: `${StageName}/${string}`,
  complete: Options = wantedBy(wanted, plugin),
): (own?: Options) => Options {
  const isCallers = (option: string): boolean =>
    rowsOf(plugin).some(([name, its]) => its === option && wanted.last(name)?.from.by === "caller");
  const last = Object.fromEntries(Object.entries(complete).filter(([option]) => isCallers(option)));
  return (own = {}) => ({ ...complete, ...own, ...last });
}

/** Where it was said what is wanted of a built-in plugin: the last word on each of its options. */
export function pluginOrigins(wanted: Wanted, plugin: `${StageName}/${string}`): readonly ValueOrigin[] {
  return rowsOf(plugin).flatMap(([name]) => wanted.last(name)?.from ?? []);
}

/** What several options of ours say of one list of a plugin comes one after the other. */
function wantedBy({ values }: Wanted, plugin: string): Options {
  const options: Record<string, unknown> = {};
  for (const [name, option] of rowsOf(plugin)) {
    const [before, value] = [options[option], values[name]];
    options[option] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value ?? before;
  }
  return options;
}

/** The options that a plugin has, by the names that they have there. */
function rowsOf(plugin: string): readonly (readonly [PublishingName, string])[] {
  return ROWS.flatMap(([name, { plugins = [] }]) =>
    plugins.filter((each) => each.startsWith(`${plugin}.`)).map((each) =>
      [name, each.slice(plugin.length + 1)] as const
    )
  );
}
