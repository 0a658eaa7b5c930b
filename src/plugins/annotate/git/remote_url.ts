import type { Attributed } from "../../../pipeline/values.ts";
import { type GitConfig, lastValue } from "./config.ts";

/**
 * Finds the URL of the repository as its configuration has it: of the remote `origin`, else of the remote that the
 * branch follows. Of several URLs the first counts, from which git fetches.
 *
 * `url.<base>.insteadOf` is not applied: it says how this machine reaches a repository, not where the repository is.
 */
export function remoteUrl(config: GitConfig, branch: string | undefined): Attributed | undefined {
  const upstream = branch === undefined ? undefined : lastValue(config, `branch.${branch}.remote`);
  for (const remote of ["origin", upstream]) {
    const name = `remote.${remote}.url`;
    const urls = config.get(name) ?? [];
    // An empty value makes git forget the ones before it.
    const value = urls[urls.lastIndexOf("") + 1];
    if (value !== undefined) return { value, from: `.git/config ${name}` };
  }
  return undefined;
}
