import { compareBytewise } from "../../oci/compare_bytewise.ts";
import { compressionOf, type KnownCompression } from "../../oci/bytes/decompress.ts";
import type { TarMember } from "../../oci/tar/read.ts";
import { verified } from "../../oci/bytes/verified.ts";
import { blobDigest } from "../blob_name.ts";
import type { LayoutIndex } from "../index.ts";
import { withProgress } from "../../work/with_progress.ts";
import { readRange, type TarBytes } from "./bytes.ts";
import { readLayoutTar, tarHead, unusable } from "./read.ts";

/** What is in a tar with an image layout. */
export interface TarScan {
  /** What it lists. */
  readonly index: LayoutIndex;
  /** Every file but `oci-layout` and `index.json`, with its size: blobs, and what other tools have put beside them. */
  readonly files: ReadonlyMap<string, number>;
  /** Every directory that has an entry of its own. */
  readonly directories: ReadonlySet<string>;
  /** Whether the files come in the order of their names, as gantry writes them. */
  readonly isSorted: boolean;
  /** How the tar is compressed. */
  readonly compression: KnownCompression | undefined;
}

/**
 * Reads a tar from start to end, and every blob in it against its digest.
 *
 * @throws {Error} When it holds no image layout, a damaged blob, or what cannot be carried over into another tar.
 */
export async function scanTar(file: TarBytes, path: string, signal: AbortSignal): Promise<TarScan> {
  const head = tarHead(path);
  const seen = new Set<string>();
  const files: (readonly [name: string, size: number])[] = [];
  const directories = new Set<string>();
  for await (const item of readLayoutTar(file, path)) {
    const { name, type } = item;
    if (type === "directory") {
      if (name !== "") directories.add(checkName(name, path));
      continue;
    }
    if (seen.has(name)) throw unusable(path, `it holds ${JSON.stringify(name)} twice`);
    seen.add(name);
    if (type !== "file") {
      const what = type === "sparse" ? "a sparse file" : "a link or a device";
      throw unusable(path, `${JSON.stringify(name)} in it is ${what}`);
    }
    if (await head.take(item)) continue;
    files.push([checkName(name, path), item.size]);
    for await (const _ of withProgress(itemBytes(item, path), { signal })); // Only to verify it.
  }
  const isSorted = files.every(([name], at) => at === 0 || compareBytewise(files[at - 1]?.[0] ?? "", name) < 0);
  return {
    index: head.index(),
    files: new Map(files),
    directories,
    isSorted,
    compression: compressionOf(await readRange(file, 0, 4)),
  };
}

/** The bytes of an entry; those of a blob are checked against the digest in its name. */
export function itemBytes({ name, size, body }: TarMember, path: string): AsyncIterable<Uint8Array<ArrayBuffer>> {
  const digest = blobDigest(name);
  if (digest === undefined) return body;
  return verified(body, { digest, size }, `Cannot read ${digest} in ${JSON.stringify(path)}`);
}

function checkName(name: string, path: string): string {
  const isPath = name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  // The replacement character stands for bytes that are not UTF-8, and would come out as other bytes.
  if (isPath && !name.includes("\ufffd")) return name;
  throw unusable(path, `the name ${JSON.stringify(name)} in it cannot be carried over`);
}
