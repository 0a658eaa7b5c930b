import type { Reference, RegistryReference } from "../../oci/reference.ts";
import type { Context, Log } from "../../work/context.ts";
import type { Store } from "../../store/store.ts";
import { createRegistryClient, type RegistryClient, type RegistryClientOptions } from "../../registry/client.ts";
import { answerLimit, REGISTRY_DEFAULTS } from "../../registry/defaults.ts";
import { registryStore } from "../../registry/store.ts";
import type { Access } from "../../registry/login/scope.ts";
import { registryCredentials } from "./credentials.ts";
import type { RegistryFlags } from "./flags.ts";
import type { RegistryPlace } from "./registry_place.ts";
import type { Patience } from "../../verbs/publish/publish_options.ts";
import { readTlsFiles } from "./tls_files.ts";
import type { World } from "../world.ts";

/** The way to registries: one client for each host, and who we are there. */
export interface RegistryAccess {
  /**
   * A repository as a store, opened for what will be done there.
   *
   * @param options How many requests at a time, where it is not what the settings say.
   */
  store(reference: RegistryReference, access: Access, options?: { readonly concurrency?: number }): Store;
  /**
   * Lists the names of all repositories of a registry.
   *
   * @throws {RegistryError} When it has no such list, or not for us.
   */
  repositories(host: string, context: Context): AsyncIterable<string>;
  /** Closes all connections. */
  close(): void;
}

/** Opens the way to registries as the flags say. Nothing is sent before the first request. */
export async function createRegistryAccess(
  flags: RegistryFlags,
  settings: Patience & {
    /** Every place where gantry will go. */
    readonly targets: readonly (Reference | RegistryPlace)[];
  },
  surroundings: { readonly world: World; readonly log: Log },
): Promise<RegistryAccess> {
  const hosts = new Set(settings.targets.flatMap((target) => "host" in target ? [target.host] : []));
  const credentials = await registryCredentials(flags, { ...surroundings, hosts: [...hosts] });
  const options = await clientOptions(flags, { ...settings, world: surroundings.world });
  const clients = new Map<string, RegistryClient>();
  return {
    store: (reference, access, { concurrency = settings.concurrency } = {}) =>
      registryStore({ reference, client: client(reference.host), access, concurrency }),
    repositories: (host, context) => client(host).repositories(context),
    close: () => clients.forEach((client) => client.close()),
  };

  function client(host: string): RegistryClient {
    const known = clients.get(host);
    if (known !== undefined) return known;
    const client = createRegistryClient({ ...options, host, credentials });
    clients.set(host, client);
    return client;
  }
}

/**
 * How to talk to any registry, whoever we are there.
 *
 * @throws {UsageError} When a file that flags name cannot be used.
 */
export async function clientOptions(
  flags: RegistryFlags,
  { retries, timeout, world }: Omit<Patience, "concurrency"> & { readonly world: World },
): Promise<Omit<RegistryClientOptions, "host" | "credentials">> {
  return {
    plainHttp: flags.plainHttp ?? false,
    env: world.env,
    tls: await readTlsFiles(flags),
    stall: { idle: timeout, answer: answerLimit(timeout) },
    retry: { retries, budget: REGISTRY_DEFAULTS.retryBudget },
    secret: (text) => world.secrets.add(text),
  };
}
