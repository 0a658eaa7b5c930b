import { createHash } from "node:crypto";
import type { Compression } from "./compression.ts";
import type { StampedEntry } from "./tree.ts";

/**
 * Raised when the same entries give other bytes than before within a version of gantry: as long as it is being changed.
 * Between two versions nothing is shared anyway.
 */
const FORMAT = 1;

/** What decides the bytes of a layer. */
export interface LayerInput {
  /** What archive it is. */
  readonly format: "tar" | "zip";
  /** What is in it, in this order. */
  readonly entries: Iterable<KeyedEntry>;
  /** How it is compressed. */
  readonly compression: Compression;
}

/** What counts of an entry: its bytes are not read. */
export type KeyedEntry = Pick<StampedEntry, "name" | "type" | "mode" | "size" | "stamp">;

/** What decides every byte of a layer, in one text. */
export type LayerKey =
  | { readonly key: string; readonly unknown?: undefined }
  | {
    readonly key?: undefined;
    /** The name of an entry of which nobody can say without reading it whether it is the same as before. */
    readonly unknown: string;
  };

/**
 * Gathers everything that decides the bytes of a layer without reading a file: how it is compressed, and name, kind,
 * mode, size and stamp of each entry in their order. What stands beside the bytes, such as the media type, does not
 * count.
 */
export function layerKey({ format, entries, compression }: LayerInput): LayerKey {
  const hash = createHash("sha256");
  hash.update(`layer ${FORMAT} ${format} ${compressionKey(compression)}\n`);
  let lines = "";
  for (const entry of entries) {
    const line = entryKey(entry);
    if (line === undefined) return { unknown: entry.name };
    lines += line;
    if (lines.length < BATCH) continue;
    hash.update(lines);
    lines = "";
  }
  return { key: hash.update(lines).digest("hex") };
}

/** How many characters are hashed at once; one call for each of many entries costs more than the hashing. */
const BATCH = 64 * 1024;

/** The length before a name says where it ends, whatever is in it. */
function entryKey({ name, type, mode, size, stamp }: KeyedEntry): string | undefined {
  const content = type === "directory" ? "" : stamp?.();
  if (content === undefined) return undefined;
  return `${type} ${mode} ${size} ${content} ${name.length} ${name}\n`;
}

function compressionKey(compression: Compression): string {
  switch (compression.kind) {
    case "gzip":
      return `gzip ${compression.level}`;
    case "zstd":
      // Another version of the runtime may write other bytes.
      return `zstd ${compression.level} ${Deno.version.deno}`;
    case "none":
      return "none";
  }
}
