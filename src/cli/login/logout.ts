import { systemCredentialWorld } from "../../registry/login/credential_world.ts";
import { credentialPlaces } from "../../registry/login/find_credentials.ts";
import { eraseLogin } from "../../registry/login/stored_login.ts";
import { formatOutput } from "../output/format_output.ts";
import type { LogoutFlags } from "./commands.ts";
import { EXIT } from "../output/exit_code.ts";
import { createLog } from "../output/log.ts";
import { loginPath, placesThatKnow } from "./login_places.ts";
import { parseRegistryHost } from "./registry_host.ts";
import type { World } from "../world.ts";

/** What `gantry logout -o json` prints. */
export interface LogoutResult {
  /** The registry. */
  readonly host: string;
  /** The file that names the credentials, or the helper that keeps them. */
  readonly path: string;
  /** Whether there were any. */
  readonly erased: boolean;
  /** Other places that still have credentials for it. */
  readonly stillIn: readonly string[];
}

/** `gantry logout`: forgets what `gantry login` keeps, and says who else still knows credentials. */
export async function runLogout(
  text: string,
  flags: LogoutFlags,
  world: World,
): Promise<number> {
  const log = createLog(world, "normal");
  const host = parseRegistryHost(text);
  const credentialWorld = systemCredentialWorld(world);
  const path = loginPath(flags, credentialWorld);
  const erased = await eraseLogin(host, { path, world: credentialWorld });
  log.info(erased ? `Logged out of ${host}` : `Not logged in to ${host}: ${path} has no credentials for it`);
  const places = flags.registryConfig === undefined ? credentialPlaces({ world: credentialWorld, log }) : [];
  const stillIn = await placesThatKnow(host, places);
  for (const name of stillIn) log.warn(`${name} still has credentials for ${host}`);
  const { output: format = "text" } = flags;
  const result: LogoutResult = { host, path, erased, stillIn };
  if (format !== "text") world.stdout(await formatOutput(result, format));
  return EXIT.done;
}
