import { join } from "node:path";
import { compareBytewise } from "../../../oci/compare_bytewise.ts";
import { isRefName } from "../ref_name.ts";
import { tagTarget } from "./object.ts";
import { objectDirectories, readObject } from "./objects.ts";
import { readPackedRefs } from "./packed_refs.ts";
import { resolveRef } from "./refs.ts";
import type { GitRepository } from "./repository.ts";

const TAG_PREFIX = "refs/tags/";
/** How many annotated tags may point to one another. */
const TAG_CHAIN_LIMIT = 10;

/**
 * Finds the tag that points to a commit, light or annotated.
 *
 * @returns Of several the one that {@linkcode preferredTag} gives; `undefined` when there is none.
 * @throws {Error} When a ref or an annotated tag cannot be read.
 */
export async function findTagAt(repository: GitRepository, commit: string): Promise<string | undefined> {
  const objects = await objectDirectories(repository);
  const tags: string[] = [];
  const loose = new Set<string>();
  for await (const name of looseTags(repository.commonDirectory, TAG_PREFIX.slice(0, -1))) {
    loose.add(name);
    const { id } = await resolveRef(repository, name);
    if (id !== undefined && (id === commit || await peel(objects, id) === commit)) tags.push(name);
  }
  for await (const { name, id, peeled, isPeelKnown } of readPackedRefs(repository.commonDirectory)) {
    if (!name.startsWith(TAG_PREFIX) || loose.has(name) || !isRefName(name)) continue;
    if (id === commit || peeled === commit) tags.push(name);
    else if (peeled === undefined && !isPeelKnown && await peel(objects, id) === commit) tags.push(name);
  }
  return await preferredTag(tags.map((name) => name.slice(TAG_PREFIX.length)));
}

/** Chooses from several tags: the highest SemVer, with or without a leading `v`; else the first bytewise. */
export async function preferredTag(tags: readonly string[]): Promise<string | undefined> {
  if (tags.length < 2) return tags[0];
  const { compareSemVer, parseSemVer } = await import("../../../oci/semver.ts");
  return tags.toSorted((a, b) => {
    const [x, y] = [parseSemVer(a), parseSemVer(b)];
    if (x === undefined || y === undefined) {
      return Number(x === undefined) - Number(y === undefined) || compareBytewise(a, b);
    }
    return compareSemVer(y, x) || compareBytewise(a, b);
  })[0];
}

async function* looseTags(commonDirectory: string, directory: string): AsyncGenerator<string> {
  try {
    for await (const entry of Deno.readDir(join(commonDirectory, directory))) {
      const name = `${directory}/${entry.name}`;
      if (entry.isDirectory) yield* looseTags(commonDirectory, name);
      else if (isRefName(name)) yield name;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Follows annotated tags to the object that they stand for. */
async function peel(objects: readonly string[], from: string): Promise<string> {
  let id = from;
  for (let followed = 0; followed <= TAG_CHAIN_LIMIT; followed++) {
    const object = await readObject(objects, id);
    if (object.type !== "tag") return id;
    const target = tagTarget(object.body);
    if (target.type !== "tag") return target.id;
    id = target.id;
  }
  throw new Error(`Cannot resolve tag object ${from}: it leads through too many other tags`);
}
