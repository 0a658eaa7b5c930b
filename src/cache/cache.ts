/**
 * Bytes that are kept from one run to the next, so that nothing is done twice.
 *
 * Each entry is two files of one name in one directory: `NAME.bytes`, and `NAME.json` with what is known of them and a
 * checksum. The bytes come first, and both get their names when they are whole; so whatever dies on the way, and
 * however many processes are at it, an entry is there or it is not. Nothing is synced: after a loss of power an entry
 * may be damaged, and what is damaged counts as missing.
 */
import { basename, join } from "node:path";
import { digestHex, digestOf } from "../oci/digest.ts";
import { reason } from "../system/io_error.ts";
import { readSmallText } from "../system/read_small_file.ts";
import { temporaryPath } from "../system/write_file.ts";
import type { Log } from "../work/context.ts";
import { evict } from "./evict.ts";
import { distrustOfDirectory } from "./private_directory.ts";

/** Bytes that are kept from one run to the next. */
export interface Cache {
  /** What is kept under a key; `undefined` when nothing is, or when it is damaged. */
  find(key: string): Promise<Kept | undefined>;
  /** Keeps something, if there is room; never fails. What is there under the key already is replaced. */
  keep(key: string, entry: NewEntry): Promise<void>;
  /** Forgets what is kept under a key, because it is not what it should be. */
  drop(key: string): Promise<void>;
}

/** Something that is kept. */
export interface Kept {
  /** What whoever kept it has written about it. */
  readonly record: string;
  /** The file with the bytes: as long as they were, and not looked at further. */
  readonly path: string;
}

/** Something to keep. */
export interface NewEntry {
  /** What is to be known of the bytes. */
  readonly record: string;
  /** How many bytes there are. */
  readonly size: number;
  /** Writes the bytes into a new file. */
  readonly write: (path: string) => Promise<void>;
}

/** How a cache is opened. */
export interface CacheOptions {
  /** Mixed into every key: who has another version never finds an entry of this one. */
  readonly version: string;
  readonly log: Pick<Log, "debug">;
  /** How many bytes it may hold; {@linkcode CACHE_LIMIT} when left out. */
  readonly limit?: number;
}

/** How many bytes the cache may hold when nobody says otherwise: 2 GiB. What was used least recently goes. */
const CACHE_LIMIT = 2 * 1024 ** 3;

/**
 * Opens the cache in a directory, which is made if it is not there. Never fails.
 *
 * @returns `undefined` when the directory cannot be used, or others could change what is in it; the log says why.
 */
export function openCache(directory: string, { version, log, limit = CACHE_LIMIT }: CacheOptions): Cache | undefined {
  const why = distrustOfDirectory(directory);
  if (why !== undefined) {
    log.debug(`The cache in ${JSON.stringify(directory)} is not used: ${why}`);
    return undefined;
  }
  const placeOf = (key: string): string => join(directory, hexOf(`${version}\n${key}`));

  async function drop(key: string): Promise<void> {
    await Deno.remove(recordAt(placeOf(key))).catch(() => {});
    await Deno.remove(bytesAt(placeOf(key))).catch(() => {});
  }

  return {
    drop,
    async find(key): Promise<Kept | undefined> {
      const place = placeOf(key);
      const text = await readSmallText(recordAt(place)).catch(() => undefined);
      if (text === undefined) return undefined;
      const envelope = opened(text, place);
      if (envelope === undefined || !await hasSize(bytesAt(place), envelope.size)) {
        log.debug(`What the cache has in ${JSON.stringify(recordAt(place))} is damaged, and not used`);
        await drop(key);
        return undefined;
      }
      const now = new Date();
      // What is used stays longest. Where nothing can be written, nothing is removed either.
      await Deno.utime(recordAt(place), now, now).catch(() => {});
      return { record: envelope.record, path: bytesAt(place) };
    },
    async keep(key, { record, size, write }): Promise<void> {
      const place = placeOf(key);
      if (size > limit / 2) return log.debug(`The cache keeps nothing of ${size} bytes: that is more than half of it`);
      try {
        await under(bytesAt(place), write);
        await under(
          recordAt(place),
          (path) => Deno.writeTextFile(path, sealed({ size, record }, place), { createNew: true, mode: 0o600 }),
        );
        await evict(directory, limit);
      } catch (cause) {
        log.debug(`Nothing is kept in the cache in ${JSON.stringify(directory)}: ${reason(cause)}`);
      }
    },
  };
}

interface Envelope {
  readonly size: number;
  readonly record: string;
}

/** The checksum is over the name, too: an entry under another name is none. */
function sealed({ size, record }: Envelope, place: string): string {
  const text = JSON.stringify({ size, record });
  return `${checksumOf(text, place)}\n${text}\n`;
}

function opened(text: string, place: string): Envelope | undefined {
  const [checksum, envelope = ""] = text.split("\n");
  return checksum === checksumOf(envelope, place) ? JSON.parse(envelope) : undefined;
}

function checksumOf(text: string, place: string): string {
  return hexOf(`${basename(place)}\n${text}`);
}

/** Lets a file be written, and gives it its name when it is whole. */
async function under(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    await write(temporary);
    await Deno.rename(temporary, path);
  } finally {
    // Renaming one name of a file to another of its names leaves both.
    await Deno.remove(temporary).catch(() => {});
  }
}

async function hasSize(path: string, size: number): Promise<boolean> {
  const found = await Deno.lstat(path).catch(() => undefined);
  return found !== undefined && found.isFile && found.size === size;
}

function recordAt(place: string): string {
  return `${place}.json`;
}

function bytesAt(place: string): string {
  return `${place}.bytes`;
}

function hexOf(text: string): string {
  return digestHex(digestOf(new TextEncoder().encode(text)));
}
