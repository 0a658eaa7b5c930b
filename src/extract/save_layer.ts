import { basename, dirname } from "node:path";
import type { Descriptor } from "../oci/descriptor.ts";
import { outputPlace, writeThrough } from "../system/output_place.ts";
import type { Context } from "../work/context.ts";
import type { StoreReader } from "../store/store.ts";
import { startExtraction } from "./extraction.ts";
import { ExtractionError } from "./extraction_error.ts";
import type { ExtractionRules } from "./extraction_rules.ts";
import { findArtifact } from "./find_artifact.ts";
import { createMeter } from "./meter.ts";
import type { Placed } from "./directory/move_into_place.ts";
import { openLayer } from "./open_layer.ts";
import { selectLayers } from "./plan_layers.ts";
import type { ArtifactPullOptions, PulledArtifact } from "./pull_artifact.ts";

/** Which layer to save, and where to. */
export interface SaveOptions extends Omit<ArtifactPullOptions, "directory" | "concurrency"> {
  /** The file that it shall become; a device or a named pipe is written to. */
  readonly file: string;
  /** Takes the bytes instead, when they go to no file. */
  readonly write?: (bytes: Uint8Array) => Promise<void>;
}

/**
 * Writes one layer of an artifact to a file, byte for byte. Until all of it was checked there is no such file, and
 * nothing is written to what is no file.
 *
 * @throws {ExtractionError} When there is not exactly one layer, or another file is there already.
 * @throws {NotFoundError} When there is no such artifact.
 */
export async function saveLayer(
  store: StoreReader,
  { name, file, write, platform, layerTypes = [], rules }: SaveOptions,
  context: Context,
): Promise<PulledArtifact> {
  // Found out before anything is fetched.
  const place = write === undefined ? await outputPlace(file) : undefined;
  const found = await findArtifact(store, name, platform, context);
  const layer = onlyLayer(selectLayers(found.manifest, layerTypes), `${store.url}@${found.descriptor.digest}`);
  const bytes = await openLayer(store, layer, context);
  const placed = place?.kind === "file"
    ? await saveFile(bytes, { layer, path: place.path, rules, context })
    : await send(bytes, { layer, write: writerTo(write, { file, context }), rules, context });
  return { ...found, ...placed, layers: [layer] };
}

interface SavedLayer {
  readonly layer: Descriptor;
  readonly rules: ExtractionRules;
  readonly context: Context;
}

async function saveFile(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  { layer, path, rules, context: { signal } }: SavedLayer & { readonly path: string },
): Promise<Placed> {
  // The name is the user's own, and is held to no rule but those of the system.
  await using extraction = await startExtraction(dirname(path), { ...rules, names: "any" });
  await extraction.file(bytes, { path: basename(path), what: `layer ${layer.digest}`, layer: 1, signal });
  return await extraction.finish(signal);
}

function writerTo(
  write: SaveOptions["write"],
  { file, context }: { readonly file: string; readonly context: Context },
): ByteWriter {
  if (write === undefined) return (bytes) => writeThrough(file, bytes, context.signal);
  return async (bytes) => {
    for await (const piece of bytes) await write(piece);
  };
}

type ByteWriter = (bytes: AsyncIterable<Uint8Array>) => Promise<void>;

/** What was written to a pipe cannot be taken back, so all of it is read before. */
async function send(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  { layer, write, rules, context }: SavedLayer & { readonly write: ByteWriter },
): Promise<Placed> {
  createMeter(rules).bytes(layer.size, `layer ${layer.digest}`);
  const { open } = await context.scratch.keep({ mediaType: layer.mediaType }, bytes);
  await write(open());
  return { written: 1, unchanged: 0 };
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
