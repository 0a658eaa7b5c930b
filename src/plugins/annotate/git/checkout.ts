import { join } from "node:path";
import type { Log } from "../../../work/context.ts";
import { cleanSourceUrl } from "../../../oci/source_url.ts";
import { checkFormat } from "./check_format.ts";
import { parseGitConfig } from "./config.ts";
import { commitParents } from "./object.ts";
import { objectDirectories, readObject } from "./objects.ts";
import { readText } from "./read_file.ts";
import { readHead } from "./refs.ts";
import { remoteUrl } from "./remote_url.ts";
import { messageOf } from "../../../work/message_of.ts";
import { findRepository, type GitRepository } from "./repository.ts";

/** What is checked out around a directory. */
export interface Checkout {
  /** The directory that holds `.git`. */
  readonly root: string;
  /** The commit; left out when there is none yet, or it cannot be read. */
  readonly commit?: string;
  /** The commits that it was made of; none when they cannot be read. */
  readonly parents: readonly string[];
  /** The URL of its remote, as it may be published; left out when it has none. */
  readonly source?: string;
}

/**
 * Reads what is checked out around a directory, so that others can compare with it.
 *
 * @returns `undefined` outside of a repository, and when it cannot be read.
 */
export async function readCheckout(directory: string, log: Log): Promise<Checkout | undefined> {
  try {
    const repository = await findRepository(directory);
    if (repository === undefined) return undefined;
    const config = parseGitConfig(await readText(join(repository.commonDirectory, "config")) ?? "");
    checkFormat(config);
    const { commit, branch } = await readHead(repository);
    const remote = remoteUrl(config, branch);
    const source = remote && cleanSourceUrl(remote.value);
    return {
      root: repository.root,
      ...(commit !== undefined && { commit }),
      ...(source !== undefined && { source }),
      parents: commit === undefined ? [] : await readParents(repository, commit, log),
    };
  } catch (error) {
    log.debug(`Cannot compare with what is checked out: ${messageOf(error)}`);
    return undefined;
  }
}

/** Reads which commits a commit was made of. A shallow clone knows them too, though it does not have them. */
export async function readParents(repository: GitRepository, commit: string, log: Log): Promise<readonly string[]> {
  try {
    const object = await readObject(await objectDirectories(repository), commit);
    return object.type === "commit" ? commitParents(object.body) : [];
  } catch (error) {
    log.debug(`Cannot read the parents of commit ${commit}: ${messageOf(error)}`);
    return [];
  }
}
