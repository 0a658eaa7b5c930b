import { basename } from "node:path";
import { makePlugin } from "../../driver/check_plugin.ts";
import type { Context, Log } from "../../work/context.ts";
import type { Host } from "../../pipeline/host.ts";
import { createKit } from "../../driver/kit.ts";
import { refuseUnknown } from "../../pipeline/filter.ts";
import type { PluginFactory, Stage, StageIO } from "../../pipeline/plugin.ts";
import { prepareMade } from "../../driver/prepare.ts";
import type { ReadyPlugin } from "../../pipeline/ready_plugin.ts";
import { formatPath } from "../../driver/format_path.ts";
import { createScratch } from "../../system/scratch.ts";
import { readSmallText } from "../../system/read_small_file.ts";

import { EXIT } from "../output/exit_code.ts";
import { compareGolden } from "./golden_output.ts";
import { loadWithHint } from "./load_with_hint.ts";
import { createLog } from "../output/log.ts";
import { comparableOutput } from "./comparable_output.ts";
import { fixtureInput, withFixture } from "./fixture.ts";
import { pluginHost } from "../../verbs/publish/stages/plugin_host.ts";
import { unifiedDiff } from "../../verbs/diff/unified_diff.ts";
import { declaredEnv } from "../machine.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import { messageOf } from "../../work/message_of.ts";

/** The flags of `plugin test`. */
export interface PluginTestFlags {
  readonly fixture?: string;
  readonly options?: string;
  readonly golden?: string;
  readonly update?: boolean;
  readonly verbose?: boolean;
}

/** The time that plugins under test take for now: the same today and next year. */
const FIXTURE_DATE = new Date("2026-01-02T09:10:45Z");

/**
 * `gantry plugin test`: runs a plugin twice on a fixture, as a pipeline would. Fails when the two runs differ, or when
 * the output is another than that of the golden file.
 */
export async function runPluginTest(use: string, flags: PluginTestFlags, world: World): Promise<number> {
  const log = createLog(world, flags.verbose ? "verbose" : "normal");
  const factory = await loadWithHint(use, {
    base: ".",
    env: declaredEnv(world),
    signal: world.signal,
  });
  const options = await readOptions(flags.options);
  const host = pluginHost({ ...world, env: declaredEnv(world) }, { mode: "run", log, sourceDate: FIXTURE_DATE });
  const made = makePlugin(factory, await createKit(), use);
  const name = `${made.name} (${made.stage})`;
  const [first = "", second = ""] = await withFixture(flags.fixture, async (directory) => {
    const run = async (): Promise<string> => await outputOf(factory, { use, options, directory, host, log }, world);
    return [await run(), await run()];
  });
  if (first !== second) {
    const diff = unifiedDiff({ path: "output.json", before: first, after: second }, 3) ?? "";
    throw new Error(`Plugin ${name} gives another output when it runs again:\n${diff.trimEnd()}`);
  }
  // Only now: two values that are hidden behind the same stars may differ. A golden file is made to be committed.
  const shown = world.secrets.mask(first);
  world.stdout(shown);
  const path = flags.golden ?? goldenPath(use);
  const verdict = path === undefined ? "" : await compareGolden(shown, { path, update: flags.update ?? false, name });
  log.info(`Plugin ${name}: two runs, one output${verdict}`);
  return EXIT.done;
}

interface Trial {
  readonly use: string;
  readonly options: unknown;
  readonly directory: string;
  readonly host: Host;
  readonly log: Log;
}

/** Runs the plugin once, as a new instance. */
async function outputOf(
  factory: PluginFactory,
  { use, options, directory, host, log }: Trial,
  { signal }: World,
): Promise<string> {
  const made = makePlugin(factory, await createKit(), use);
  const { plugin, problems } = await prepareMade<Stage>(made, { options, origin: use }, host);
  if (plugin === undefined) {
    const lines = problems.map(({ path, message }) => `--options: ${JSON.stringify(formatPath(path))}: ${message}`);
    throw new UsageError(lines.join("\n"), {
      problems: lines,
      hints: [`\`gantry plugin info ${use}\` shows the options of ${made.name}`],
    });
  }
  const scratch = createScratch();
  try {
    const context: Context = { signal, log, scratch, progress: () => {} };
    const { stage } = plugin;
    const input = await fixtureInput(stage, directory, context);
    // The input is made for the plugin's own stage, which the types cannot know here.
    const { output, skipped } = await (plugin as ReadyPlugin).attempt(input, context);
    if (stage === "filter" && output !== undefined) checkDrop(plugin as ReadyPlugin<"filter">, input, output);
    const given = skipped === undefined ? { output: await comparableOutput(stage, output) } : { skipped };
    const report = { plugin: plugin.name, stage, ...given };
    return `${JSON.stringify(report, undefined, 2)}\n`;
  } finally {
    await scratch.close();
  }
}

/** What the stage itself says of a filter's result, beyond its shape. */
function checkDrop(plugin: ReadyPlugin<"filter">, input: unknown, output: unknown): void {
  const { entries } = input as StageIO["filter"]["in"];
  refuseUnknown(plugin, entries, (output as StageIO["filter"]["out"]).drop);
}

async function readOptions(given: string | undefined): Promise<unknown> {
  if (given === undefined) return undefined;
  try {
    return JSON.parse(given.startsWith("@") ? await readSmallText(given.slice(1)) : given);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new UsageError(`Cannot read the options ${JSON.stringify(given)}: ${reason}`, { cause });
  }
}

/** A package has no place of its own for it. */
function goldenPath(use: string): string | undefined {
  const path = use.replace(/^exec:/, "");
  return /^(?:npm|jsr):/.test(path) || basename(path) === "" ? undefined : `${path}.golden.json`;
}
