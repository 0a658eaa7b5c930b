import type { CredentialWorld } from "../../registry/login/credential_world.ts";
import { type CredentialPlace, loginFile } from "../../registry/login/find_credentials.ts";
import type { RegistryFlags } from "../places/flags.ts";
import { UsageError } from "../usage_error.ts";

/** The file in which a login is kept, as flags and environment say. */
export function loginPath({ registryConfig }: RegistryFlags, world: CredentialWorld): string {
  const path = registryConfig ?? loginFile(world);
  if (path !== undefined) return path;
  throw new UsageError("There is no home directory to keep a login in: name a file with --registry-config");
}

/** Which places have credentials for a whole host. One that cannot be read will say so when it is needed. */
export async function placesThatKnow(host: string, places: readonly CredentialPlace[]): Promise<readonly string[]> {
  const found = await Promise.all(places.map(({ find }) => find(host, "").catch(() => undefined)));
  return places.filter((_, at) => found[at] !== undefined).map(({ name }) => name);
}
