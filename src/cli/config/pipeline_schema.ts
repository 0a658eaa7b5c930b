import { z } from "../../pipeline/schema.ts";
import { STAGE_NAMES } from "../../pipeline/stages.ts";
import { duration, filled, listOf, mustBe, object, oneOf } from "./config_fields.ts";

const SPEC = filled().meta({
  id: "PluginName",
  description: "A built-in plugin's name, ./FILE relative to this file, npm:PACKAGE, jsr:PACKAGE or exec:PROGRAM.",
});
const OPTIONS = z.record(z.string(), z.unknown(), { error: mustBe("an object") })
  .meta({ id: "Options", description: "What the plugin is told; `gantry plugin info` lists what it takes." });
const INSTANCE = {
  use: SPEC,
  options: OPTIONS.exactOptional(),
  id: filled().describe("What messages call it; the plugin's name when left out.").exactOptional(),
  timeout: duration().describe("How long it may take, such as 30s, 5m or 1h.").exactOptional(),
};

/** A plugin in the list of a stage: its name, its name with options, or an object with more. */
const ENTRY = z.union([
  SPEC,
  z.tuple([SPEC, OPTIONS], { error: mustBe("a list of two: a plugin and its options") }),
  object(INSTANCE),
], { error: mustBe('a plugin, a list ["PLUGIN", { OPTIONS }] or an object with "use"') })
  .meta({ id: "Plugin", description: "A plugin, a plugin with its options, or an object with more." });

const STAGE = oneOf(STAGE_NAMES);
const CUSTOM = object({
  before: STAGE.describe("The stage that it stands before.").exactOptional(),
  after: STAGE.describe("The stage that it stands after.").exactOptional(),
  ...INSTANCE,
}).refine(({ before, after }) => (before === undefined) !== (after === undefined), {
  error: 'must say either "before" or "after", with the name of a stage',
}).meta({ oneOf: [only("before"), only("after")] });

/** The plugins of each stage. */
export const PIPELINE_SCHEMA = object({
  collect: listOf(ENTRY).min(1, "must name at least one plugin")
    .describe("What finds entries: directory, file, stdin, tar or plugins of your own.").exactOptional(),
  filter: listOf(ENTRY)
    .describe("What leaves entries out, one after the other; ignore comes first unless it is named.").exactOptional(),
  archive: listOf(ENTRY).length(1, "must name exactly one plugin")
    .describe("What makes config and layers: the name of a profile or a plugin of your own.").exactOptional(),
  annotate: listOf(ENTRY)
    .describe("What knows annotations, the first one wins: static, env, git or plugins of your own.").exactOptional(),
  upload: listOf(ENTRY)
    .describe("How registries and layouts are reached, and further targets by plugins of your own.").exactOptional(),
  tag: listOf(ENTRY)
    .describe("What names tags: version, static, latest or plugins of your own.").exactOptional(),
  custom: listOf(CUSTOM)
    .describe("Steps of your own before and after stages.").exactOptional(),
});

/** The plugins of each stage, as the configuration has them. */
export type PipelineConfig = z.infer<typeof PIPELINE_SCHEMA>;

function only(key: string): object {
  return { type: "object", properties: { [key]: {} }, required: [key] };
}
