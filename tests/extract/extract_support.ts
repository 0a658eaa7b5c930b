/** What the tests of extraction share. */
import { join } from "node:path";
import { startExtraction } from "../../src/extract/extraction.ts";
import { DEFAULT_EXTRACTION_RULES, type ExtractionRules } from "../../src/extract/extraction_rules.ts";
import { createScratch } from "../../src/system/scratch.ts";
import type { Placed } from "../../src/extract/directory/move_into_place.ts";
import type { UnpackOptions } from "../../src/extract/unpack_layer.ts";

/** Bytes of an archive, whole or in pieces. */
export type ArchiveBytes = Uint8Array<ArrayBuffer> | (() => AsyncIterable<Uint8Array<ArrayBuffer>>);

/** How a test extracts. */
export interface ExtractTestOptions {
  readonly rules?: Partial<ExtractionRules>;
  readonly unpack?: Partial<UnpackOptions>;
  readonly signal?: AbortSignal;
}

/** Extracts archives as the layers of one artifact, with the rules that hold by default, and portable names only. */
export async function extractLayers(
  directory: string,
  layers: readonly ArchiveBytes[],
  { rules = {}, unpack = {}, signal = new AbortController().signal }: ExtractTestOptions = {},
): Promise<Placed & { readonly notes: readonly string[] }> {
  const notes: string[] = [];
  await using scratch = createScratch();
  await using extraction = await startExtraction(directory, {
    ...DEFAULT_EXTRACTION_RULES,
    names: "portable",
    ...rules,
  });
  for (const [at, layer] of layers.entries()) {
    const bytes = typeof layer === "function" ? ReadableStream.from(layer()) : ReadableStream.from([layer]);
    await extraction.archive(bytes, {
      what: `layer ${at + 1}`,
      layer: at + 1,
      links: "error",
      signal,
      scratch,
      note: (message) => notes.push(message),
      ...unpack,
    });
  }
  return { ...await extraction.finish(signal), notes };
}

/**
 * Everything below a directory, without looking through links: `path/`, `path = text`, `path* = text`, `path ->
 * target`.
 */
export async function listing(root: string, below = ""): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(join(root, below))) {
    const path = below === "" ? name : `${below}/${name}`;
    const info = await Deno.lstat(join(root, path));
    if (info.isSymlink) found.push(`${path} -> ${await Deno.readLink(join(root, path))}`);
    else if (info.isDirectory) found.push(`${path}/`, ...await listing(root, path));
    else {
      const mark = ((info.mode ?? 0) & 0o100) === 0 ? "" : "*";
      found.push(`${path}${mark} = ${(await Deno.readTextFile(join(root, path))).slice(0, 40)}`);
    }
  }
  return found.sort();
}
