/** Somebody whom distribution knows by a password file. */
import { join } from "node:path";

export const USER = "robot";
export const PASSWORD = "correct horse";
/** Made once by `htpasswd -nbB -C 5 robot 'correct horse'`, so that no test needs that program. */
export const HTPASSWD = "robot:$2y$05$.GlJTHqdYPtsqWyyhFHjOuHNfMLGb3O3Ch8228ypZE9zOAvp6RzVm\n";

/** Writes the password file into a directory, and gives the `auth:` section of distribution that names it. */
export async function htpasswdAuth(directory: string): Promise<string> {
  const path = join(directory, "htpasswd");
  await Deno.writeTextFile(path, HTPASSWD);
  return `  htpasswd:\n    realm: a realm\n    path: ${path}`;
}
