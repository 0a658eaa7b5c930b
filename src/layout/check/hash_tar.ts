import { basename, dirname, join } from "node:path";
import { createDigester, type Digest, digestAlgorithm } from "../../oci/digest.ts";
import type { TarMember } from "../../oci/tar/read.ts";
import { readRange, type TarBytes } from "../tar/bytes.ts";
import { readLayoutTar, type TarHead, tarHead } from "../tar/read.ts";
import { blobDigest, blobName } from "../blob_name.ts";
import {
  type FileProblem,
  type HashedBlob,
  type HashedLayout,
  type HashWatcher,
  OTHER_BYTES,
} from "./hashed_layout.ts";
import { reason } from "../../system/io_error.ts";
import { openTar } from "../tar/open.ts";
import { type HashedRange, type RangeHasher, rangeHasher } from "./range_hasher.ts";
import { INDEX_FILE } from "../directory/read_layout.ts";
import { readPositions, type TarPosition, type TarPositions } from "../tar/positions.ts";
import { readBytes } from "../../oci/bytes/read.ts";

/**
 * Hashes every blob of a layout in a tar and, where it is in volumes, every volume, all in one pass; a compressed tar
 * is read once more for each manifest. Writes nothing.
 *
 * @throws {Error} When there is no such tar, or a volume is missing or wrong from the outside.
 */
export async function hashTar(path: string, watcher: HashWatcher): Promise<HashedLayout> {
  const file = await openTar(path, { write: false });
  if (file === undefined) throw new Error(`Cannot verify ${JSON.stringify(path)}: there is no archive`);
  using bytes = file;
  const problems: FileProblem[] = [];
  const volumes = rangeHasher(bytes.set?.volumes.map((volume) => ({ ...volume, digest: volumeDigest(volume) })) ?? []);
  // A volume that cannot be read is named below.
  const { positions, end, at } = await readPositions(bytes).catch(() => UNKNOWN);
  if (end === "early") problems.push({ file: path, problem: `is cut off or damaged from byte ${at} on` });
  const head = tarHead(path);
  const found = end === "unknown"
    ? await hashMembers(path, bytes, { head, problems, watcher })
    : await hashPositions(path, bytes, { head, problems, watcher, positions, volumes });
  if (end === "unknown" && bytes.set !== undefined) await sweep(bytes, [volumes], { problems, watcher });
  const indexDigest = head.indexDigest();
  if (bytes.set !== undefined && indexDigest !== undefined && bytes.set.bundle !== indexDigest) {
    const problem = `its volumes say that its ${INDEX_FILE} is ${bytes.set.bundle}, and it is ${indexDigest}`;
    problems.push({ file: bytes.set.base, problem });
  }
  for (const { path: file, number, of } of volumes.wrong()) {
    problems.push({ file, problem: `volume ${number} of ${of} is damaged: get this file again` });
  }
  return { ...found, problems, leftovers: await partialsOf(bytes.set?.base ?? path) };
}

const UNKNOWN: TarPositions = { positions: [], end: "unknown", at: 0 };

/** What is collected on the way. */
interface Pass {
  readonly head: TarHead;
  readonly problems: FileProblem[];
  readonly watcher: HashWatcher;
}

type Found = Pick<HashedLayout, "index" | "blobs" | "read">;

async function hashPositions(
  path: string,
  bytes: TarBytes,
  { positions, volumes, ...pass }: Pass & {
    readonly positions: readonly TarPosition[];
    readonly volumes: RangeHasher<HashedRange>;
  },
): Promise<Found> {
  const { head, problems } = pass;
  const ranges = new Map<Digest, HashedRange>();
  for (const { name: written, type, size, offset } of positions) {
    const name = written.replace(/^(?:\.\/+)+/, "");
    if (type !== "file") continue;
    const member = { name, type, size, body: bytes.read(offset, size) };
    if (await head.take(member).catch((error) => isToldIn(problems, path, error))) continue;
    const digest = blobDigest(name);
    if (digest === undefined) continue;
    if (ranges.has(digest)) problems.push({ file: path, problem: `holds ${name} twice` });
    ranges.set(digest, { digest, offset, size });
  }
  const blobs = rangeHasher([...ranges.values()]);
  await sweep(bytes, [blobs, volumes], pass);
  const wrong = new Set(blobs.wrong().map(({ digest }) => digest));
  return {
    index: indexIn(head, path, problems),
    blobs: new Map([...ranges].map(([digest, { size }]): [Digest, HashedBlob] => {
      return [digest, { size, ...(wrong.has(digest) ? { problem: OTHER_BYTES } : {}) }];
    })),
    async read(digest: Digest): Promise<Uint8Array<ArrayBuffer>> {
      const { offset, size } = ranges.get(digest) ?? { offset: 0, size: 0 };
      using again = await openTar(path, { write: false });
      return again === undefined ? new Uint8Array() : await readRange(again, offset, size);
    },
  };
}

/** Reads from start to end, volume by volume, so that one that cannot be read keeps nobody from reading the others. */
async function sweep(
  bytes: TarBytes,
  hashers: readonly Pick<RangeHasher<HashedRange>, "update">[],
  { problems, watcher: { signal, onProgress } }: Pick<Pass, "problems" | "watcher">,
): Promise<void> {
  for (const { offset, size, path } of bytes.set?.volumes ?? [{ offset: 0, size: bytes.size, path: undefined }]) {
    let at = offset;
    try {
      for await (const piece of bytes.read(offset, size)) {
        signal.throwIfAborted();
        for (const hasher of hashers) hasher.update(at, piece);
        at += piece.byteLength;
        onProgress(at, bytes.size);
      }
    } catch (error) {
      signal.throwIfAborted();
      if (path === undefined) throw error;
      problems.push({ file: path, problem: `cannot be read: ${reason(error)}` });
    }
  }
}

/** Hashes the members of a tar that cannot be read by position, such as a compressed one. */
async function hashMembers(path: string, bytes: TarBytes, { head, problems, watcher }: Pass): Promise<Found> {
  const { signal } = watcher;
  const blobs = new Map<Digest, HashedBlob>();
  try {
    for await (const item of readLayoutTar(bytes, path)) {
      signal.throwIfAborted();
      if (await head.take(item).catch((error) => isToldIn(problems, path, error)) || item.type !== "file") continue;
      const digest = blobDigest(item.name);
      if (digest === undefined) continue;
      if (blobs.has(digest)) problems.push({ file: path, problem: `holds ${item.name} twice` });
      const isIntact = await digestOfMember(item, digest, signal) === digest;
      blobs.set(digest, { size: item.size, ...(isIntact ? {} : { problem: OTHER_BYTES }) });
    }
  } catch (error) {
    signal.throwIfAborted();
    problems.push({ file: path, problem: reason(error instanceof Error ? error.cause ?? error : error) });
  }
  return {
    index: indexIn(head, path, problems),
    blobs,
    async read(digest: Digest): Promise<Uint8Array<ArrayBuffer>> {
      using again = await openTar(path, { write: false });
      if (again === undefined) return new Uint8Array();
      for await (const { name, body } of readLayoutTar(again, path)) {
        if (name === blobName(digest)) {
          return await readBytes(body);
        }
      }
      return new Uint8Array();
    },
  };
}

/** A head that cannot be used is one problem among others. */
function isToldIn(problems: FileProblem[], file: string, error: unknown): true {
  problems.push({ file, problem: reason(error) });
  return true;
}

async function digestOfMember({ body }: TarMember, expected: Digest, signal: AbortSignal): Promise<Digest> {
  const digester = createDigester(digestAlgorithm(expected));
  for await (const piece of body) {
    signal.throwIfAborted();
    digester.update(piece);
  }
  return digester.digest();
}

function indexIn(head: TarHead, file: string, problems: FileProblem[]): Found["index"] {
  try {
    return head.index();
  } catch (error) {
    // A tar that ended too early has said so.
    if (problems.length === 0) problems.push({ file, problem: reason(error) });
    return undefined;
  }
}

function volumeDigest({ sha256 }: { readonly sha256: string }): Digest {
  return `sha256:${sha256}`;
}

/** Tars that were not finished, beside the one that was. */
async function partialsOf(path: string): Promise<readonly string[]> {
  const directory = dirname(path);
  const start = `${basename(path)}.`;
  const entries = await Array.fromAsync(Deno.readDir(directory));
  return entries.map(({ name }) => name).filter((name) => name.startsWith(start) && name.endsWith(".partial")).sort()
    .map((name) => join(directory, name));
}
