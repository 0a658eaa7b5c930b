/** The level of gzip when none is chosen: as small as zlib makes it at 6, in less time. */
export const GZIP_LEVEL = 6;

/** gzip, which every consumer reads. */
export interface Gzip {
  /** What it is. */
  readonly kind: "gzip";
  /** 1 (fast) to 9 (small); each gives the same bytes everywhere. */
  readonly level: number;
  /** How many threads compress; 0 for none but the caller's. Never changes a byte. */
  readonly workers: number;
}

/** How a layer is compressed. */
export type Compression =
  | Gzip
  | { readonly kind: "zstd"; /** 1 to 19. */ readonly level: number }
  | { readonly kind: "none" };

/** The media type of a compressed layer: `+gzip` and `+zstd` say so, no suffix is no compression. */
export function compressedMediaType(mediaType: string, { kind }: Compression): string {
  return kind === "none" ? mediaType : `${mediaType}+${kind}`;
}
