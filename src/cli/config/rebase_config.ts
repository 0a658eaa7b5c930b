import { basename, isAbsolute, join, resolve, sep } from "node:path";
import { formatReference, parseReference } from "../../oci/reference.ts";
import type { Config } from "./config_schema.ts";

/**
 * Makes the paths of a configuration file start from the current directory instead of the file's own: `source`,
 * `ignoreFile`, and the layouts and archives in `targets`. Absolute paths stay, and nothing changes for a file that
 * stands in the current directory.
 *
 * @param directory The directory of the file.
 */
export function rebaseConfig(config: Config, directory: string): Config {
  if (resolve(directory) === resolve(".")) return config;
  const { source, ignoreFile, targets } = config;
  return {
    ...config,
    ...(source === undefined || source === "-" ? {} : { source: rebase(source, directory) }),
    ...(ignoreFile === undefined ? {} : { ignoreFile: rebase(ignoreFile, directory) }),
    ...(targets === undefined ? {} : { targets: targets.map((target) => rebaseTarget(target, directory)) }),
  };
}

function rebaseTarget(target: string, directory: string): string {
  const reference = parseReference(target);
  if (reference.kind === "registry" || isAbsolute(reference.path)) return target;
  const path = rebase(reference.path, directory).replaceAll(sep, "/");
  const name = basename(path);
  // A last part that comes from the directory, as with `oci-layout:.`, may have what would begin a tag or a digest.
  const ambiguous = /[:@]/.test(name) && name !== basename(reference.path);
  return formatReference({ ...reference, path: ambiguous ? `${path}/` : path });
}

function rebase(path: string, directory: string): string {
  return isAbsolute(path) ? path : join(directory, path);
}
