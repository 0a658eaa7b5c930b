import { applyEdits, modify } from "jsonc-parser";
import { valueOf } from "../../config/config_node.ts";
import { readConfigText } from "../../config/parse_config.ts";
import type { TemplateStage } from "./templates.ts";

/** A plugin, and the list that it goes into. */
export interface AddedPlugin {
  readonly stage: TemplateStage;
  /** A file or a program, as a configuration names it. */
  readonly use: string;
}

/** What becomes of a configuration file. */
export interface AddedText {
  /** Where it stands then, as a path of keys, such as `pipeline.filter`. */
  readonly place: string;
  /** What stands for it. */
  readonly entry: unknown;
  /** The whole list there; absent when the file cannot be read as it is, or the stage has its only plugin. */
  readonly list?: readonly unknown[];
  /** The file with it; absent where its format has comments that nobody here can keep. */
  readonly text?: string;
}

/**
 * Adds a plugin to what a configuration file says, behind what stands at its stage already; what annotates stands
 * first, since the first to know a key wins. Comments stay.
 *
 * @param path The file's name: its ending says the format.
 */
export function addToConfig(text: string, path: string, plugin: AddedPlugin): AddedText {
  const { root, problems } = readConfigText(text, path);
  const { key, own, entry } = pluginList(plugin);
  const place = `pipeline.${key}`;
  if (root?.kind !== "object" || problems.length > 0) return { place, entry };
  const there = at(at(valueOf(root), "pipeline"), key);
  if (there !== undefined && (!Array.isArray(there) || plugin.stage === "archive")) return { place, entry };
  const before = there ?? own;
  const index = plugin.stage === "annotate" ? 0 : before.length;
  const list = before.toSpliced(index, 0, entry);
  if (!/\.jsonc?$/.test(path)) return { place, entry, list };
  const keys = ["pipeline", key];
  const formattingOptions = { insertSpaces: !/^\t/m.test(text), tabSize: 2, eol: "\n" };
  // The first of a list brings what gantry has there by itself.
  const edits = there === undefined
    ? modify(text, keys, list, { formattingOptions })
    : modify(text, [...keys, index], entry, { formattingOptions, isArrayInsertion: true });
  return { place, entry, list, text: applyEdits(text, edits) };
}

/** The list of a stage, with what gantry has there by itself. */
function pluginList({ stage, use }: AddedPlugin): {
  readonly key: string;
  readonly own: readonly unknown[];
  readonly entry: unknown;
} {
  switch (stage) {
    case "collect":
      return { key: stage, own: ["directory"], entry: use };
    case "filter":
      return { key: stage, own: ["ignore"], entry: use };
    case "archive":
      return { key: stage, own: [], entry: use };
    case "annotate":
      return { key: stage, own: ["env", "git"], entry: use };
    case "tag":
      return { key: stage, own: ["version", "latest"], entry: use };
    case "before:archive":
      return { key: "custom", own: [], entry: { before: "archive", use } };
    case "after:tag":
      return { key: "custom", own: [], entry: { after: "tag", use } };
  }
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
