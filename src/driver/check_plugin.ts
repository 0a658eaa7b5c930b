import { API_VERSIONS } from "./kit.ts";
import { kindOf } from "./kind_of.ts";
import { nearestWord } from "../work/nearest_word.ts";
import type { AnyPlugin, Kit } from "../pipeline/plugin.ts";
import { PluginError } from "../pipeline/plugin_error.ts";
import { STAGE_NAMES, STAGES } from "../pipeline/stages.ts";
import { messageOf } from "../work/message_of.ts";

/**
 * Makes a plugin with what was loaded, and checks all of it that does not need options.
 *
 * @param factory The default export of a plugin's file, whatever it is.
 * @param origin What errors call the plugin: its file or specifier.
 * @throws {PluginError} Names the plugin and the first thing that is wrong with it.
 */
export function makePlugin(factory: unknown, kit: Kit, origin: string): AnyPlugin {
  if (factory === undefined) throw invalid(origin, "it has no default export", FACTORY_HINT);
  if (typeof factory !== "function") {
    throw invalid(origin, `its default export is ${kindOf(factory)} and not a function`, FACTORY_HINT);
  }
  const made = call(() => factory(kit), origin);
  if (typeof made !== "object" || made === null) {
    throw invalid(origin, `its default export gives ${kindOf(made)} and no plugin`, FACTORY_HINT);
  }
  if (made instanceof Promise) {
    // Nobody will look at what becomes of it.
    made.catch(() => {});
    throw invalid(origin, "its default export is async: a plugin is made at once, and may wait when it runs");
  }
  const problem = problemOf(made as Fields);
  if (problem !== undefined) throw invalid(origin, ...problem);
  return made as AnyPlugin;
}

const FACTORY_HINT = "a plugin's file says `export default (kit) => kit.plugin({ ... })`";

type Fields = Readonly<Record<string, unknown>>;
type Reason = readonly [problem: string, hint?: string];

function call(make: () => unknown, origin: string): unknown {
  try {
    return make();
  } catch (cause) {
    const message = messageOf(cause);
    throw new PluginError(`Cannot use plugin ${JSON.stringify(origin)}: making it failed: ${message}`, {
      code: "PLUGIN_INVALID",
      plugin: origin,
      cause,
    });
  }
}

function invalid(origin: string, problem: string, hint?: string): PluginError {
  return new PluginError(`Cannot use plugin ${JSON.stringify(origin)}: ${problem}`, {
    code: "PLUGIN_INVALID",
    plugin: origin,
    hint,
  });
}

function problemOf(plugin: Fields): Reason | undefined {
  const { name, version, apiVersion, stage, description, options, env, inPlan, run } = plugin;
  // The first: what follows may have another meaning in another version.
  if (!API_VERSIONS.includes(apiVersion as number)) return wrongApiVersion(apiVersion);
  if (!isText(name) || !/^[^\s\p{C}]+$/u.test(name)) {
    return [`its "name" must be a text without white space, such as "acme:strip-secrets", not ${shown(name)}`];
  }
  if (!isText(version) || !/^[0-9]+\.[0-9]+\.[0-9]+/.test(version)) {
    return [`its "version" must be SemVer, such as "1.0.0", not ${shown(version)}`];
  }
  if (!STAGES.includes(stage as typeof STAGES[number])) return wrongStage(stage);
  const misspelt = Object.keys(plugin).find((key) => !FIELDS.includes(key) && nearestWord(key, FIELDS) !== undefined);
  if (misspelt !== undefined) {
    return [`it has no use for "${misspelt}", did you mean "${nearestWord(misspelt, FIELDS)}"?`];
  }
  if (description !== undefined && !isText(description)) return [`its "description" is ${kindOf(description)}`];
  if (typeof (options as Fields | undefined)?.safeParse !== "function") {
    return [`its "options" must be a schema, not ${kindOf(options)}`, "without options it is `kit.z.strictObject({})`"];
  }
  if (env !== undefined && !(Array.isArray(env) && env.every((name) => isText(name) && /^[^=\0]+$/.test(name)))) {
    return ['its "env" must be a list of names of environment variables'];
  }
  if (inPlan !== undefined && inPlan !== "run" && inPlan !== "skip") {
    return [`its "inPlan" must be "run" or "skip", not ${shown(inPlan)}`];
  }
  if (stage === "archive" && inPlan === "skip") return ["a plan needs what it packs, so it cannot be left out of one"];
  if (typeof run !== "function") return [`its "run" must be a function, not ${kindOf(run)}`];
  return stage === "upload" ? placeProblem(plugin.place) : undefined;
}

const FIELDS = ["name", "version", "apiVersion", "stage", "description", "options", "env", "inPlan", "run", "place"];

function wrongApiVersion(apiVersion: unknown): Reason {
  const spoken = API_VERSIONS.join(" and ");
  if (apiVersion === undefined) return [`it does not say its "apiVersion", and this gantry speaks ${spoken}`];
  return [
    `it is written for version ${shown(apiVersion)} of the contract ("apiVersion"), and this gantry speaks ${spoken}`,
    "use a version of the plugin that fits, or another gantry",
  ];
}

function wrongStage(stage: unknown): Reason {
  const meant = isText(stage) ? nearestWord(stage, STAGES) : undefined;
  if (meant !== undefined) return [`its "stage" is ${shown(stage)}, did you mean "${meant}"?`];
  return [`its "stage" is ${shown(stage)}`, `there are ${STAGE_NAMES.join(", ")}, and before: and after: each of them`];
}

function placeProblem(place: unknown): Reason | undefined {
  if (typeof place !== "object" || place === null) {
    return [`its "place" must say what it knows of the place that it uploads to, not ${kindOf(place)}`];
  }
  const fields = place as Fields;
  for (const name of ["url", "tag"]) {
    if (typeof fields[name] !== "function") {
      return [`its "place.${name}" must be a function, not ${kindOf(fields[name])}`];
    }
  }
  for (const name of ["resolve", "attach", "append", "discard"]) {
    if (fields[name] !== undefined && typeof fields[name] !== "function") {
      return [`its "place.${name}" must be a function, not ${kindOf(fields[name])}`];
    }
  }
  return undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  return typeof value === "number" || typeof value === "boolean" ? String(value) : kindOf(value);
}
