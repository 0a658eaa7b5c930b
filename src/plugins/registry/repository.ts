import type { Content, Descriptor } from "../../oci/descriptor.ts";
import type { Call } from "./call.ts";
import type { Answer, RegistryRequest } from "./sender.ts";

/** A manifest and its bytes. */
export interface FetchedManifest {
  readonly descriptor: Descriptor;
  /** The bytes as the registry has them; their digest was checked. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a push did. */
export interface Pushed {
  /** Whether the content was there before, so that nothing had to be sent. */
  readonly existed: boolean;
  /** Bytes of content that were sent, retries included. */
  readonly bytesSent: number;
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
  fetchManifest(reference: string, call: Call): Promise<FetchedManifest | undefined>;
  /** Brings a blob to the registry unless it is there. */
  pushBlob(blob: Content, call: Call): Promise<Pushed>;
  /** Brings a manifest to the registry under its digest, whether or not it is there. */
  pushManifest(manifest: Content, call: Call): Promise<Pushed>;
  /** Points a tag to a manifest that is there or not; its blobs must be. */
  tag(manifest: Content, tag: string, call: Call): Promise<void>;
  /** Lists the tags in the registry's order. */
  tags(call: Call): AsyncIterable<string>;
}

/** How the parts of a repository talk to the registry. */
export interface RepositoryLink {
  readonly name: string;
  /** The scopes of the run's access to this repository. */
  readonly scopes: readonly string[];
  /** Sends one request, once. */
  send(request: Omit<RegistryRequest, "signal" | "scopes">, call: Call): Promise<Answer>;
  /** Repeats an operation while its errors may pass. */
  retry<T>(operation: () => Promise<T>, call: Call): Promise<T>;
  /** The registry, for URLs that it sends. */
  endpoint(call: Call): Promise<URL>;
}
