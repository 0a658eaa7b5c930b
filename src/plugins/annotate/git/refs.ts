import { join } from "node:path";
import { isRefName } from "../ref_name.ts";
import { readPackedRefs } from "./packed_refs.ts";
import { readText } from "./read_file.ts";
import type { GitRepository } from "./repository.ts";

/** What is checked out. */
export interface Head {
  /** Left out when there is no commit yet. */
  readonly commit?: string;
  /** The branch, without `refs/heads/`; left out when `HEAD` is detached. */
  readonly branch?: string;
}

/** How many symbolic refs git follows. */
const SYMBOLIC_LIMIT = 5;
const BRANCH_PREFIX = "refs/heads/";

/**
 * Reads `HEAD`.
 *
 * @throws {Error} When `HEAD` is absent.
 * @throws {SyntaxError} When a ref is neither the name of an object nor of another ref.
 */
export async function readHead(repository: GitRepository): Promise<Head> {
  const { id, name } = await resolveRef(repository, "HEAD");
  if (id === undefined && name === "HEAD") {
    throw new Error(`Cannot read "${join(repository.gitDirectory, "HEAD")}": there is no such file`);
  }
  return {
    ...(id !== undefined && { commit: id }),
    ...(name.startsWith(BRANCH_PREFIX) && { branch: name.slice(BRANCH_PREFIX.length) }),
  };
}

/**
 * Follows a ref to the object that it names.
 *
 * @returns The object, left out when the ref does not exist, and the name of the last ref on the way.
 * @throws {SyntaxError} When a ref is malformed, or names refs without end.
 */
export async function resolveRef(
  repository: GitRepository,
  from: string,
): Promise<{ readonly id?: string; readonly name: string }> {
  let name = from;
  for (let followed = 0; followed <= SYMBOLIC_LIMIT; followed++) {
    const text = await readText(join(directoryOf(repository, name), name));
    if (text === undefined) {
      const id = await findPacked(repository, name);
      return { name, ...(id !== undefined && { id }) };
    }
    const [, target, id] = /^(?:ref:\s*(\S+)|([0-9a-f]{40}|[0-9a-f]{64}))(?:\s|$)/.exec(text) ?? [];
    if (id !== undefined) return { id, name };
    if (target === undefined || !target.startsWith("refs/") || !isRefName(target)) {
      throw new SyntaxError(`Cannot parse ref "${name}": it names neither an object nor a ref`);
    }
    name = target;
  }
  throw new SyntaxError(`Cannot resolve ref "${from}": it leads through too many other refs`);
}

/** Where a ref's file is: a work tree has some of its own, and shares the others. */
function directoryOf({ gitDirectory, commonDirectory }: GitRepository, name: string): string {
  return /^refs\/(?!bisect\/|worktree\/|rewritten\/)/.test(name) ? commonDirectory : gitDirectory;
}

async function findPacked({ commonDirectory }: GitRepository, name: string): Promise<string | undefined> {
  for await (const ref of readPackedRefs(commonDirectory)) {
    if (ref.name === name) return ref.id;
  }
  return undefined;
}
