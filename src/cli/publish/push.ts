import { dirname } from "node:path";
import { VERSION_ANNOTATION } from "../../oci/annotation_keys.ts";
import { printedReference } from "../../oci/reference.ts";
import { isVersion } from "../../oci/version.ts";
import type { CustomStep } from "../../pipeline/flow.ts";
import { type Pipeline, publish } from "../../pipeline/publish.ts";
import { tagNames, tagsOfTarget } from "../../pipeline/tag.ts";
import type { Artifact, Publication } from "../../pipeline/values.ts";
import { reasonOf } from "../../plugins/collect/reading_error.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { PublishFlags } from "./commands.ts";
import { plan } from "./plan.ts";
import { pushLines, type PushReport, pushReport } from "./push_report.ts";
import { type PublishSession, warnOfGaps, withPublishSession } from "./session.ts";

/** `gantry push`: the whole pipeline. */
export async function push(args: readonly string[], flags: PublishFlags, world: World): Promise<number> {
  if (flags.dryRun) return await plan(args, flags, world);
  return await withPublishSession(args, flags, { world, mode: "run" }, async (session) => {
    if (session.pipeline.upload.length === 0) {
      throw new UsageError("There is no target: name one, such as oci://HOST/REPOSITORY or oci-layout:PATH");
    }
    await checkWritable(flags.digestFile, "--digest-file");
    const pipeline = session.profile.facts.needsTag ? withNamesNeeded(session.pipeline) : session.pipeline;
    const publication = await publish({ location: session.settings.source }, pipeline, session.context);
    warnOfGaps(session, publication);
    const report = pushReport(publication, session.settings);
    if (report.targets.length === 0) {
      throw new Error("Nothing was published: the plugins of all targets had nothing to do");
    }
    sayTags(report, session);
    sayVersion(publication, session);
    const format = flags.output ?? "text";
    // Whatever cannot be written, the artifact is published, and its digest must not get lost.
    try {
      world.stdout(format === "text" ? pushLines(report) : await formatOutput(report, format));
    } finally {
      await writeOutputs(report, flags, world);
    }
    return EXIT.done;
  });
}

/** timoni finds modules by their tags alone: one that has none could never be used. */
function withNamesNeeded(pipeline: Pipeline): Pipeline {
  const check: CustomStep<Artifact> = {
    name: "names",
    async run(artifact, context): Promise<Artifact> {
      const names = await tagNames(pipeline.tag, artifact, context);
      const unnamed = pipeline.upload.find((target) => tagsOfTarget(target, names).length === 0);
      if (unnamed === undefined) return artifact;
      throw new UsageError(
        `Cannot publish a Timoni module to ${unnamed.url} without a name: timoni finds it by its version, ` +
          "give one with --version, or another tag with --tag",
      );
    },
  };
  const { before, after } = pipeline.custom ?? {};
  const annotate = [...after?.annotate ?? [], check];
  return { ...pipeline, custom: { ...(before && { before }), after: { ...after, annotate } } };
}

function sayTags(report: PushReport, { log, pipeline }: PublishSession): void {
  for (const { url, digest, tags, uploaded, existing } of report.targets) {
    const target = pipeline.upload.find((each) => `${each.url}@${digest}` === url);
    if (tags.length === 0 && target?.ownDigest === undefined) {
      log.warn(`Nothing names what is published in ${target?.url ?? url}: --version or --tag gives it a name`);
    }
    const names = tags.length === 0 ? "no tag, by digest only" : `tagged ${tags.join(", ")}`;
    log.info(`Published ${url}: ${names}, ${uploaded} sent, ${existing} there already`);
  }
}

/** A version that a plugin has found is a tag only where the pipeline says so. */
function sayVersion({ annotations, published }: Publication, { settings, log }: PublishSession): void {
  const found = annotations[VERSION_ANNOTATION];
  if (found === undefined || VERSION_ANNOTATION in settings.annotations || !isVersion(found.value)) return;
  if (published.some(({ tags }) => tags.some(({ tag }) => tag === found.value))) return;
  log.info(
    `The version ${found.value}, which ${found.from} gives, is no tag: "version" in the list "tag" of the pipeline makes it one`,
  );
}

async function writeOutputs(report: PushReport, flags: PublishFlags, world: World): Promise<void> {
  if (flags.digestFile !== undefined) await write(flags.digestFile, `${report.digest}\n`, { append: false });
  const outputs = world.env("GITHUB_OUTPUT");
  if (world.env("GITHUB_ACTIONS") === "true" && outputs !== undefined && outputs !== "") {
    const ref = printedReference(report.url);
    const lines = `digest=${report.digest}\nref=${ref}\n`;
    await write(outputs, world.secrets.maskResult(lines), { append: true });
  }
}

async function write(path: string, text: string, options: Deno.WriteFileOptions): Promise<void> {
  try {
    await Deno.writeTextFile(path, text, options);
  } catch (cause) {
    throw new Error(`Cannot write ${JSON.stringify(path)}, but everything is published: ${reasonOf(cause)}`, { cause });
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
    throw new UsageError(`Cannot write ${JSON.stringify(path)} (${flag}): ${reasonOf(cause)}`, { cause });
  }
}
