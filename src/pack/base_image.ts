import type { Content } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";

/** An image that another one is built on. */
export interface BaseImage {
  /** The digest of its manifest. */
  readonly digest: Digest;
  /** Its config (OCI image-spec 1.1.1, Image Configuration), which has a `diff_ids` for each layer. */
  readonly config: BaseConfig;
  /** Its layers, the lowest first, with the media types of OCI. */
  readonly layers: readonly Content[];
}

/** What a config says that goes on into the image built on it. */
export interface BaseConfig {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly "os.version"?: string;
  /** How a container starts: `Env`, `User`, `Entrypoint` and so on. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly rootfs: { readonly diff_ids: readonly Digest[] };
  readonly history?: readonly unknown[];
}
