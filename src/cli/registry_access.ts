import { join } from "node:path";
import type { RegistryReference } from "../oci/reference.ts";
import type { Target } from "../pipeline/plugin.ts";
import type { Store } from "../pipeline/store.ts";
import { createRegistryClient, type RegistryClient } from "../plugins/registry/client.ts";
import type { Credential, CredentialSource } from "../plugins/registry/credentials.ts";
import { findAuth, parseDockerConfig } from "../plugins/registry/docker_config.ts";
import { registryStore } from "../plugins/registry/registry_store.ts";
import { registry } from "../plugins/registry/registry_target.ts";
import type { Access } from "../plugins/registry/scope.ts";
import type { RegistryFlags } from "./registry_flags.ts";
import type { Settings } from "./settings.ts";
import { UsageError } from "./usage_error.ts";
import type { World } from "./world.ts";

/** The way to registries: one client for each host, and who we are there. */
export interface RegistryAccess {
  /** A repository as a place to publish to. */
  target(reference: RegistryReference): Target;
  /** A repository as a store, opened for what will be done there. */
  store(reference: RegistryReference, access: Access): Store;
  /** Closes all connections. */
  close(): void;
}

/** Opens the way to registries as the flags say. Nothing is sent before the first request. */
export async function createRegistryAccess(
  flags: RegistryFlags,
  settings: Pick<Settings, "concurrency" | "retries">,
  world: World,
): Promise<RegistryAccess> {
  const given = await givenCredential(flags, world);
  if (given !== undefined) world.secrets.add(given.kind === "password" ? given.password : given.token);
  const credentials = given === undefined ? dockerCredentials(flags, world) : () => Promise.resolve(given);
  const clients = new Map<string, RegistryClient>();
  return {
    target: (reference) => registry({ reference, client: client(reference.host), concurrency: settings.concurrency }),
    store: (reference, access) => registryStore({ reference, client: client(reference.host), access }),
    close: () => clients.forEach((client) => client.close()),
  };

  function client(host: string): RegistryClient {
    const known = clients.get(host);
    if (known !== undefined) return known;
    const client = createRegistryClient({
      host,
      plainHttp: flags.plainHttp ?? false,
      credentials,
      retry: { retries: settings.retries, budget: 5 * 60_000 },
    });
    clients.set(host, client);
    return client;
  }
}

/** Credentials from flags, then from `GANTRY_USERNAME` and `GANTRY_PASSWORD`. */
async function givenCredential(flags: RegistryFlags, world: World): Promise<Credential | undefined> {
  const { creds, username, passwordStdin } = flags;
  if (creds !== undefined) {
    if (username !== undefined || passwordStdin) {
      throw new UsageError("Cannot use --creds together with --username or --password-stdin");
    }
    const colon = creds.indexOf(":");
    // As Timoni and Flux have it: without a colon it is a token.
    if (colon < 0) return { kind: "registry-token", token: creds };
    return { kind: "password", username: creds.slice(0, colon), password: creds.slice(colon + 1) };
  }
  if (passwordStdin) {
    if (username === undefined) throw new UsageError("--password-stdin needs --username");
    const password = (await new Response(world.stdin()).text()).replace(/\r?\n$/, "");
    if (password === "") throw new UsageError("The password on standard input is empty");
    return { kind: "password", username, password };
  }
  const password = world.env("GANTRY_PASSWORD");
  const name = username ?? world.env("GANTRY_USERNAME");
  if (name !== undefined && password !== undefined) return { kind: "password", username: name, password };
  if (username !== undefined) throw new UsageError("--username needs --password-stdin");
  return undefined;
}

/** Credentials from Docker's config file, read when the first registry asks for some. */
function dockerCredentials(flags: RegistryFlags, { env, secrets }: World): CredentialSource {
  const directory = env("DOCKER_CONFIG") ??
    (env("HOME") === undefined ? undefined : join(env("HOME") ?? "", ".docker"));
  const path = flags.registryConfig ?? (directory === undefined ? undefined : join(directory, "config.json"));
  let text: Promise<string | undefined> | undefined;
  return async (host, repository) => {
    if (path === undefined) return undefined;
    const content = await (text ??= readConfig(path, flags.registryConfig !== undefined));
    if (content === undefined) return undefined;
    const credential = findAuth(parseDockerConfig(content, path), host, repository);
    if (credential !== undefined) {
      secrets.add(credential.kind === "password" ? credential.password : credential.token);
    }
    return credential;
  };
}

async function readConfig(path: string, required: boolean): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (!required && cause instanceof Deno.errors.NotFound) return undefined;
    throw new UsageError(`Cannot read ${JSON.stringify(path)}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}
