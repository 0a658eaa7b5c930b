import { STAGES } from "../../pipeline/stages.ts";
import { printable } from "../output/printable.ts";
import type { MadePlugin } from "./stages/make_plugins.ts";
import { TARGET_VERSION } from "./stages/target_kinds.ts";
import { table } from "../output/table.ts";

/** What `gantry plan --stages -o json` prints. */
export interface StagesReport {
  /** In the order in which they run. */
  readonly plugins: readonly PlannedPlugin[];
}

/** One plugin of a {@linkcode StagesReport}. */
export interface PlannedPlugin {
  readonly stage: string;
  /** What the pipeline calls it. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** A name, a file, a package or a program. */
  readonly use: string;
  /** Where an upload plugin uploads to. */
  readonly target?: string;
  /** `default`, a flag, a profile, or a place in the configuration file. */
  readonly decidedBy: string;
}

/** Says which plugins run in which order, and who decided each. */
export function stagesReport(plugins: readonly MadePlugin[]): StagesReport {
  const inOrder = STAGES.flatMap((stage) => plugins.filter(({ entry }) => entry.stage === stage));
  return {
    plugins: inOrder.map(({ entry: { stage, spec, decidedBy }, plugin, target }) => {
      if (target !== undefined) {
        const { name: id, url } = target;
        return { stage, id, name: spec, version: TARGET_VERSION, use: spec, target: url, decidedBy };
      }
      const { id, name, version, place } = plugin;
      return {
        stage,
        id,
        name,
        version,
        use: spec,
        ...(place === undefined ? {} : { target: place.url }),
        decidedBy,
      };
    }),
  };
}

/** Writes the same for people. */
export function stagesText({ plugins }: StagesReport): string {
  const rows = plugins.map(({ stage, id, name, version, use, target, decidedBy }) =>
    [
      stage,
      id,
      use === name ? "" : `${use} (${version})`,
      target ?? "",
      decidedBy,
    ].map((cell) => printable(cell).replaceAll("\n", "\\n"))
  );
  return table([["STAGE", "PLUGIN", "FROM", "TARGET", "DECIDED BY"], ...rows]);
}
