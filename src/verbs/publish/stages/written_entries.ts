import { formatPath } from "../../../driver/format_path.ts";
import { parseDuration } from "../../../options/kind.ts";
import type { Stage } from "../../../pipeline/plugin.ts";
import type { StageName } from "../../../pipeline/stage_error.ts";
import { isProfileName } from "../../../profiles/profiles.ts";
import type {
  Configuration,
  ConfiguredOptions,
  PipelineEntry,
  PipelineInstance,
  Positions,
  PublishPipeline,
} from "../publish_options.ts";
import type { WrittenEntry } from "./stage_entry.ts";

/** What is said of the pipeline: the list of each stage that has one, and the steps around them. */
export interface WrittenPipeline {
  readonly stages: { readonly [S in StageName]?: readonly WrittenEntry[] };
  readonly custom: readonly (WrittenEntry & { readonly stage: Stage })[];
  /** Set when a plugin of the user's own packs, which alone knows what the source is. */
  readonly packsItself: boolean;
}

/** Reads the caller's lists, or else those of the configuration. */
export function writtenPipeline(
  { pipeline, configuration }: Pick<ConfiguredOptions, "pipeline" | "configuration">,
): SaidPipeline {
  if (pipeline !== undefined) return { written: writtenEntries(pipeline, IN_CODE), positions: IN_CODE };
  if (configuration === undefined) return { written: writtenEntries({}, IN_CODE), positions: IN_CODE };
  const { values, positions, allow } = configuration;
  return { written: writtenEntries(values.pipeline ?? {}, positions), positions, allow };
}

/** The lists of plugins, and whose they are. */
export interface SaidPipeline extends Pick<Partial<Configuration>, "allow"> {
  readonly written: WrittenPipeline;
  /** Where they, and the fields of the configuration, stand. */
  readonly positions: Positions;
}

/** Positions in options that a program gives. */
const IN_CODE: Positions = {
  at: (path) => `option ${formatPath(path)}`,
  problems: (problems) => problems.map(({ path, message }) => `option ${formatPath(path)}: ${message}`),
};

/** Reads the entries of all lists, of all three forms. */
function writtenEntries(pipeline: PublishPipeline, positions: Pick<Positions, "at">): WrittenPipeline {
  const { custom = [], ...stages } = pipeline;
  const at = (path: readonly PropertyKey[]): Position => ({ path, place: positions.at(path) });
  const lists: WrittenPipeline["stages"] = Object.fromEntries(
    Object.entries(stages).map(([stage, entries]) => [
      stage,
      entries.map((entry, position) => writtenEntry(entry, at(["pipeline", stage, position]))),
    ]),
  );
  const [packing] = lists.archive ?? [];
  return {
    stages: lists,
    packsItself: packing !== undefined && (packing.factory !== undefined || !isProfileName(packing.spec)),
    custom: custom.map(({ before, after, ...entry }, position) => ({
      ...writtenEntry(entry, at(["pipeline", "custom", position])),
      stage: before === undefined ? `after:${after ?? "tag"}` as const : `before:${before}` as const,
    })),
  };
}

type Position = Pick<WrittenEntry, "path" | "place">;

function writtenEntry(entry: PipelineEntry, position: Position): WrittenEntry {
  const { use, options, id, timeout } = instanceOf(entry);
  const { path } = position;
  return {
    ...position,
    ...(typeof use === "string"
      ? { spec: use }
      : { spec: use.name === "" ? "a plugin in code" : use.name, factory: use }),
    options,
    optionsPath: isPair(entry) ? [...path, 1] : isInstance(entry) ? [...path, "options"] : path,
    id,
    timeout: typeof timeout === "string" ? parseDuration(timeout) : timeout,
  };
}

function instanceOf(entry: PipelineEntry): PipelineInstance {
  if (isInstance(entry)) return entry;
  return isPair(entry) ? { use: entry[0], options: entry[1] } : { use: entry };
}

function isInstance(entry: PipelineEntry): entry is PipelineInstance {
  return typeof entry === "object" && !isPair(entry);
}

function isPair(entry: PipelineEntry): entry is Extract<PipelineEntry, readonly unknown[]> {
  return Array.isArray(entry);
}
