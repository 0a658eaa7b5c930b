import { basename, join } from "node:path";
import { parseReference } from "../../oci/reference.ts";
import { parseGitConfig } from "../../plugins/annotate/git/config.ts";
import { readText } from "../../plugins/annotate/git/read_file.ts";
import { remoteUrl } from "../../plugins/annotate/git/remote_url.ts";
import { findRepository } from "../../plugins/annotate/git/repository.ts";
import { cleanSourceUrl } from "../../oci/source_url.ts";

/** Where a directory is likely to be published. */
export interface SuggestedTarget {
  /** A reference without a tag. */
  readonly url: string;
  /** What it was made of. */
  readonly because: string;
}

/** The registries that belong to public hosts of repositories. */
const REGISTRIES: ReadonlyMap<string, string> = new Map([
  ["github.com", "ghcr.io"],
  ["gitlab.com", "registry.gitlab.com"],
  ["codeberg.org", "codeberg.org"],
]);

/**
 * Suggests a target by the remote of the git repository around a directory. A directory below the repository's root
 * becomes a part of the name.
 *
 * @returns `undefined` when there is no repository, or its host has no registry that everybody knows.
 */
export async function suggestTarget(directory: string): Promise<SuggestedTarget | undefined> {
  try {
    const repository = await findRepository(directory);
    if (repository === undefined) return undefined;
    const config = parseGitConfig(await readText(join(repository.commonDirectory, "config")) ?? "");
    const remote = remoteUrl(config, undefined);
    const source = remote && cleanSourceUrl(remote.value);
    if (remote === undefined || source === undefined) return undefined;
    const { host, pathname } = new URL(source);
    const registry = REGISTRIES.get(host);
    if (registry === undefined) return undefined;
    const real = await Deno.realPath(directory);
    const part = real === repository.root ? "" : `/${basename(real)}`;
    const url = `oci://${registry}${pathname}${part}`.toLowerCase();
    parseReference(url);
    return { url, because: remote.from };
  } catch {
    // A suggestion that cannot be made is none: nobody has asked for it.
    return undefined;
  }
}
