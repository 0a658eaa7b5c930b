import type { Log } from "../../work/context.ts";
import { whyUnreadable } from "../../system/io_error.ts";
import type { Credential, CredentialSource } from "../../registry/login/credentials.ts";
import type { DockerConfig } from "../../registry/login/docker_config.ts";
import { readSmallText } from "../../system/read_small_file.ts";
import { addSecrets, givenCredential, halfCredential } from "./given_credential.ts";
import type { RegistryFlags } from "./flags.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";

/**
 * Says who we are at registries: as flags say, then `GANTRY_USERNAME` and `GANTRY_PASSWORD`, then the one file that is
 * named, or else the places of {@linkcode findCredentials}. Those are looked into when a registry asks.
 *
 * @param surroundings `hosts` are the registries that will be asked; what was given is shown to one of them only.
 * @throws {UsageError} When the flags are wrong, or the file that they name cannot be read.
 */
export async function registryCredentials(
  flags: RegistryFlags,
  { world, log, hosts }: { readonly world: World; readonly log: Log; readonly hosts: readonly string[] },
): Promise<CredentialSource> {
  const given = await givenCredential(flags, world);
  if (given !== undefined && hosts.length > 1) {
    throw new UsageError(
      `The credentials of ${given.from} are for one registry, and there are several: ${
        hosts.join(", ")
      }; \`gantry login\` keeps those of each`,
    );
  }
  const say = sayingOnce(log);
  if (given !== undefined) {
    return (host) => {
      const shown = hosts.includes(host) ? given : undefined;
      say(host, shown);
      return Promise.resolve(shown);
    };
  }
  if (flags.username !== undefined) throw new UsageError("--username needs --password-stdin, or GANTRY_PASSWORD");
  const half = halfCredential(flags, world);
  if (half !== undefined && hosts.length > 0) log.warn(half);
  const only = flags.registryConfig === undefined ? {} : { only: await readRegistryConfig(flags.registryConfig) };
  let find: Promise<CredentialSource> | undefined;
  return async (host, repository) => {
    find ??= credentialsIn(world, { log, ...only });
    const found = await (await find)(host, repository);
    if (found !== undefined) addSecrets(found, world.secrets);
    say(host, found);
    return found;
  };
}

/** Who we are at a registry is the first question where it refuses us. */
function sayingOnce(log: Log): (host: string, credential: Credential | undefined) => void {
  const said = new Set<string>();
  return (host, credential) => {
    const from = credential === undefined ? "none found" : credential.from ?? credential.kind;
    const message = `Credentials for ${host}: ${from}`;
    if (!said.has(message)) log.debug(message);
    said.add(message);
  };
}

/** Imported when a registry asks: most that works with layouts alone never gets here. */
async function credentialsIn(
  world: World,
  options: { readonly log: Log; readonly only?: DockerConfig },
): Promise<CredentialSource> {
  const { systemCredentialWorld } = await import("../../registry/login/credential_world.ts");
  const { findCredentials } = await import("../../registry/login/find_credentials.ts");
  return findCredentials({ world: systemCredentialWorld(world), ...options });
}

/** A file that is named must be there and make sense, before anything is contacted. */
async function readRegistryConfig(path: string): Promise<DockerConfig> {
  const { parseDockerConfig } = await import("../../registry/login/docker_config.ts");
  try {
    return parseDockerConfig(await readSmallText(path), path);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new UsageError(cause.message, { cause });
    throw new UsageError(`Cannot read ${JSON.stringify(path)}: ${whyUnreadable(cause)}`, { cause });
  }
}
