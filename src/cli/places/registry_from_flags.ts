import type { RegistryOptions } from "../../places/registry_options.ts";
import type { Log } from "../../work/context.ts";
import type { World } from "../world.ts";
import { registryCredentials } from "./credentials.ts";
import type { RegistryFlags } from "./flags.ts";

/**
 * How registries are talked to, as flags and environment say.
 *
 * @param surroundings `hosts` are the registries that will be asked.
 * @throws {UsageError} When the flags are wrong.
 */
export async function registryFromFlags(
  flags: RegistryFlags,
  surroundings: { readonly world: World; readonly log: Log; readonly hosts: readonly string[] },
): Promise<RegistryOptions> {
  return {
    ...anonymousFromFlags(flags, surroundings.world),
    credentials: await registryCredentials(flags, surroundings),
  };
}

/** The same without a word of who we are. */
export function anonymousFromFlags(
  { plainHttp, insecure, caFile, certFile, keyFile }: RegistryFlags,
  { env, secrets }: World,
): RegistryOptions {
  return {
    ...(plainHttp === undefined ? {} : { plainHttp }),
    ...(insecure === undefined ? {} : { insecure }),
    ...(caFile === undefined ? {} : { caFile }),
    ...(certFile === undefined ? {} : { certFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
    env,
    secret: (text) => secrets.add(text),
  };
}
