/**
 * What a registry has: which blobs need not travel there again.
 */
import { type Digest, isDigest } from "../oci/digest.ts";
import { isRepository } from "../oci/origin.ts";
import { isObject } from "../oci/is_object.ts";

/** What is in some repositories of a registry. */
export interface Inventory {
  /** The version of this format. */
  readonly version: 1;
  /** Host and port, as they stand in a reference. */
  readonly registry: string;
  /** Sorted by name. */
  readonly repositories: readonly InventoriedRepository[];
}

/** What is in one repository. */
export interface InventoriedRepository {
  /** Its name below the host. */
  readonly name: string;
  /** Blobs and manifests, sorted by digest. */
  readonly blobs: readonly InventoriedBlob[];
}

/** Content that is there. */
export interface InventoriedBlob {
  /** Its digest. */
  readonly digest: Digest;
  /** Its size in bytes. */
  readonly size: number;
}

/** How large the text of an inventory may be, in bytes: some million blobs. */
export const INVENTORY_SIZE_LIMIT = 256 * 1024 * 1024;

/** Writes an inventory as JSON. The same content gives the same text, so that two of them can be compared. */
export function formatInventory({ version, registry, repositories }: Inventory): string {
  return `${JSON.stringify({ version, registry, repositories }, undefined, 2)}\n`;
}

/**
 * Reads an inventory.
 *
 * @throws {SyntaxError} Says what is wrong, as the last part of a sentence.
 */
export function parseInventory(text: string): Inventory {
  const json = parseJson(text);
  if (!isObject(json)) throw new SyntaxError("it is not a JSON object");
  if (json.version !== 1) {
    throw new SyntaxError(`its version is ${JSON.stringify(json.version) ?? "missing"}, and only 1 is known`);
  }
  const { registry, repositories } = json;
  if (typeof registry !== "string") throw new SyntaxError("it does not name a registry");
  if (!Array.isArray(repositories)) throw new SyntaxError("its repositories are not a list");
  return { version: 1, registry, repositories: repositories.map(parseRepository) };
}

function parseRepository(value: unknown, at: number): InventoriedRepository {
  const { name, blobs } = isObject(value) ? value : {};
  if (typeof name !== "string" || !isRepository(name)) throw new SyntaxError(`repositories[${at}] has no valid name`);
  if (!Array.isArray(blobs)) throw new SyntaxError(`the blobs of ${name} are not a list`);
  return { name, blobs: blobs.map((blob, at) => parseBlob(blob, `${name}.blobs[${at}]`)) };
}

function parseBlob(value: unknown, name: string): InventoriedBlob {
  const { digest, size } = isObject(value) ? value : {};
  if (typeof digest !== "string" || !isDigest(digest)) throw new SyntaxError(`${name} has no valid digest`);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw new SyntaxError(`${name} has no valid size`);
  }
  return { digest, size };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError("it is not JSON", { cause });
  }
}
