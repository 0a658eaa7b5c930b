import { reason } from "../../system/io_error.ts";

/** Text could not be written to where the user, or a program, reads it. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  /** Whether nobody reads any more, as in `gantry plan | head`. */
  readonly isClosed: boolean;

  constructor(name: string, cause: unknown) {
    super(`Cannot write to ${name}: ${reason(cause)}`, { cause });
    this.isClosed = cause instanceof Deno.errors.BrokenPipe;
  }
}

/** How long nobody may read from a full pipe before it counts as one that nobody reads, in milliseconds. */
const PATIENCE = 10_000;
const PAUSE = 20;

/**
 * Makes what writes text to an output of the process.
 *
 * A pipe that another program has made non-blocking refuses bytes while it is full. What writes waits then, as it would
 * with any other pipe, but not for ever; once it has waited in vain it does not wait again.
 *
 * @param stream The output.
 * @param options What the output is called, and how to wait so many milliseconds.
 * @returns Writes all of a text. It throws an {@linkcode OutputError} when it cannot.
 */
export function textWriter(
  stream: { writeSync(bytes: Uint8Array): number },
  { name, wait = blockFor }: { readonly name: string; readonly wait?: (milliseconds: number) => void },
): (text: string) => void {
  const encoder = new TextEncoder();
  let patience = PATIENCE;

  return (text) => {
    let rest = encoder.encode(text);
    while (rest.byteLength > 0) {
      const count = writeSome(rest);
      rest = rest.subarray(count);
      if (count > 0) patience = PATIENCE;
    }
  };

  /** Writes at least one byte, or waits for room; 0 after a pause. */
  function writeSome(bytes: Uint8Array): number {
    try {
      return stream.writeSync(bytes);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.WouldBlock) || patience <= 0) throw new OutputError(name, cause);
      wait(PAUSE);
      patience -= PAUSE;
      return 0;
    }
  }
}

/** Waits without letting anything else happen: whoever writes expects the text to be out when the call returns. */
function blockFor(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
