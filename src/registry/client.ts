import { SYSTEM_CLOCK } from "../system/clock.ts";
import type { Call } from "../work/context.ts";
import { beginUpload, cancelBegun } from "./blobs/begin_upload.ts";
import { BegunUploads } from "./blobs/begun_uploads.ts";
import { fetchBlob } from "./blobs/download.ts";
import { blobExists } from "./blobs/exists.ts";
import { pushBlob } from "./blobs/upload.ts";
import { findEndpoint } from "./http/endpoint.ts";
import { openTransport, type TransportOptions } from "./http/open_transport.ts";
import type { TlsOptions } from "./http/transport.ts";
import { KnownBlobs } from "./known_blobs.ts";
import type { RepositoryLink } from "./link.ts";
import { type Authorizer, createAuthorizer } from "./login/authorizer.ts";
import type { ChallengeMemory } from "./login/challenge_memory.ts";
import type { CredentialSource } from "./login/credentials.ts";
import { type Access, CATALOG_SCOPE, repositoryScope } from "./login/scope.ts";
import { deleteManifest, fetchManifest, putManifest, putTags, resolveManifest } from "./manifests.ts";
import { createReferrers } from "./referrers.ts";
import { listRepositories } from "./repositories.ts";
import type { Repository } from "./repository.ts";
import { createBackoff, DEFAULT_RETRY_POLICY, retry, type RetryPolicy } from "./retry.ts";
import { createSender } from "./sender.ts";
import { createSharedTags } from "./shared_tags.ts";
import { listTags } from "./tags.ts";
import { RegistryTraits } from "./traits.ts";

/** How to talk to a registry. */
export interface RegistryClientOptions
  extends Pick<TransportOptions, "host" | "env" | "stall" | "secret" | "transport" | "clock"> {
  /** HTTP instead of HTTPS; a registry on this machine needs no such permission. `false` when left out. */
  readonly plainHttp?: boolean;
  /** Whom to trust; whom the system trusts when left out. */
  readonly tls?: TlsOptions;
  /** Says who we are; nobody when left out. */
  readonly credentials?: CredentialSource;
  /** Where to keep how the registry wants to be asked; it is kept for as long as the client when left out. */
  readonly challenges?: ChallengeMemory | undefined;
  /** How often what may pass by itself is tried again. */
  readonly retry?: RetryPolicy;
  /** A number from 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
}

/** A client of one registry. What it learns about the registry is shared by all its repositories. */
export interface RegistryClient {
  /** Host and port as they stand in a reference. */
  readonly host: string;
  /**
   * Names a repository; sends nothing.
   *
   * @param access What will be done there; a token is asked for accordingly. `pull` when left out.
   */
  repository(name: string, access?: Access): Repository;
  /**
   * Lists the names of all repositories, in the registry's order. Many registries do not tell them to everybody.
   *
   * @throws {RegistryError} When it has no such list, or not for us.
   */
  repositories(call: Call): AsyncIterable<string>;
  /**
   * Shows our credentials to the registry, as a login does. A registry that wants none takes any.
   *
   * @returns Where it was, and what time it has.
   * @throws {RegistryError} When it refuses them.
   */
  check(call: Call): Promise<CheckedRegistry>;
  /** Closes connections. Requests that are under way fail. */
  close(): void;
}

/** A registry that has let us in. */
export interface CheckedRegistry {
  /** Where its API is, without a path. */
  readonly origin: string;
  /** The time that it has, in milliseconds since 1970; absent when it does not say. */
  readonly time?: number;
}

/** How long the last word to a registry may take, in milliseconds. */
const FAREWELL_LIMIT = 2000;

/** Makes a client. Nothing is sent before the first request. */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { host, clock = SYSTEM_CLOCK, credentials = () => Promise.resolve(undefined) } = options;
  const { send, proxyOf, close } = openTransport({ ...options.tls, ...options, clock });
  const lifetime = new AbortController();
  const policy = options.retry ?? DEFAULT_RETRY_POLICY;
  const backoff = {
    policy,
    clock,
    said: new Set<string>(),
    ...(options.random === undefined ? {} : { random: options.random }),
  };
  const traits = new RegistryTraits();
  const known = new KnownBlobs();
  const begun = new BegunUploads();
  const authorizers = new Map<string, Authorizer>();
  let found: Promise<URL> | undefined;

  function endpoint(): Promise<URL> {
    found ??= findEndpoint(host, { plainHttp: options.plainHttp ?? false, send, clock, signal: lifetime.signal })
      .catch((error) => {
        found = undefined;
        throw error;
      });
    return found;
  }

  /** Files may hold another credential for each repository. */
  function authorizer(name: string, at: URL): Authorizer {
    const credential = (): ReturnType<CredentialSource> => credentials(host, name);
    const known = authorizers.get(name) ??
      createAuthorizer({
        endpoint: at,
        credential,
        send,
        clock,
        lifetime: lifetime.signal,
        memory: options.challenges,
      });
    authorizers.set(name, known);
    return known;
  }

  const sender = createSender({
    host,
    endpoint,
    authorizer,
    send,
    proxyOf,
    clock,
    lifetime: lifetime.signal,
  });

  function link(name: string, scopes: readonly string[]): RepositoryLink {
    return {
      name,
      place: `${host}/${name}`,
      traits,
      known,
      begun,
      shared: createSharedTags(clock),
      endpoint,
      backoff: () => createBackoff(backoff),
      retry: (operation, call) => retry(operation, backoff, call),
      async farewell(action, call): Promise<void> {
        const limit = new AbortController();
        const stop = clock.timer(FAREWELL_LIMIT, () => limit.abort());
        await action({ ...call, signal: limit.signal }).finally(stop);
      },
      send: ({ moreScopes = [], ...request }, call) =>
        sender({ ...request, repository: name, scopes: [...scopes, ...moreScopes] }, call),
    };
  }

  return {
    host,
    repository: (name, access = "pull") => repository(link(name, [repositoryScope(name, access)])),
    repositories: (call) => listRepositories(link("", [CATALOG_SCOPE]), call),
    async check(call): Promise<CheckedRegistry> {
      const api = link("", []);
      const request = { action: `log in to ${host}`, method: "GET", target: "/v2/", expect: [200] } as const;
      const { response, url } = await api.retry(() => api.send(request, call), call);
      await response.body?.cancel();
      const time = Date.parse(response.headers.get("date") ?? "");
      return { origin: url.origin, ...(Number.isNaN(time) ? {} : { time }) };
    },
    close(): void {
      if (lifetime.signal.aborted) return;
      lifetime.abort(new DOMException(`The client of ${host} was closed`, "AbortError"));
      close();
    },
  };
}

function repository(link: RepositoryLink): Repository {
  return {
    name: link.name,
    resolve: (reference, call) => resolveManifest(link, reference, call),
    exists: (blob, call) => blobExists(link, blob, call),
    fetch: (blob, call) => fetchBlob(link, blob, call),
    fetchManifest: (reference, call) => fetchManifest(link, reference, call),
    beginBlob: (blob, call) => beginUpload(link, blob, call),
    cancelBegun: (call) => cancelBegun(link, call),
    pushBlob: (blob, call, options) => pushBlob(link, blob, call, options),
    pushManifest: (manifest, call) => putManifest(link, manifest, manifest.descriptor.digest, call),
    tag: (manifest, tags, call) => putTags(link, manifest, typeof tags === "string" ? [tags] : tags, call),
    tags: (call) => listTags(link, call),
    delete: (reference, call) => deleteManifest(link, reference, call),
    referrers: createReferrers(link),
    settle: ({ signal }) => link.shared.settle(signal),
  };
}
