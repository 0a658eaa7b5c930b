import type { Stage } from "../../../pipeline/plugin.ts";
import type { StageName } from "../../../pipeline/stage_error.ts";
import type { ConfigPlaces } from "../../config/config_places.ts";
import type { Config } from "../../config/config_schema.ts";
import type { PipelineConfig } from "../../config/pipeline_schema.ts";
import { duration } from "../../options.ts";
import type { WrittenEntry } from "./stage_entry.ts";

/** What the configuration says of the pipeline: the list of each stage that has one, and the steps around them. */
export interface WrittenPipeline {
  readonly stages: { readonly [S in StageName]?: readonly WrittenEntry[] };
  readonly custom: readonly (WrittenEntry & { readonly stage: Stage })[];
}

/** Reads the entries of a configuration, of all three forms. */
export function writtenEntries(
  { pipeline = {} }: Pick<Config, "pipeline">,
  places: ConfigPlaces | undefined,
): WrittenPipeline {
  const { custom = [], ...stages } = pipeline;
  const place = (path: readonly PropertyKey[]): string => places?.at(path) ?? "configuration";
  return {
    stages: Object.fromEntries(
      Object.entries(stages).map(([stage, entries]) => [
        stage,
        entries.map((entry, at) => writtenEntry(entry, ["pipeline", stage, at], place)),
      ]),
    ),
    custom: custom.map(({ before, after, ...entry }, at) => ({
      ...writtenEntry(entry, ["pipeline", "custom", at], place),
      stage: before === undefined ? `after:${after ?? "tag"}` as const : `before:${before}` as const,
    })),
  };
}

type Entry = NonNullable<PipelineConfig["filter"]>[number];

function writtenEntry(
  entry: Entry,
  path: readonly PropertyKey[],
  place: (path: readonly PropertyKey[]) => string,
): WrittenEntry {
  const common = { path, place: place(path), id: undefined, timeout: undefined };
  if (typeof entry === "string") return { ...common, spec: entry, options: undefined, optionsPath: path };
  if (Array.isArray(entry)) return { ...common, spec: entry[0], options: entry[1], optionsPath: [...path, 1] };
  const { use, options, id, timeout } = entry;
  return {
    ...common,
    spec: use,
    options,
    optionsPath: [...path, "options"],
    id,
    timeout: timeout === undefined ? undefined : duration(timeout),
  };
}
