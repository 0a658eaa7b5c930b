import type { Digest } from "./digest.ts";

/** String to string, as OCI puts it on manifests and descriptors. Values may be empty, keys may not. */
export type Annotations = Readonly<Record<string, string>>;

/** The platform that a manifest in an index is for. */
export interface Platform {
  /** CPU architecture in Go's spelling, such as `amd64` or `arm64`. */
  readonly architecture: string;
  /** Operating system in Go's spelling, such as `linux`. */
  readonly os: string;
  /** CPU variant, such as `v8`. */
  readonly variant?: string;
}

/**
 * Names content: what it is, its digest and its exact size.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md | OCI image-spec 1.1.1, Content Descriptors}
 */
export interface Descriptor {
  /** The media type of the content (RFC 6838). */
  readonly mediaType: string;
  /** The digest of the raw bytes. */
  readonly digest: Digest;
  /** The size of the raw bytes: 0 to 2^53-1. */
  readonly size: number;
  /** What else is known of the content. */
  readonly annotations?: Annotations;
  /** The type of an artifact, when the descriptor points to one. */
  readonly artifactType?: string;
  /** The platform that the content is for. */
  readonly platform?: Platform;
  /** The content itself in Base64, where whoever wrote the descriptor put it. */
  readonly data?: string;
  /** Other places that are said to have the content. gantry asks none of them. */
  readonly urls?: readonly string[];
}

/**
 * Bytes with a name: a descriptor, and a way to read what it names as often as needed.
 */
export interface Content {
  /** What the bytes are. */
  readonly descriptor: Descriptor;
  /** Reads the bytes from the start. Each call gives a new stream, which must be read to its end or cancelled. */
  open(): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The `url` of a store that has it: a registry that is in need not be sent it. */
  readonly from?: string;
}
