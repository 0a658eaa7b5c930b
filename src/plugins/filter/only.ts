import type { Factory, StageIO } from "../../pipeline/plugin.ts";

/** Which files there may be. */
export interface OnlyMeans {
  /** Tells by its path whether a file is wanted. */
  readonly isWanted: (path: string) => boolean;
  /** Why others are left out, for people. */
  readonly reason: string;
}

/** Leaves out files that an ecosystem has no use for, and keeps the directories. */
export function only({ isWanted, reason }: OnlyMeans): Factory<"filter", Readonly<Record<never, never>>> {
  return (kit) =>
    kit.plugin({
      name: "only",
      version: "1.0.0",
      apiVersion: 1,
      stage: "filter",
      description: "Leaves out files that the profile has no use for.",
      options: kit.z.strictObject({}),
      run({ entries }): StageIO["filter"]["out"] {
        const others = entries.filter(({ kind, path }) => kind === "file" && !isWanted(path));
        return { drop: others.map(({ path }) => ({ path, reason })) };
      },
    });
}
