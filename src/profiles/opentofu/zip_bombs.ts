import { readBytes } from "../../oci/bytes/read.ts";
import { readZipDirectory, type ZipMember } from "../../oci/zip/directory.ts";
import { readZip } from "../../oci/zip/read.ts";
import { keepTail } from "../../oci/zip/tail.ts";
import type { Entry } from "../../pipeline/entry.ts";
import type { Context } from "../../work/context.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A zip that is harmless in itself, and not to be unpacked. */
export interface ZipBomb {
  readonly path: string;
  /** How many bytes it has. */
  readonly size: number;
  /** How many it becomes with all that is packed in it. */
  readonly unpacked: number;
}

/** As long as it becomes no more than this, it is none. */
const HARMLESS_SIZE = 1024 ** 3;
/** How many times its size it may become: deflate alone makes some thousand times less of zeros at most. */
const RATIO_LIMIT = 1000;
/** How many bytes of zips in zips are unpacked to be looked at. */
const NESTED_LIMIT = 64 * 1024 * 1024;

/**
 * Finds a zip that unpacks to far more than anybody has room for, by itself or by the zips in it. What is no whole zip
 * is none.
 */
export async function findZipBomb(
  entries: readonly Entry[],
  { scratch, signal }: Pick<Context, "scratch" | "signal">,
): Promise<ZipBomb | undefined> {
  for (const { path, size, open } of entries.filter(isZip)) {
    const { bytes, tail } = keepTail(open());
    const kept = await scratch.keep({ mediaType: "application/zip" }, bytes);
    const looking: Looking = { known: new Map(), left: NESTED_LIMIT, signal };
    const unpacked = await unpackedSize(() => kept.open(), { tail: tail(), size }, looking);
    if (unpacked > HARMLESS_SIZE && unpacked > RATIO_LIMIT * size) return { path, size, unpacked };
  }
  return undefined;
}

function isZip({ path, kind }: Pick<Entry, "path" | "kind">): boolean {
  return kind === "file" && /\.zip$/i.test(path);
}

/** What is known while one file is looked at. */
interface Looking {
  /** What zips become that were looked at already: bombs hold the same one many times. */
  readonly known: Map<string, number>;
  /** How many bytes may still be unpacked. */
  left: number;
  readonly signal: AbortSignal;
}

async function unpackedSize(
  open: () => AsyncIterable<Bytes>,
  { tail, size }: { readonly tail: Bytes; readonly size: number },
  looking: Looking,
): Promise<number> {
  const members = directoryOf(tail, size);
  const nested = new Set(members.filter((member) => isZip({ path: member.name, kind: "file" })).map(keyOf));
  const unknown = members.filter((member) => nested.has(keyOf(member)) && isNew(member));
  if (unknown.length > 0) await lookInto(open(), unknown, looking);
  return members.reduce((sum, member) => sum + member.size + (looking.known.get(keyOf(member)) ?? 0), 0);

  function isNew(member: ZipMember): boolean {
    const key = keyOf(member);
    if (looking.known.has(key) || member.size > looking.left) return false;
    looking.left -= member.size;
    looking.known.set(key, 0);
    return true;
  }
}

async function lookInto(
  bytes: AsyncIterable<Bytes>,
  members: readonly ZipMember[],
  looking: Looking,
): Promise<void> {
  const keys = members.toSorted((a, b) => a.offset - b.offset).map(keyOf);
  const explain = (cause: unknown): Error => cause instanceof Error ? cause : new Error(String(cause));
  try {
    for await (const { body } of readZip(bytes, members, { explain, signal: looking.signal })) {
      const inner = await readBytes(body);
      const opened = async function* (): AsyncGenerator<Bytes, void, void> {
        yield inner;
      };
      const unpacked = await unpackedSize(opened, { tail: inner, size: inner.byteLength }, looking);
      looking.known.set(keys.shift() ?? "", unpacked);
    }
  } catch (cause) {
    looking.signal.throwIfAborted();
    // Nobody can unpack what is damaged or encrypted either; that it cannot be is for its own tool to say.
    if (!(cause instanceof Error)) throw cause;
  }
}

function directoryOf(tail: Bytes, size: number): readonly ZipMember[] {
  try {
    return readZipDirectory(tail, size);
  } catch {
    return [];
  }
}

function keyOf({ checksum, size }: ZipMember): string {
  return `${checksum} ${size}`;
}
