import { type GitConfig, lastValue } from "./config.ts";

/**
 * Checks that a repository is kept in a way that can be read here.
 *
 * @throws {Error} When it is newer than version 1, names its objects by another hash than SHA-1 and SHA-256, or keeps
 * its refs elsewhere than in files, such as in a reftable.
 *
 * @see {@link https://git-scm.com/docs/repository-version | Git repository format versions}
 */
export function checkFormat(config: GitConfig): void {
  const readable = {
    "core.repositoryformatversion": ["0", "1"],
    "extensions.objectformat": ["sha1", "sha256"],
    "extensions.refstorage": ["files"],
  };
  for (const [name, values] of Object.entries(readable)) {
    const value = lastValue(config, name);
    if (value !== undefined && !values.includes(value.toLowerCase())) {
      throw new Error(`Cannot read a repository with ${name} = ${value}: only ${values.join(" and ")} can be read`);
    }
  }
}
