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
import { openFile, stampOf } from "../../system/open_file.ts";
import { isTemporaryName } from "../../system/write_file.ts";

/** How many blobs are read at a time: the disk is waited for while another one is hashed. */
const CONCURRENCY = 4;

/** How often an index may change while the blobs are hashed: another process writes to the layout. */
const TRIES = 20;

/** How a layout directory is hashed. */
export interface HashDirectoryOptions extends HashWatcher {
  /** Blobs that were hashed a moment ago; those that were right are not hashed again. */
  readonly known?: HashedLayout["blobs"];
}

/**
 * Hashes every blob of a layout directory. Writes nothing.
 *
 * What is found belongs together: when the index has changed meanwhile, because another process has written to the
 * layout, the index is read again, and so is what has come since.
 *
 * @throws {Error} When there is no layout.
 */
export async function hashDirectory(path: string, options: HashDirectoryOptions): Promise<HashedLayout> {
  let stamp = stampOf(join(path, INDEX_FILE));
  let layout = await hashOnce(path, options);
  for (let tries = 1; tries < TRIES; tries++) {
    const now = stampOf(join(path, INDEX_FILE));
    if (now === stamp) break;
    stamp = now;
    layout = await hashOnce(path, { ...options, known: layout.blobs });
  }
  return layout;
}

async function hashOnce(path: string, options: HashDirectoryOptions): Promise<HashedLayout> {
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
    blobs: new Map(await hashAll(path, found, options)),
    problems,
    leftovers: leftovers.sort(),
    read: (digest) => Deno.readFile(blobPath(path, digest)),
  };
}

async function hashAll(
  path: string,
  found: readonly (readonly [digest: Digest, file: Deno.DirEntry])[],
  { signal, onProgress, known }: HashDirectoryOptions,
): Promise<readonly (readonly [digest: Digest, blob: HashedBlob])[]> {
  const looked = await inParallel(found, CONCURRENCY, async ([digest, { isFile, isSymlink }]) => {
    const size = isFile ? await sizeOf(blobPath(path, digest)) : 0;
    const problem = isFile ? undefined : `is a ${isSymlink ? "symbolic link" : "directory or a special file"}`;
    return size === undefined ? [] : [{ digest, size, problem }];
  });
  const sized = looked.flat();
  const total = sized.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  return await inParallel(sized, CONCURRENCY, async ({ digest, size, problem }) => {
    if (problem !== undefined) return [digest, { size, problem }] as const;
    const before = known?.get(digest);
    if (before?.size === size && before.problem === undefined) return [digest, before] as const;
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

/** The size of a file; `undefined` when another process has just removed it. */
async function sizeOf(path: string): Promise<number | undefined> {
  return await Deno.lstat(path).then(({ size }) => size, (cause) => {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw ioError("read", path, cause);
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
