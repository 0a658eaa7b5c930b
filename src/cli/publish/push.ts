import { dirname } from "node:path";
import { printedReference } from "../../oci/reference.ts";
import { whyUnreadable } from "../../system/io_error.ts";
import { pushConfigured, type PushResult } from "../../verbs/push.ts";
import { formatBytes } from "../../work/amounts.ts";
import { addStepSummary, type StepSummary } from "../ci/step_summary.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { createProgress } from "../output/progress.ts";
import { type ResultLine, sayResults, stopwatch, transferred } from "../output/result_line.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { PublishFlags } from "./commands.ts";
import { optionsFromFlags, type PublishArguments } from "./options_from_flags.ts";

/** `gantry push`: the whole pipeline. */
export async function runPush(
  source: string | undefined,
  targets: readonly string[],
  flags: PublishFlags,
  world: World,
): Promise<number> {
  if (flags.dryRun) {
    const { runPlan } = await import("./plan.ts");
    return await runPlan(source, targets, flags, world);
  }
  const time = stopwatch();
  const result = await push({ source, targets }, flags, world);
  sayResults(world, { quiet: flags.quiet, lines: resultLines(result, time()) });
  const format = flags.output ?? "text";
  // Whatever cannot be written, the artifact is published, and its digest must not get lost.
  try {
    world.stdout(format === "text" ? pushLines(result) : await formatOutput(result, format));
  } finally {
    await writeOutputs(result, flags, world);
  }
  return EXIT.done;
}

async function push(named: PublishArguments, flags: PublishFlags, world: World): Promise<PushResult> {
  using progress = createProgress(world);
  const options = await optionsFromFlags(named, flags, { world, progress });
  await checkWritable(flags.digestFile, "--digest-file");
  await checkWritable(flags.dotenv, "--dotenv");
  return await pushConfigured(options);
}

/** One line for each target: `HOST/REPOSITORY@sha256:…`, or `oci-layout:PATH@sha256:…`. */
function pushLines({ targets }: PushResult): string {
  return targets.map(({ url }) => `${printedReference(url)}\n`).join("");
}

/** Each target by its name alone: the digest is printed. */
function resultLines({ targets, changed }: PushResult, time: string): readonly ResultLine[] {
  const done = changed === false ? "Unchanged" : "Published";
  return targets.map(({ repository, tags, ...sent }) => ({
    what: `${done} ${tags.length === 0 ? "without a tag" : tags.join(", ")}`,
    where: repository,
    amounts: [...(changed === false ? [] : transferred(sent)), time],
  }));
}

async function writeOutputs(result: PushResult, flags: PublishFlags, world: World): Promise<void> {
  if (flags.digestFile !== undefined) await write(flags.digestFile, `${result.digest}\n`, { append: false });
  if (flags.dotenv !== undefined) {
    await write(flags.dotenv, world.secrets.maskResult(dotenv(result)), { append: false });
  }
  await addStepSummary(summaryOf(result), world);
  const outputs = world.env("GITHUB_OUTPUT");
  if (world.env("GITHUB_ACTIONS") === "true" && outputs !== undefined && outputs !== "") {
    const ref = printedReference(result.url);
    const changed = result.changed === undefined ? "" : `changed=${result.changed}\n`;
    const lines = `digest=${result.digest}\nref=${ref}\nurl=${result.url}\n${changed}`;
    await write(outputs, world.secrets.maskResult(lines), { append: true });
  }
}

/** What the next jobs of GitLab get as variables. */
function dotenv({ url, digest, tag, version }: PushResult): string {
  const values = {
    GANTRY_DIGEST: digest,
    GANTRY_REF: printedReference(url),
    GANTRY_URL: url,
    ...(tag === undefined ? {} : { GANTRY_TAG: tag }),
    ...(version === undefined ? {} : { GANTRY_VERSION: version }),
  };
  return Object.entries(values).map(([name, value]) => `${name}=${value}\n`).join("");
}

function summaryOf({ targets, digest, size, profile, changed }: PushResult): StepSummary {
  return {
    title: changed === false ? "Unchanged" : "Published",
    columns: ["target", "tags", "digest", "size", "profile"],
    rows: targets.map(({ repository, tags }) => [
      repository,
      tags.join(", ") || "none",
      digest,
      formatBytes(size),
      profile,
    ]),
  };
}

async function write(path: string, text: string, options: Deno.WriteFileOptions): Promise<void> {
  try {
    await Deno.writeTextFile(path, text, options);
  } catch (cause) {
    throw new Error(`Cannot write ${JSON.stringify(path)}, but everything is published: ${whyUnreadable(cause)}`, {
      cause,
    });
  }
}

/** Finds out before anything is contacted whether a file can be written at the end. */
async function checkWritable(path: string | undefined, flag: string): Promise<void> {
  if (path === undefined) return;
  try {
    const isThere = await Deno.stat(path).catch(() => undefined);
    if (isThere?.isDirectory) throw new Error("it is a directory");
    if (isThere === undefined) await Deno.stat(dirname(path));
  } catch (cause) {
    throw new UsageError(`Cannot write ${JSON.stringify(path)} (${flag}): ${whyUnreadable(cause)}`, { cause });
  }
}
