import type { Content, Descriptor } from "../oci/descriptor.ts";
import type { Pushed, StoredManifest } from "../store/store.ts";
import type { Call } from "../work/context.ts";
import type { Referrers } from "./referrers.ts";

/** How to push a blob. */
export interface BlobPushOptions {
  /**
   * Another repository of the registry that may have the blob. What a client has seen in one repository it tries to
   * mount into the next by itself.
   */
  readonly mountFrom?: string | undefined;
  /** Sends the blob although the registry said that it is there: it turned out to be wrong. */
  readonly evenIfThere?: boolean;
}

/**
 * One repository of a registry: what can be done with its content.
 *
 * Everything throws {@linkcode RegistryError} when the registry refuses, {@linkcode ConnectionError} when it cannot be
 * reached, and the signal's reason when the call is aborted. What may pass by itself was tried again before that.
 */
export interface Repository {
  /** Name below the host, such as `acme/app`. */
  readonly name: string;
  /** Says what a tag or a digest stands for; `undefined` when there is no such manifest. */
  resolve(reference: string, call: Call): Promise<Descriptor | undefined>;
  /** Says whether a blob is there. */
  exists(blob: Descriptor, call: Call): Promise<boolean>;
  /** Reads a blob. The stream errors instead of ending when the bytes are not the ones that the descriptor names. */
  fetch(blob: Descriptor, call: Call): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  /** Reads a manifest by tag or digest; `undefined` when there is none. */
  fetchManifest(reference: string, call: Call): Promise<StoredManifest | undefined>;
  /**
   * Finds out whether a blob is there and makes ready to send it, both at once: the push of it need not ask then.
   * Sends no content, and never fails.
   */
  beginBlob(blob: Descriptor, call: Call): Promise<void>;
  /** Tells the registry that the blobs which were begun and not pushed will not come. */
  cancelBegun(call: Call): Promise<void>;
  /**
   * Brings a blob to the registry unless it is there. A broken upload is resumed or begun anew, an aborted one is
   * cancelled at the registry.
   */
  pushBlob(blob: Content, call: Call, options?: BlobPushOptions): Promise<Pushed>;
  /** Brings a manifest to the registry under its digest, whether or not it is there. */
  pushManifest(manifest: Content, call: Call): Promise<Pushed>;
  /** Points tags to a manifest that is there or not; its blobs must be. */
  tag(manifest: Content, tags: string | readonly string[], call: Call): Promise<void>;
  /** Lists the tags in the registry's order. */
  tags(call: Call): AsyncIterable<string>;
  /** Deletes a tag, or a manifest by its digest; tells whether it was there. */
  delete(reference: string, call: Call): Promise<boolean>;
  /** What `settle` of a [`Store`](../store/store.ts) does; waits for nothing where no such list was written here. */
  settle(call: Call): Promise<void>;
  /** What refers to the manifests in this repository. */
  readonly referrers: Referrers;
}
