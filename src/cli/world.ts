import type { Environment } from "./environment.ts";
import type { ByteWriter } from "../layout/tar/unnamed.ts";
import type { Secrets } from "./secrets.ts";

/** Everything that the command line touches beyond files and sockets, so that a test can run it in process. */
export interface World extends Environment {
  /** Standard input from its start; read at most once. */
  readonly stdin: () => ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Writes to standard output, which is for programs. Throws an {@linkcode OutputError} when that cannot be. */
  readonly stdout: (text: string) => void;
  /**
   * Takes standard output for bytes; what is for programs goes to standard error from then on.
   *
   * @returns `undefined` when it is a terminal.
   */
  readonly takeStdout: () => ByteWriter | undefined;
  /** What {@linkcode World.stderr} must not show. */
  readonly secrets: Secrets;
  /** Writes to standard error, which is for people. Never throws: work goes on when nobody can be told of it. */
  readonly stderr: (text: string) => void;
  /** Set when standard error is a terminal. */
  readonly terminal?: Terminal;
  /** Set when standard output is a terminal: what is printed there is for people. */
  readonly screen?: Pick<Terminal, "columns">;
  /** Which outputs get colours; none when left out. */
  readonly colors?: { readonly stdout: boolean; readonly stderr: boolean };
  /** Set when standard input is a terminal too, so that somebody can be asked. */
  readonly prompt?: Prompt;
  /** Aborted by Ctrl-C, with an {@linkcode Interruption}. */
  readonly signal: AbortSignal;
  /** Called when a command begins its work. */
  readonly begin?: () => void;
  /**
   * Tells that code begins that may never return, so that it can be ended with the process.
   *
   * @param what What people call it.
   * @param timeout How long it may take, in milliseconds; without end when left out.
   * @returns Tells that it has returned.
   */
  readonly watch?: (what: string, timeout: number | undefined) => () => void;
}

/** A terminal that people look at. */
export interface Terminal {
  /** How many columns it has now. */
  readonly columns: () => number;
  /** Shows lines until anything else is written; nothing takes them away. */
  readonly status?: (lines: readonly string[] | undefined) => void;
}

/**
 * Somebody who can be asked. Both end when {@linkcode World.signal} is aborted, with its reason,
 * and throw when the input ends before an answer: that is no empty one.
 */
export interface Prompt {
  /** Asks for a line. */
  readonly line: (question: string) => Promise<string>;
  /** Asks for a line that is not shown while it is typed. */
  readonly hidden: (question: string) => Promise<string>;
}
