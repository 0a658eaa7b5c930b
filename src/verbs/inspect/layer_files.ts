import { TITLE_ANNOTATION } from "../../oci/annotation_keys.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { ImageManifest } from "../../oci/parse_manifest.ts";
import { beginsLikeZip } from "../../oci/zip/directory.ts";
import type { MemberType } from "../../oci/tar/read.ts";
import type { Context } from "../../work/context.ts";
import type { StoreReader } from "../../store/store.ts";
import { refuser } from "../../extract/extraction_error.ts";
import { DEFAULT_EXTRACTION_RULES } from "../../extract/extraction_rules.ts";
import { createMeter, type Meter } from "../../extract/meter.ts";
import { openArchive } from "../../extract/open_archive.ts";
import { openLayer } from "../../extract/open_layer.ts";
import { beginsLikeArchive, peekStart } from "../../extract/peek_start.ts";
import { planLayers } from "../../extract/plan_layers.ts";
import { createPauses } from "../../system/pause.ts";
import { messageOf } from "../../work/message_of.ts";

/** One file, directory or link in a layer, as the layer has it. */
export interface LayerFile {
  /** Where it is, as the layer says it. */
  readonly path: string;
  /** What it is. */
  readonly type: MemberType;
  /** Permission bits in octal, such as `0644`; absent for a layer that is a file itself. */
  readonly mode?: string;
  /** Its size in bytes. */
  readonly size: number;
  /** What a link points to. */
  readonly target?: string;
}

/**
 * Lists the files in the layers of an artifact. Everything is read and verified, and nothing is written anywhere.
 *
 * @returns The files by the digest of their layer. A layer that is no archive is one file, called by its title.
 * @throws {ExtractionError} When an archive unpacks to more than any real one.
 */
export async function layerFiles(
  store: StoreReader,
  manifest: ImageManifest,
  context: Context,
): Promise<ReadonlyMap<Digest, readonly LayerFile[]>> {
  const meter = createMeter(DEFAULT_EXTRACTION_RULES);
  const files = new Map<Digest, readonly LayerFile[]>();
  for (const layer of manifest.layers) {
    if (!files.has(layer.digest)) files.set(layer.digest, await filesIn(store, { manifest, layer, meter }, context));
  }
  return files;
}

async function filesIn(
  store: StoreReader,
  { manifest, layer, meter }: { readonly manifest: ImageManifest; readonly layer: Descriptor; readonly meter: Meter },
  context: Context,
): Promise<readonly LayerFile[]> {
  const what = `layer ${layer.digest}`;
  const { start, stream } = await peekStart(await openLayer(store, layer, context));
  if (!beginsLikeArchive(start) || beginsLikeZip(start) && isFile(layer, manifest)) {
    for await (const _ of stream); // Only to verify it.
    return [{ path: layer.annotations?.[TITLE_ANNOTATION] ?? layer.digest, type: "file", size: layer.size }];
  }
  const { signal, scratch } = context;
  const explain = (cause: unknown): Error => explained(cause, what);
  const { maxSize } = DEFAULT_EXTRACTION_RULES;
  await using archive = await openArchive(stream, { what, meter, signal, scratch, maxSize, explain });
  const files: LayerFile[] = [];
  const pause = createPauses(signal);
  for await (const { name, type, mode, size, target } of archive.members) {
    await pause();
    meter.entry(what);
    if (Math.max(name.length, target.length) > DEFAULT_EXTRACTION_RULES.maxPathLength) {
      refuser(what)(name, "path-length", "its path, or what it links to, is too long");
    }
    files.push({ path: name, type, mode: octal(mode), size, ...(target === "" ? {} : { target }) });
  }
  await archive.drain();
  return files;
}

/** Many a file is a zip, such as a jar or a document: one that a pull would not unpack is a file here, too. */
function isFile(layer: Descriptor, manifest: ImageManifest): boolean {
  return planLayers(manifest, [layer.digest]).some(({ kind }) => kind === "file");
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function explained(cause: unknown, what: string): Error {
  if (cause instanceof Error && cause.name !== "Error" && cause.name !== "SyntaxError") return cause;
  return new Error(`Cannot read ${what}: ${messageOf(cause)}`, { cause });
}
