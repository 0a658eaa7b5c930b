import type { Call } from "../work/context.ts";
import type { BegunUploads } from "./blobs/begun_uploads.ts";
import type { KnownBlobs } from "./known_blobs.ts";
import type { SharedTags } from "./shared_tags.ts";
import type { RegistryTraits } from "./traits.ts";
import type { Backoff } from "./retry.ts";
import type { Answer, RegistryRequest } from "./sender.ts";

/** A request to a repository: its scopes are the repository's own, and more where another one takes part. */
export type RepositoryRequest = Omit<RegistryRequest, "repository" | "scopes"> & {
  readonly moreScopes?: readonly string[];
};

/** How the parts of a repository talk to the registry. */
export interface RepositoryLink {
  /** The repository's name, as it stands in the registry's paths: `acme/app`. */
  readonly name: string;
  /** Host and repository, as errors name the repository: `ghcr.io/acme/app`. */
  readonly place: string;
  readonly traits: RegistryTraits;
  readonly known: KnownBlobs;
  readonly begun: BegunUploads;
  readonly shared: SharedTags;
  /** Sends one request, once. */
  send(request: RepositoryRequest, call: Call): Promise<Answer>;
  /** Counts the failures of one operation. */
  backoff(): Backoff;
  /** Repeats an operation while its errors may pass. */
  retry<T>(operation: () => Promise<T>, call: Call): Promise<T>;
  /** Runs a last request after the call was aborted or has failed: with a signal of its own, and not for long. */
  farewell(action: (call: Call) => Promise<void>, call: Call): Promise<void>;
  /** Where the registry is, for URLs that it sends. */
  endpoint(call: Call): Promise<URL>;
}
