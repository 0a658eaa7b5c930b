/**
 * Reading an image layout that is in one tar.
 */
import { readBytes } from "../../oci/bytes/read.ts";
import { type Digest, digestOf } from "../../oci/digest.ts";
import { readTar, type ReadTarOptions, type TarMember } from "../../oci/tar/read.ts";
import { reason } from "../../system/io_error.ts";
import { INDEX_FILE } from "../directory/read_layout.ts";
import { INDEX_SIZE_LIMIT, type LayoutIndex, parseIndex } from "../index.ts";
import { checkOciLayout, OCI_LAYOUT_FILE, OCI_LAYOUT_SIZE_LIMIT } from "../oci_layout_file.ts";

/**
 * Reads the entries of a tar from its start. Their names have no `./` before and no `/` after them; the name of the
 * directory that holds everything is empty.
 *
 * @throws {Error} When it is no tar, or a damaged one; the bodies throw the same.
 */
export async function* readLayoutTar(
  file: TarInput,
  path: string,
  options: Pick<ReadTarOptions, "signal"> = {},
): AsyncGenerator<TarMember, void, void> {
  const explain = (cause: unknown): Error =>
    new Error(`Cannot read ${JSON.stringify(path)} as a tar: ${reason(cause)}`, { cause });
  const bytes = file.read(0);
  // A stream itself can be cancelled while it waits for bytes.
  const stream = bytes instanceof ReadableStream ? bytes : ReadableStream.from(bytes);
  for await (const item of readTar(stream, { ...options, explain })) {
    yield { ...item, name: normalize(item.name) };
  }
}

/** Where the bytes of a tar come from. */
interface TarInput {
  read(offset: number): AsyncIterable<Uint8Array<ArrayBuffer>> | ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** What `docker save` lists images in, and `podman save` unless it is told otherwise. */
const DOCKER_MANIFEST_FILE = "manifest.json";

/** What of a member is looked at. */
type HeadMember = Pick<TarMember, "name" | "type" | "size" | "body">;

/** Collects the two files that make a tar an image layout, from wherever in it they stand. */
export interface TarHead {
  /** Takes an entry, and reads it when it is one of the two; tells whether it is. */
  take(item: HeadMember): Promise<boolean>;
  /**
   * The index.
   *
   * @throws {Error} When one of the two has not come.
   */
  index(): LayoutIndex;
  /** The digest of the index as it is written; `undefined` when it has not come. */
  indexDigest(): Digest | undefined;
}

/** Starts to collect the head of a tar; `path` is what errors call it. */
export function tarHead(path: string): TarHead {
  let isLayout = false;
  let isDockerArchive = false;
  let index: LayoutIndex | undefined;
  let indexDigest: Digest | undefined;
  return {
    indexDigest: () => indexDigest,
    async take(item: HeadMember): Promise<boolean> {
      if (item.type !== "file") return false;
      if (item.name === DOCKER_MANIFEST_FILE) isDockerArchive = true;
      const isSecond = item.name === OCI_LAYOUT_FILE ? isLayout : item.name === INDEX_FILE && index !== undefined;
      if (isSecond) throw unusable(path, `it holds ${JSON.stringify(item.name)} twice`);
      try {
        if (item.name === OCI_LAYOUT_FILE) {
          checkOciLayout(await readSmall(item, OCI_LAYOUT_SIZE_LIMIT));
          isLayout = true;
        } else if (item.name === INDEX_FILE) {
          const bytes = await readSmall(item, INDEX_SIZE_LIMIT);
          index = parseIndex(bytes);
          indexDigest = digestOf(bytes);
        } else return false;
      } catch (cause) {
        if (!(cause instanceof SyntaxError)) throw cause;
        throw unusable(path, item.name === INDEX_FILE ? `its ${INDEX_FILE}: ${cause.message}` : cause.message, cause);
      }
      return true;
    },
    index(): LayoutIndex {
      if (isLayout && index !== undefined) return index;
      const what = isDockerArchive && !isLayout ? "a Docker archive and no OCI archive, a tar" : "a tar";
      throw unusable(path, `it is ${what} without ${isLayout ? INDEX_FILE : OCI_LAYOUT_FILE}`);
    },
  };
}

async function readSmall({ name, size, body }: HeadMember, limit: number): Promise<Uint8Array> {
  if (size > limit) throw new SyntaxError(`${name} has ${size} bytes, and ${limit} are the limit`);
  return await readBytes(body);
}

function normalize(name: string): string {
  const path = name.replace(/^(?:\.\/+)+/, "").replace(/\/+$/, "");
  return path === "." ? "" : path;
}

/** Says that a path cannot be used as an image layout in a tar. */
export function unusable(path: string, problem: string, cause?: unknown): Error {
  return new Error(`Cannot use ${JSON.stringify(path)} as an OCI archive: ${problem}`, { cause });
}
