import { makePlugin } from "../../../driver/check_plugin.ts";
import type { Host } from "../../../pipeline/host.ts";
import { createKit } from "../../../driver/kit.ts";
import type { Stage } from "../../../pipeline/plugin.ts";
import { PluginError } from "../../../pipeline/plugin_error.ts";
import type { OptionProblem } from "../../../driver/parse_options.ts";
import { prepare, prepareMade } from "../../../driver/prepare.ts";
import type { Reference } from "../../../oci/reference.ts";
import type { ReadyOf } from "../../../pipeline/ready_plugin.ts";
import { OptionsError } from "../../../options/options_error.ts";
import type { Target } from "../../../pipeline/target.ts";
import type { Machine } from "../machine.ts";
import type { PathProblem, Positions } from "../publish_options.ts";
import { namesOfStage, stagesOfBuiltIn } from "./built_ins.ts";
import type { StageEntry, WrittenEntry } from "./stage_entry.ts";
import { isTargetKind, targetKind } from "./upload.ts";

/** A plugin of the pipeline or a target of a kind that is built in, and who decided that it is there. */
export type MadePlugin = { readonly entry: StageEntry } & Made;

type Made =
  | { readonly plugin: ReadyOf<Stage>; readonly target?: undefined }
  | { readonly plugin?: undefined; readonly target: Target };

/** What plugins are made with. */
export interface MakingMeans {
  readonly host: Host;
  /** Where the lists stand that name plugins. */
  readonly positions: Positions;
  readonly load: Machine["load"];
  readonly signal: AbortSignal;
}

/**
 * Makes all plugins of a pipeline with their options, and opens its targets. Nothing of them runs yet but factories.
 *
 * @throws {OptionsError} Names all that is wrong with any of them.
 */
export async function makePlugins(entries: readonly StageEntry[], means: MakingMeans): Promise<readonly MadePlugin[]> {
  const made: MadePlugin[] = [];
  const problems: PathProblem[] = [];
  const hints = new Set<string>();
  const ids = new Map<Stage, Set<string>>();
  for (const entry of entries) {
    const taken = ids.get(entry.stage) ?? new Set<string>();
    ids.set(entry.stage, taken);
    const outcome = await makeOne(entry, entry.onlyChecked ? new Set() : taken, means);
    if (outcome === undefined) continue;
    if ("problems" in outcome) {
      problems.push(...outcome.problems);
      if (outcome.hint !== undefined) hints.add(outcome.hint);
    } else if (!entry.onlyChecked) made.push({ entry, ...outcome });
  }
  if (problems.length === 0) return made;
  const written = means.positions.problems(problems);
  throw new OptionsError(written.join("\n"), { problems: written, hints: [...hints] });
}

type Outcome = Made | Wrong;

interface Wrong {
  readonly problems: readonly PathProblem[];
  readonly hint?: string | undefined;
}

/** `undefined` when nothing is wrong with options that were only checked. */
async function makeOne(entry: StageEntry, taken: Set<string>, means: MakingMeans): Promise<Outcome | undefined> {
  const { stage, spec, written } = entry;
  if (stage === "upload" && written?.factory === undefined && isTargetKind(spec)) {
    return await openedTarget(spec, entry, taken);
  }
  if (written === undefined) return { plugin: await madeByDefault(entry, taken, means) };
  if (entry.problem !== undefined) return problem(written, entry.problem);
  try {
    return await madeAsWritten(entry, written, taken, means);
  } catch (error) {
    if (error instanceof PluginError) return { ...problem(written, error.message), hint: error.hint };
    throw error;
  }
}

async function openedTarget(
  kind: Reference["kind"],
  { written, target, problem: wrong }: StageEntry,
  taken: Set<string>,
): Promise<Outcome | undefined> {
  if (written !== undefined) {
    if (wrong !== undefined) return problem(written, wrong);
    const { parseOptions } = await import("../../../driver/parse_options.ts");
    const parsed = parseOptions(targetKind(kind, await createKit()), written.options);
    if (!parsed.success) return wrongOptions(parsed.problems, kind, written);
  }
  return target && { target: await target(written?.options ?? {}, freeId(kind, taken)) };
}

async function madeByDefault(
  { spec, builtIn }: StageEntry,
  taken: Set<string>,
  { host }: MakingMeans,
): Promise<ReadyOf<Stage>> {
  const id = freeId(spec, taken);
  const { plugin } = builtIn === undefined
    ? {}
    : await prepare<Stage>(builtIn.factory, { options: builtIn.options(), checked: true, id }, host);
  // Who is not written down is built in, and with options that are not checked there are no problems.
  if (plugin === undefined) throw new TypeError(`Cannot make plugin ${spec}`);
  return plugin;
}

async function madeAsWritten(
  { stage, spec, builtIn }: StageEntry,
  written: WrittenEntry,
  taken: Set<string>,
  { host, load, signal }: MakingMeans,
): Promise<Outcome> {
  const elsewhere = builtIn === undefined && written.factory === undefined ? stagesOfBuiltIn(spec) : [];
  if (elsewhere.length > 0) return problem(written, wrongPlace(spec, elsewhere[0] ?? "", stage));
  const factory = builtIn?.factory ?? written.factory ??
    await load(spec, { signal, known: namesOfStage(stage) });
  const plugin = makePlugin(factory, await createKit(), spec);
  if (plugin.stage !== stage) return problem(written, wrongPlace(plugin.name, plugin.stage, stage));
  const { options, timeout } = written;
  if (written.id !== undefined && taken.has(written.id)) {
    return problem(written, `there is another plugin of ${stage} with the id ${JSON.stringify(written.id)}`);
  }
  const id = freeId(written.id ?? plugin.name, taken);
  const prepared = await prepareMade<Stage>(plugin, {
    id,
    options: builtIn === undefined ? options ?? {} : builtIn.options(options),
    ...(builtIn === undefined ? { origin: spec } : {}),
    ...(timeout === undefined ? {} : { timeout }),
  }, host);
  if (prepared.plugin !== undefined) return { plugin: prepared.plugin };
  return wrongOptions(prepared.problems, plugin.name, written);
}

function wrongOptions(problems: readonly OptionProblem[], name: string, { spec, optionsPath }: WrittenEntry): Wrong {
  return {
    problems: problems.map(({ path, ...rest }) => ({ path: [...optionsPath, ...path], ...rest })),
    hint: `\`gantry plugin info ${spec}\` shows the options of ${name}`,
  };
}

function problem({ path }: WrittenEntry, message: string): Wrong {
  return { problems: [{ path, message }] };
}

function wrongPlace(name: string, own: string, stage: Stage): string {
  const [where = "", around] = own.split(":");
  const list = around === undefined ? `"pipeline.${own}"` : `"pipeline.custom" with "${where}": "${around}"`;
  return `plugin ${name} stands at "${own}" and not at "${stage}": it belongs into ${list}`;
}

/** A name that no other plugin of the stage has: `ignore`, `ignore#2`. */
function freeId(name: string, taken: Set<string>): string {
  let id = name;
  for (let count = 2; taken.has(id); count++) id = `${name}#${count}`;
  taken.add(id);
  return id;
}
