import type { Kit } from "../pipeline/plugin.ts";
import type { Schema, z } from "../pipeline/schema.ts";
import type { BaseImage } from "./base_image.ts";
import { type Compression, type Gzip, GZIP_LEVEL } from "./compression.ts";
import type { OpenLayerCache } from "./layer_cache.ts";

/** What there is to pack with that is no option of the plugin: of the machine, and of this run. */
export interface ArchiveMeans {
  /** How many threads compress gzip; 0 for none but the caller's. Never changes a byte. */
  readonly workers?: number;
  /** Opens the cache of layers; without it every layer is made anew. Never changes a byte. */
  readonly cache?: OpenLayerCache | undefined;
  /** The version of what is published, where it is known, for what is packed with it. */
  readonly version?: string;
  /** The image that an image is built on. */
  readonly base?: BaseImage;
  /** Finds out the revision of the source; `undefined` when nobody knows it. */
  readonly revision?: () => Promise<string | undefined>;
}

/** How a layer that any tool may read is compressed. */
export interface CompressionChoice {
  /** Which one. */
  readonly compression: Compression["kind"];
  /** 1 to 9 for gzip, 1 to 19 for zstd; each has its default. */
  readonly compressionLevel?: number | undefined;
}

/** How a layer is compressed whose consumers read nothing but gzip. */
export interface GzipChoice {
  /** 1 (fast) to 9 (small). */
  readonly compressionLevel: number;
}

/** The options of a {@linkcode GzipChoice}. */
export function gzipChoice(kit: Kit): Schema<GzipChoice> {
  return kit.z.strictObject(gzipFields(kit));
}

/** The options of a {@linkcode GzipChoice}, by name. */
export function gzipFields({ z }: Kit): { readonly compressionLevel: z.ZodType<number> } {
  return {
    compressionLevel: z.int().min(1).max(GZIP_LEVEL_LIMIT).default(GZIP_LEVEL).describe(
      "How hard to compress: 1 to 9.",
    ),
  };
}

interface CompressionFields {
  readonly compression: z.ZodType<Compression["kind"]>;
  readonly compressionLevel: z.ZodType<number | undefined>;
}

/** The options of a {@linkcode CompressionChoice}, by name. */
export function compressionFields({ z }: Kit): CompressionFields {
  return {
    compression: z.enum(["gzip", "zstd", "none"]).default("gzip").describe("How the layer is compressed."),
    compressionLevel: z.int().min(1).max(ZSTD_LEVEL_LIMIT).optional().describe(
      "How hard to compress: 1 to 9 for gzip, 1 to 19 for zstd.",
    ),
  };
}

/** Fills in what the choice leaves open. */
export function chosenCompression(
  { compression: kind, compressionLevel: level }: CompressionChoice,
  means: ArchiveMeans,
): Compression {
  switch (kind) {
    case "gzip":
      return chosenGzip({ compressionLevel: level ?? GZIP_LEVEL }, means);
    case "zstd":
      return { kind, level: level ?? ZSTD_LEVEL };
    case "none":
      return { kind };
  }
}

/** The same for gzip. */
export function chosenGzip({ compressionLevel }: GzipChoice, { workers = 0 }: ArchiveMeans): Gzip {
  return { kind: "gzip", level: compressionLevel, workers };
}

const GZIP_LEVEL_LIMIT = 9;
const ZSTD_LEVEL = 3;
const ZSTD_LEVEL_LIMIT = 19;
