import { join } from "node:path";
import { createDigester, type Digest, digestAlgorithm } from "../../oci/digest.ts";
import { inParallel } from "../../work/together.ts";
import { blobPath } from "../directory/blob.ts";
import { blobDigest } from "../blob_name.ts";
import {
  type FileProblem,
  type HashedBlob,
  type HashedLayout,
  type HashWatcher,
  OTHER_BYTES,
} from "./hashed_layout.ts";
import { ioError, reason } from "../../system/io_error.ts";
import type { LayoutIndex } from "../index.ts";
import { OCI_LAYOUT_FILE } from "../oci_layout_file.ts";
import { checkDirectory, checkLayoutFile, INDEX_FILE, readIndex } from "../directory/read_layout.ts";
import { openFile } from "../../system/open_file.ts";
import { isTemporaryName } from "../../system/write_file.ts";

/** How many blobs are read at a time: the disk is waited for while another one is hashed. */
const CONCURRENCY = 4;

/**
 * Hashes every blob of a layout directory. Writes nothing.
 *
 * @throws {Error} When there is no layout.
 */
export async function hashDirectory(path: string, watcher: HashWatcher): Promise<HashedLayout> {
  const names = await entriesOf(path);
  const isThere = names.some(({ name }) => [OCI_LAYOUT_FILE, INDEX_FILE, "blobs"].includes(name));
  if (!isThere) throw new Error(`Cannot verify ${JSON.stringify(path)}: there is no layout`);
  const problems: FileProblem[] = [];
  const attempt = async <T>(file: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      problems.push({ file: join(path, file), problem: reason(error instanceof Error ? error.cause ?? error : error) });
      return undefined;
    }
  };
  await attempt(OCI_LAYOUT_FILE, () => checkLayoutFile(path));
  const index = await attempt(INDEX_FILE, async (): Promise<LayoutIndex> => {
    if (names.some(({ name }) => name === INDEX_FILE)) return await readIndex(path);
    throw new Error("it is missing");
  });
  const leftovers = names.filter(({ name }) => isTemporaryName(name)).map(({ name }) => join(path, name));
  const found: (readonly [digest: Digest, file: Deno.DirEntry])[] = [];
  const isThereAsIs = (file: string): Promise<true | undefined> =>
    attempt(file, () => checkDirectory(join(path, file)).then(() => true));
  const algorithms = await isThereAsIs("blobs") ? await entriesOf(join(path, "blobs")) : [];
  for (const { name: algorithm, isFile } of algorithms) {
    if (isFile || !await isThereAsIs(join("blobs", algorithm))) continue;
    for (const file of await entriesOf(join(path, "blobs", algorithm))) {
      const digest = blobDigest(`blobs/${algorithm}/${file.name}`);
      if (digest !== undefined) found.push([digest, file]);
      if (isTemporaryName(file.name)) leftovers.push(join(path, "blobs", algorithm, file.name));
    }
  }
  return {
    index,
    blobs: new Map(await hashAll(path, found, watcher)),
    problems,
    leftovers: leftovers.sort(),
    read: (digest) => Deno.readFile(blobPath(path, digest)),
  };
}

async function hashAll(
  path: string,
  found: readonly (readonly [digest: Digest, file: Deno.DirEntry])[],
  { signal, onProgress }: HashWatcher,
): Promise<readonly (readonly [digest: Digest, blob: HashedBlob])[]> {
  const sized = await inParallel(found, CONCURRENCY, async ([digest, { isFile, isSymlink }]) => {
    const size = isFile ? (await Deno.lstat(blobPath(path, digest))).size : 0;
    const problem = isFile ? undefined : `is a ${isSymlink ? "symbolic link" : "directory or a special file"}`;
    return { digest, size, problem };
  });
  const total = sized.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  return await inParallel(sized, CONCURRENCY, async ({ digest, size, problem }) => {
    if (problem !== undefined) return [digest, { size, problem }] as const;
    const digester = createDigester(digestAlgorithm(digest));
    try {
      using file = openFile(blobPath(path, digest));
      for await (const piece of file?.read() ?? []) {
        signal.throwIfAborted();
        digester.update(piece);
        onProgress(done += piece.byteLength, total);
      }
    } catch (error) {
      signal.throwIfAborted();
      return [digest, { size, problem: `cannot be read: ${reason(error)}` }] as const;
    }
    const isIntact = digester.digest() === digest;
    return [digest, { size: digester.size, ...(isIntact ? {} : { problem: OTHER_BYTES }) }] as const;
  });
}

/** What is in a directory, sorted; nothing where there is none. */
async function entriesOf(path: string): Promise<readonly Deno.DirEntry[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(path));
    return entries.sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return [];
    throw ioError("read", path, cause);
  }
}
