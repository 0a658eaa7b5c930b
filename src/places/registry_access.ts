import { OptionsError } from "../options/options_error.ts";
import { type Spell, spellOption } from "../options/spell.ts";
import type { Reference, RegistryReference } from "../oci/reference.ts";
import type { RegistryClient } from "../registry/client.ts";
import { processEnv } from "../registry/http/process_env.ts";
import type { ChallengeMemory } from "../registry/login/challenge_memory.ts";
import type { CredentialSource } from "../registry/login/credentials.ts";
import type { Access } from "../registry/login/scope.ts";
import type { WebClient } from "../registry/web_client.ts";
import type { Store } from "../store/store.ts";
import type { AskService } from "../work/ask_service.ts";
import type { Context } from "../work/context.ts";
import type { Patience } from "../options/registry.ts";
import { clientOptions, type RegistryOptions } from "./registry_options.ts";
import type { RegistryPlace } from "./registry_place.ts";

/** The way to registries: one client for each host, and who we are there. */
export interface RegistryAccess {
  /**
   * A repository as a store, opened for what will be done there.
   *
   * @param options How many requests at a time, where it is not what everything else has.
   */
  store(reference: RegistryReference, access: Access, options?: { readonly concurrency?: number }): Promise<Store>;
  /**
   * Lists the names of all repositories of a registry.
   *
   * @throws {RegistryError} When it has no such list, or not for us.
   */
  repositories(host: string, context: Context): AsyncIterable<string>;
  /** Asks a service that is no registry, by the same proxies and with the same patience. Who we are is not said. */
  readonly ask: AskService;
  /** Closes all connections. */
  close(): Promise<void>;
}

/** What is known when the way to registries is opened, beyond how to talk to them. */
export interface RegistryAccessOptions extends Omit<Patience, "concurrency">, Pick<Context, "signal" | "log"> {
  /** Every place that will be gone to: credentials that were given are for one registry only. */
  readonly places: readonly (Reference | RegistryPlace)[];
  /** How many requests at a time. */
  readonly concurrency: number;
  /** Where to keep how registries want to be asked. */
  readonly challenges?: ChallengeMemory | undefined;
  readonly spell?: Spell;
}

/**
 * Opens the way to registries. Nothing is sent before the first request.
 *
 * @throws {OptionsError} When a file that options name cannot be used, or credentials are given for one registry and
 *   there are several.
 */
export async function openRegistries(
  registries: RegistryOptions,
  { places, concurrency: usual, challenges, signal, log, spell = spellOption, ...patience }: RegistryAccessOptions,
): Promise<RegistryAccess> {
  const credentials = credentialSource(registries, { hosts: registryHosts(places), signal, log, spell });
  const options = await clientOptions(registries, { ...patience, spell });
  const clients = new Map<string, Promise<RegistryClient>>();
  let web: Promise<WebClient> | undefined;
  return {
    async store(reference, access, { concurrency = usual } = {}): Promise<Store> {
      const { registryStore } = await import("../registry/store.ts");
      return registryStore({ reference, client: await client(reference.host), access, concurrency });
    },
    async *repositories(host, context): AsyncGenerator<string, void, void> {
      yield* (await client(host)).repositories(context);
    },
    async ask(request, call): ReturnType<AskService> {
      return await (await (web ??= openWeb())).ask(request, call);
    },
    async close(): Promise<void> {
      for (const client of await Promise.allSettled([...clients.values(), ...(web === undefined ? [] : [web])])) {
        if (client.status === "fulfilled") client.value.close();
      }
    },
  };

  function client(host: string): Promise<RegistryClient> {
    const opened = clients.get(host) ?? open(host);
    clients.set(host, opened);
    return opened;
  }

  /** Loaded now, since most of what works with layouts alone never gets here. */
  async function open(host: string): Promise<RegistryClient> {
    const { createRegistryClient } = await import("../registry/client.ts");
    return createRegistryClient({ ...options, host, credentials, challenges });
  }

  async function openWeb(): Promise<WebClient> {
    const { createWebClient } = await import("../registry/web_client.ts");
    return createWebClient(options);
  }
}

/** The registries among some places, each once. */
export function registryHosts(places: readonly (Reference | RegistryPlace)[]): readonly string[] {
  return [...new Set(places.flatMap((place) => "host" in place ? [place.host] : []))];
}

function credentialSource(
  { credentials: given, env = processEnv }: RegistryOptions,
  { hosts, signal, log, spell }: Pick<Context, "signal" | "log"> & {
    readonly hosts: readonly string[];
    readonly spell: Spell;
  },
): CredentialSource {
  if (typeof given === "function") return given;
  if (given === undefined) return usualCredentials({ env, signal, log });
  if (hosts.length <= 1) return (host) => Promise.resolve(hosts.includes(host) ? given : undefined);
  throw new OptionsError(
    `${spell("registry.credentials")} are for one registry, and there are several: ${
      hosts.join(", ")
    }; give a function that knows those of each`,
  );
}

/** Looks at the places where Docker and podman keep credentials, from the first time that somebody asks. */
function usualCredentials(
  { env, signal, log }: Pick<Context, "signal" | "log"> & Required<Pick<RegistryOptions, "env">>,
): CredentialSource {
  let source: Promise<CredentialSource> | undefined;
  return async (host, repository) => await (await (source ??= load()))(host, repository);

  async function load(): Promise<CredentialSource> {
    const [{ findCredentials }, { systemCredentialWorld }] = await Promise.all([
      import("../registry/login/find_credentials.ts"),
      import("../registry/login/credential_world.ts"),
    ]);
    return findCredentials({ world: systemCredentialWorld({ env, signal }), log });
  }
}
