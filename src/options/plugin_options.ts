import type { StageName } from "../pipeline/stage_error.ts";
import type { Option } from "./option.ts";
import { PUBLISHING, type PublishingName } from "./publishing.ts";
import type { Wanted } from "./wanted.ts";

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

function wantedBy({ values }: Wanted, plugin: string): Options {
  return Object.fromEntries(rowsOf(plugin).map(([name, option]) => [option, values[name]]));
}

/** The options that a plugin has, by the names that they have there. */
function rowsOf(plugin: string): readonly (readonly [PublishingName, string])[] {
  return ROWS.flatMap(([name, { plugins = [] }]) =>
    plugins.filter((each) => each.startsWith(`${plugin}.`)).map((each) =>
      [name, each.slice(plugin.length + 1)] as const
    )
  );
}
