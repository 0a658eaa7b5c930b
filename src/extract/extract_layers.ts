import type { Context } from "../work/context.ts";
import type { BlobReader } from "../store/store.ts";
import type { LayerExtraction } from "./extraction.ts";
import { ExtractionError } from "./extraction_error.ts";
import type { ExtractionRules } from "./extraction_rules.ts";
import { createLayerReader } from "./layer_reader.ts";
import { beginsLikeArchive, peekStart } from "./peek_start.ts";
import type { ArchivePlan, LayerPlan } from "./plan_layers.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Where layers are extracted to, and how. */
export interface ExtractLayersOptions {
  readonly extraction: LayerExtraction;
  readonly rules: ExtractionRules;
  /** How many small layers are read at a time. */
  readonly concurrency: number;
}

/**
 * Extracts layers, one after the other.
 *
 * @throws {ExtractionError} When one of them breaks a rule.
 */
export async function extractLayers(
  store: BlobReader,
  plans: readonly LayerPlan[],
  { extraction, rules, concurrency }: ExtractLayersOptions,
  context: Context,
): Promise<void> {
  const reader = createLayerReader(store, plans.map(({ layer }) => layer), { concurrency, context });
  for (const [at, plan] of plans.entries()) {
    context.signal.throwIfAborted();
    const bytes = await reader.open(at);
    // Layers are counted from 1: the directory itself is there before them.
    await extractLayer(plan, bytes, { extraction, rules, context, number: at + 1 });
  }
}

interface LayerPlace {
  readonly extraction: LayerExtraction;
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
      throw new ExtractionError("layer", `Cannot unpack ${what} of type ${type}: it has no title and is no archive`);
    }
  }
}

async function extractArchive(
  { layer, links, ...how }: ArchivePlan,
  bytes: ReadableStream<Bytes>,
  { extraction, rules, number, context: { signal, scratch, log } }: LayerPlace,
): Promise<void> {
  await extraction.archive(bytes, {
    ...how,
    what: `layer ${layer.digest}`,
    layer: number,
    links: rules.links ?? links,
    signal,
    scratch,
    note: log.info,
  });
}
