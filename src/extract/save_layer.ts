import { basename, dirname } from "node:path";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Context } from "../work/context.ts";
import type { StoreReader } from "../store/store.ts";
import { startExtraction } from "./extraction.ts";
import { ExtractionError } from "./extraction_error.ts";
import { findArtifact } from "./find_artifact.ts";
import { openLayer } from "./open_layer.ts";
import { selectLayers } from "./plan_layers.ts";
import type { PulledArtifact, PullOptions } from "./pull_artifact.ts";

/** Which layer to save, and where to. */
export interface SaveOptions extends Omit<PullOptions, "directory" | "concurrency"> {
  /** The file that it shall become. */
  readonly file: string;
}

/**
 * Writes one layer of an artifact to a file, byte for byte. Until all of it was checked there is no such file.
 *
 * @throws {ExtractionError} When there is not exactly one layer, or another file is there already.
 * @throws {NotFoundError} When there is no such artifact.
 */
export async function saveLayer(
  store: StoreReader,
  { name, file, platform, layerTypes = [], rules }: SaveOptions,
  context: Context,
): Promise<PulledArtifact> {
  await refuseDirectory(file);
  const found = await findArtifact(store, name, platform, context);
  const layer = onlyLayer(selectLayers(found.manifest, layerTypes), `${store.url}@${found.descriptor.digest}`);
  // The name is the user's own, and is held to no rule but those of the system.
  await using extraction = await startExtraction(dirname(file), { ...rules, names: "any" });
  const { signal } = context;
  await extraction.file(await openLayer(store, layer, context), {
    path: basename(file),
    what: `layer ${layer.digest}`,
    layer: 1,
    signal,
  });
  return { ...found, ...await extraction.finish(signal), layers: [layer] };
}

/** Found out before anything is fetched. */
async function refuseDirectory(file: string): Promise<void> {
  const isDirectory = /[/\\]$/.test(file) || await Deno.stat(file).then((found) => found.isDirectory, () => false);
  if (isDirectory) throw new Error(`Cannot write ${JSON.stringify(file)}: it is a directory, and a file is wanted`);
}

function onlyLayer(layers: readonly Descriptor[], artifact: string): Descriptor {
  const [first, ...more] = layers;
  if (first !== undefined && more.length === 0) return first;
  const named = layers.slice(0, 20).map(({ mediaType, digest }) =>
    `${digest} (${JSON.stringify(mediaType).slice(1, -1)})`
  );
  throw new ExtractionError(
    "layer",
    `Cannot save one layer of ${artifact}: there are ${layers.length}, ${named.join(", ")}`,
  );
}
