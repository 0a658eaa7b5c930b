import type { Content, Descriptor } from "../oci/descriptor.ts";

/** What every stage may use and none may change. It never carries data from one stage to another. */
export interface Context {
  /** Aborted when the user interrupts or the time is up. */
  readonly signal: AbortSignal;
  /** Where messages for the user go. */
  readonly log: Log;
  /** Room for bytes that may not fit into memory. */
  readonly scratch: Scratch;
  /** Told how far long work is. */
  readonly progress: (update: ProgressUpdate) => void;
}

/** Messages for the user, shown on standard error. */
export interface Log {
  /** Shown with `-v`. */
  debug(message: string): void;
  /** Shown unless it is quiet. */
  info(message: string): void;
  /** Shown unless it is quiet, and marked as a warning. */
  warn(message: string): void;
  /** Told in one sentence what was done, when it is over; `info` is when this is left out. See {@linkcode sayDone}. */
  done?(message: string): void;
}

/** Says what was done, when it is over. */
export function sayDone(log: Log, message: string): void {
  if (log.done === undefined) log.info(message);
  else log.done(message);
}

/** A log that nobody reads. */
export const SILENT_LOG: Log = { debug: (): void => {}, info: (): void => {}, warn: (): void => {} };

/** How far one piece of long work is. */
export interface ProgressUpdate {
  /** What kind of work it is, such as `Packing`; what the command does when left out. One kind follows the other. */
  readonly phase?: string;
  /** What is worked on, such as a target and a digest. The same text means the same piece of work. */
  readonly item: string;
  /** Bytes done so far: 0 to `total`. It may go back when a request is repeated. */
  readonly done: number;
  /** Bytes in all. */
  readonly total: number;
}

/** Keeps bytes until the end of the run: in memory while they are few, in a temporary file after that. */
export interface Scratch {
  /**
   * Takes bytes in, hashing and counting them on the way.
   *
   * @param describe What the bytes are: the descriptor but for digest and size.
   * @param bytes The bytes. An error while reading them is passed on, and nothing is kept.
   */
  keep(
    describe: Omit<Descriptor, "digest" | "size">,
    bytes: AsyncIterable<Uint8Array<ArrayBuffer>>,
    options?: KeepOptions,
  ): Promise<Content>;
}

/** How bytes are kept. */
export interface KeepOptions {
  /**
   * Whether the pieces are given away with their buffers: then they are kept without being copied, or their memory is
   * given back as soon as they are in a file.
   */
  readonly given?: boolean;
}

/** What every request to a registry may use; a stage's context is one. */
export type Call = Pick<Context, "signal" | "log" | "progress">;
