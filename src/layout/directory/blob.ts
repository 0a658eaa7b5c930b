/**
 * Blobs of a layout directory: files that are named by their digest.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md#blobs | OCI image-spec 1.1.1, Blobs}
 */
import { dirname, join } from "node:path";
import type { Content, Descriptor } from "../../oci/descriptor.ts";
import { createDigester, type Digest, digestAlgorithm, digestHex, isDigest } from "../../oci/digest.ts";
import { ioError } from "../../system/io_error.ts";
import { makeDirectories } from "../../system/make_directories.ts";
import { openFile } from "../../system/open_file.ts";
import { checkDirectory } from "./read_layout.ts";
import { verified, verifiedContent } from "../../oci/bytes/verified.ts";
import { type ProgressWatcher, withProgress } from "../../work/with_progress.ts";
import { writeFile } from "../../system/write_file.ts";

/** Where a blob stands below the directory of its layout. */
export function blobPath(layout: string, digest: Digest): string {
  return join(layout, "blobs", digestAlgorithm(digest), digestHex(digest));
}

/**
 * Tells whether a blob is there in its full size. What its bytes are is not looked at.
 *
 * @throws {Error} When something else than a file stands at its place.
 */
export async function hasBlob(layout: string, { digest, size }: Descriptor): Promise<boolean> {
  return await blobSize(blobPath(layout, digest)) === size;
}

/** Reads a blob. The stream errors when the blob is missing, or has another size or another digest. */
export function readBlob(layout: string, descriptor: Descriptor): ReadableStream<Uint8Array<ArrayBuffer>> {
  const action = `Cannot read ${JSON.stringify(blobPath(layout, descriptor.digest))}`;
  return ReadableStream.from(verified(readFile(layout, descriptor.digest), descriptor, action));
}

/**
 * Writes a blob, unless it is there already.
 *
 * A blob that is there is hashed and not believed: one that is damaged is written again, so that running again always
 * repairs. Reading is much faster than fetching the same bytes from anywhere.
 *
 * @returns Whether it was written.
 * @throws {Error} When the content is not what its descriptor says, or it cannot be written.
 */
export async function writeBlob(
  layout: string,
  content: Content,
  options: ProgressWatcher = {},
): Promise<boolean> {
  const { descriptor } = content;
  if (await isIntact(layout, descriptor, options.signal)) return false;
  const path = blobPath(layout, descriptor.digest);
  await makeDirectories(dirname(path));
  // Right before: a layout may be changed by others meanwhile.
  for (const directory of [dirname(dirname(path)), dirname(path)]) await checkDirectory(directory);
  await writeFile(path, withProgress(verifiedContent(content, `Cannot write ${JSON.stringify(path)}`), options));
  return true;
}

/** Tells whether a blob is there and every byte of it is right. */
export async function isIntact(
  layout: string,
  descriptor: Descriptor,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (!await hasBlob(layout, descriptor)) return false;
  const digester = createDigester(digestAlgorithm(descriptor.digest));
  for await (const piece of readFile(layout, descriptor.digest)) {
    signal?.throwIfAborted();
    digester.update(piece);
  }
  return digester.digest() === descriptor.digest;
}

/** Lists every blob that stands under the name of a digest. What else is there is left out. */
export async function* listBlobs(layout: string): AsyncGenerator<Pick<Descriptor, "digest" | "size">, void, void> {
  for (const algorithm of ["sha256", "sha512"]) {
    const directory = join(layout, "blobs", algorithm);
    try {
      for await (const { name, isFile } of Deno.readDir(directory)) {
        const digest = `${algorithm}:${name}`;
        if (!isFile || !isDigest(digest)) continue;
        const size = await blobSize(blobPath(layout, digest));
        if (size !== undefined) yield { digest, size };
      }
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw ioError("read", directory, cause);
    }
  }
}

async function* readFile(layout: string, digest: Digest): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const path = blobPath(layout, digest);
  await blobSize(path);
  try {
    using file = openFile(path);
    if (file === undefined) throw new Error("no such file or directory");
    yield* file.read();
  } catch (cause) {
    throw ioError("read", path, cause);
  }
}

/** The size of the file at a blob's place; `undefined` when nothing is there. */
async function blobSize(path: string): Promise<number | undefined> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.lstat(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw ioError("read", path, cause);
  }
  if (info.isFile) return info.size;
  // A link could lead out of the layout, to a file that changes or that its owner did not mean to publish.
  const kind = info.isSymlink ? "symbolic link" : info.isDirectory ? "directory" : "special file";
  throw new Error(`Cannot use ${JSON.stringify(path)} as a blob: it is a ${kind}`);
}
