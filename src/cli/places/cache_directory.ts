import { isAbsolute, join } from "node:path";
import { PUBLISHING } from "../../options/publishing.ts";

/** What stands in the place of a directory when no cache is wanted. */
const NO_CACHE = "off";

/**
 * Says where the cache is: in `GANTRY_CACHE`, or else where the system keeps what can be made again.
 *
 * @returns `undefined` when `GANTRY_CACHE` is `off`, or there is no home.
 *
 * @see {@link https://specifications.freedesktop.org/basedir/0.8/ | XDG Base Directory Specification 0.8}
 */
export function cacheDirectory(
  system: typeof Deno.build.os,
  env: (name: string) => string | undefined,
): string | undefined {
  const given = env(PUBLISHING.cacheDirectory.variable);
  if (given) return given === NO_CACHE ? undefined : given;
  const home = env("HOME");
  if (system === "darwin") return home ? join(home, "Library", "Caches", "gantry") : undefined;
  const xdg = env("XDG_CACHE_HOME");
  // The specification wants relative paths ignored.
  if (xdg && isAbsolute(xdg)) return join(xdg, "gantry");
  return home ? join(home, ".cache", "gantry") : undefined;
}
