import type { Descriptor } from "../../oci/descriptor.ts";

/** A manifest and its bytes. */
export interface FetchedManifest {
  /** What it is. */
  readonly descriptor: Descriptor;
  /** The bytes as the registry has them; their digest was checked. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}
