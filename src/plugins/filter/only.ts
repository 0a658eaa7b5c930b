import type { Entry } from "../../pipeline/entry.ts";
import type { Factory, MaybePromise, StageIO } from "../../pipeline/plugin.ts";

/** Which files there may be. */
export interface OnlyMeans {
  /** Why others are left out, for people. */
  readonly reason: string;
  /**
   * Tells by its path whether a file is wanted.
   *
   * @param entries All that there is, for ecosystems where one file says which others belong to it.
   */
  choose(entries: readonly Entry[]): MaybePromise<(path: string) => boolean>;
}

/** Leaves out files that an ecosystem has no use for, and keeps the directories. */
export function only({ choose, reason }: OnlyMeans): Factory<"filter", Readonly<Record<never, never>>> {
  return (kit) =>
    kit.plugin({
      name: "only",
      version: "1.0.0",
      apiVersion: 1,
      stage: "filter",
      description: "Leaves out files that the profile has no use for.",
      options: kit.z.strictObject({}),
      async run({ entries }): Promise<StageIO["filter"]["out"]> {
        const isWanted = await choose(entries);
        const others = entries.filter(({ kind, path }) => kind === "file" && !isWanted(path));
        return { drop: others.map(({ path }) => ({ path, reason })) };
      },
    });
}
