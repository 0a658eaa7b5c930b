import type { Descriptor, Platform } from "../oci/descriptor.ts";
import type { Context } from "../work/context.ts";
import type { StoreReader } from "../store/store.ts";
import { extractLayers } from "./extract_layers.ts";
import type { ExtractedTree } from "./extracted_tree.ts";
import { startExtraction } from "./extraction.ts";
import type { ExtractionRules } from "./extraction_rules.ts";
import { findArtifact, type FoundArtifact } from "./find_artifact.ts";
import type { Placed } from "./directory/move_into_place.ts";
import { planLayers } from "./plan_layers.ts";

/** What to pull, and where to. */
export interface ArtifactPullOptions {
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

/** What was extracted into a directory. */
export interface ExtractedArtifact extends PulledArtifact {
  readonly tree: ExtractedTree;
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
  { name, directory, platform, layerTypes, rules, concurrency }: ArtifactPullOptions,
  context: Context,
): Promise<ExtractedArtifact> {
  const found = await findArtifact(store, name, platform, context);
  const plans = planLayers(found.manifest, layerTypes);
  const layers = plans.map(({ layer }) => layer);
  await using extraction = await startExtraction(directory, rules);
  await extractLayers(store, plans, { extraction, rules, concurrency }, context);
  return { ...found, ...await extraction.finish(context.signal), layers, tree: extraction.tree };
}
