import type { Digest } from "../../oci/digest.ts";
import { type Inventory, INVENTORY_SIZE_LIMIT, parseInventory } from "../../bundle/inventory.ts";
import { readSmallText } from "../../system/read_small_file.ts";
import { OptionsError } from "../../options/options_error.ts";
import { messageOf } from "../../work/message_of.ts";

/** Where the target has blobs: the repositories, by digest. */
export type Had = ReadonlyMap<Digest, readonly string[]>;

/**
 * Reads what the target has.
 *
 * @param given Inventories, or the paths of files that hold them.
 *
 * @throws {OptionsError} When a file cannot be used, or they are of different registries.
 */
export async function readInventories(given: readonly (string | Inventory)[]): Promise<Had> {
  const had = new Map<Digest, string[]>();
  let first: string | undefined;
  for (const each of given) {
    const { registry, repositories } = typeof each === "string" ? await readInventory(each) : each;
    first ??= registry;
    if (registry !== first) {
      throw new OptionsError(
        `Cannot use inventories of ${first} and ${registry} together: a bundle that leaves something out is for one registry`,
      );
    }
    for (const { name, blobs } of repositories) {
      for (const { digest } of blobs) {
        const names = had.get(digest) ?? [];
        names.push(name);
        had.set(digest, names);
      }
    }
  }
  return had;
}

async function readInventory(path: string): Promise<Inventory> {
  try {
    return parseInventory(await readSmallText(path, INVENTORY_SIZE_LIMIT));
  } catch (cause) {
    const problem = cause instanceof Deno.errors.NotFound ? "it is not there" : messageOf(cause);
    throw new OptionsError(`Cannot use the inventory ${JSON.stringify(path)}: ${problem}`, { cause });
  }
}
