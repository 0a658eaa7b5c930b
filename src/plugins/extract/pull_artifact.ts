import type { Descriptor, Platform } from "../../oci/descriptor.ts";
import type { Context } from "../../pipeline/context.ts";
import type { StoreReader } from "../../pipeline/store.ts";
import { checkPlatform } from "./check_platform.ts";
import { type Extraction, startExtraction } from "./extraction.ts";
import { ExtractionError } from "./extraction_error.ts";
import type { ExtractionRules } from "./extraction_rules.ts";
import { findArtifact, type FoundArtifact } from "./find_artifact.ts";
import { createLayerReader } from "./layer_reader.ts";
import type { Placed } from "./move_into_place.ts";
import { beginsLikeArchive, peekStart } from "./peek_start.ts";
import { type ArchivePlan, type LayerPlan, planLayers } from "./plan_layers.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What to pull, and where to. */
export interface PullOptions {
  /** A tag or a digest. */
  readonly name: string;
  /** A directory, or where one shall be. */
  readonly directory: string;
  /** For which platform, where there are several. */
  readonly platform?: Platform;
  /** Media types or digests of the layers that are wanted; none stands for those that the ecosystem takes. */
  readonly layerTypes?: readonly string[];
  readonly rules: ExtractionRules;
  /** How many small layers are read at a time. */
  readonly concurrency: number;
}

/** What was pulled. */
export interface PulledArtifact extends FoundArtifact, Placed {
  /** The layers that were extracted. */
  readonly layers: readonly Descriptor[];
}

/**
 * Extracts an artifact into a directory. Every byte is checked against its digest, and the whole of it against the
 * rules, before anything is visible there.
 *
 * @throws {ExtractionError} When the artifact breaks a rule; nothing of it is visible then.
 * @throws {NotFoundError} When there is no such artifact.
 */
export async function pullArtifact(
  store: StoreReader,
  { name, directory, platform, layerTypes, rules, concurrency }: PullOptions,
  context: Context,
): Promise<PulledArtifact> {
  const found = await findArtifact(store, name, platform, context);
  await checkPlatform(store, found, platform, context);
  const plans = planLayers(found.manifest, layerTypes);
  const layers = plans.map(({ layer }) => layer);
  const reader = createLayerReader(store, layers, { concurrency, context });
  await using extraction = await startExtraction(directory, rules);
  for (const [at, plan] of plans.entries()) {
    context.signal.throwIfAborted();
    const bytes = await reader.open(at);
    // Layers are counted from 1: the directory itself is there before them.
    await extractLayer(plan, bytes, { extraction, rules, context, number: at + 1 });
  }
  return { ...found, ...await extraction.finish(context.signal), layers };
}

interface LayerPlace {
  readonly extraction: Extraction;
  readonly rules: ExtractionRules;
  readonly context: Context;
  readonly number: number;
}

async function extractLayer(plan: LayerPlan, bytes: ReadableStream<Bytes>, place: LayerPlace): Promise<void> {
  const { layer } = plan;
  const { extraction, number, context: { signal } } = place;
  const what = `layer ${layer.digest}`;
  switch (plan.kind) {
    case "archive":
      return await extractArchive(plan, bytes, place);
    case "file":
      return await extraction.file(bytes, { path: plan.path, what, layer: number, signal });
    case "unknown": {
      const { start, stream } = await peekStart(bytes);
      if (beginsLikeArchive(start)) {
        return await extractArchive({ kind: "archive", layer, links: "error" }, stream, place);
      }
      await stream.cancel().catch(() => {});
      const type = JSON.stringify(layer.mediaType.slice(0, 150));
      throw new ExtractionError("layer", `Cannot extract ${what} of type ${type}: it has no title and is no archive`);
    }
  }
}

async function extractArchive(
  { layer, links, ...how }: ArchivePlan,
  bytes: ReadableStream<Bytes>,
  { extraction, rules, number, context: { signal, log } }: LayerPlace,
): Promise<void> {
  await extraction.archive(bytes, {
    ...how,
    what: `layer ${layer.digest}`,
    layer: number,
    links: rules.links ?? links,
    signal,
    note: log.info,
  });
}
