import type { HashedFile } from "../../extract/hash_artifact.ts";
import { createDigester } from "../../oci/digest.ts";
import { collect } from "../../pipeline/collect.ts";
import type { Entry } from "../../pipeline/entry.ts";
import { filter } from "../../pipeline/filter.ts";
import { stageRunner } from "../../pipeline/flow.ts";
import type { Pipeline } from "../../pipeline/publish.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import type { Context } from "../../work/context.ts";
import { inParallel } from "../../work/together.ts";
import { buildPipeline } from "./build_pipeline.ts";
import { thisMachine } from "./machine.ts";
import type { ConfiguredOptions } from "./publish_options.ts";
import { type Settings, settingsOf } from "./settings.ts";

/** How files are read. */
export interface ReadingChoice {
  /** How many at a time. */
  readonly concurrency: number;
  /** The size of the largest file that can be read again, in bytes. */
  readonly keepLimit: number;
}

/**
 * Reads what a push would pack: after the filters, and after the steps between them and the archive.
 *
 * @returns The files, by path.
 */
export async function packedFiles(
  options: ConfiguredOptions,
  { concurrency, keepLimit }: ReadingChoice,
  context: Context,
): Promise<ReadonlyMap<string, HashedFile>> {
  const settings = await settingsOf(options);
  const { machine = thisMachine() } = options;
  const { pipeline } = await buildPipeline(settings, { machine, context, mode: "plan" });
  const selected = await entriesOf(settings.source, pipeline, context);
  const entries = settings.written.packsItself ? selected : await arranged(selected, settings, context);
  const files = entries.filter(({ kind }) => kind === "file");
  return new Map(
    await inParallel(files, concurrency, async (entry) => {
      return [entry.path, await hashEntry(entry, keepLimit, context)] as const;
    }),
  );
}

async function entriesOf(
  location: string,
  { collect: collectors, filter: filters, custom = {} }: Pipeline,
  context: Context,
): Promise<readonly Entry[]> {
  const run = stageRunner(custom, context);
  const collected = await run("collect", { location }, collect(collectors));
  let selected = await run("filter", collected, filter(filters));
  for (const step of custom.before?.archive ?? []) selected = await step.run(selected, context);
  return selected.entries;
}

/** As they would be in the artifact. What could not be packed is compared as it lies there. */
async function arranged(
  entries: readonly Entry[],
  settings: Settings,
  context: Context,
): Promise<readonly Entry[]> {
  const { name, facts } = settings.profile;
  try {
    return await facts.arrange?.(entries, settings, context) ?? entries;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    context.log.warn(`The directory is compared as it is, because profile ${name} could not pack it: ${error.message}`);
    return entries;
  }
}

async function hashEntry(entry: Entry, keepLimit: number, { signal }: Context): Promise<HashedFile> {
  const digester = createDigester();
  for await (const piece of entry.open()) {
    signal.throwIfAborted();
    digester.update(piece);
  }
  const { size } = digester;
  return {
    kind: "file",
    executable: entry.executable,
    digest: digester.digest(),
    size,
    ...(size <= keepLimit ? { open: () => entry.open() } : {}),
  };
}
