import { systemCredentialWorld } from "../../registry/login/credential_world.ts";
import { credentialPlaces } from "../../registry/login/find_credentials.ts";
import { eraseLogin } from "../../registry/login/stored_login.ts";
import { EXIT } from "../output/exit_code.ts";
import { createLog } from "../output/log.ts";
import { loginPath, placesThatKnow } from "./login_places.ts";
import type { RegistryFlags } from "../places/flags.ts";
import { parseRegistryHost } from "./registry_host.ts";
import type { World } from "../world.ts";

/** `gantry logout`: forgets what `gantry login` keeps, and says who else still knows credentials. */
export async function logout(
  text: string,
  flags: Pick<RegistryFlags, "registryConfig">,
  world: World,
): Promise<number> {
  const log = createLog(world, "normal");
  const host = parseRegistryHost(text);
  const credentialWorld = systemCredentialWorld(world);
  const path = loginPath(flags, credentialWorld);
  const erased = await eraseLogin(host, { path, world: credentialWorld });
  log.info(erased ? `Logged out of ${host}` : `Not logged in to ${host}: ${path} has no credentials for it`);
  if (flags.registryConfig === undefined) {
    const places = credentialPlaces({ world: credentialWorld, log });
    for (const name of await placesThatKnow(host, places)) log.warn(`${name} still has credentials for ${host}`);
  }
  return EXIT.done;
}
