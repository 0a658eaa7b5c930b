import type { HashedFile } from "../../extract/hash_artifact.ts";
import { createDigester } from "../../oci/digest.ts";
import { collect } from "../../pipeline/collect.ts";
import type { Entry } from "../../pipeline/entry.ts";
import { filter } from "../../pipeline/filter.ts";
import { stageRunner } from "../../pipeline/flow.ts";
import type { Pipeline } from "../../pipeline/publish.ts";
import type { Context } from "../../work/context.ts";
import { inParallel } from "../../work/together.ts";
import { buildPipeline } from "./build_pipeline.ts";
import { thisMachine } from "./machine.ts";
import { chooseProfile } from "./profiles.ts";
import type { PublishOptions } from "./publish_options.ts";
import { settingsOf } from "./settings.ts";

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
  options: PublishOptions,
  { concurrency, keepLimit }: ReadingChoice,
  context: Context,
): Promise<ReadonlyMap<string, HashedFile>> {
  const settings = await settingsOf(options);
  const profile = await chooseProfile(settings);
  const { machine = thisMachine() } = options;
  const means = { machine, context, mode: "plan", allow: options.configuration?.allow } as const;
  const { pipeline } = await buildPipeline(settings, profile, means);
  const entries = await entriesOf(settings.source, pipeline, context);
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
