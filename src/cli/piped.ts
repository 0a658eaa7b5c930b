import { formatReference, type Reference } from "../oci/reference.ts";
import { ioError } from "../system/io_error.ts";
import type { ByteWriter } from "../layout/tar/unnamed.ts";
import { UsageError } from "./usage_error.ts";
import type { World } from "./world.ts";

/** Tells whether a place is standard input or standard output: `oci-archive:-`. */
export function isPiped({ kind, ...place }: Reference): boolean {
  return kind === "oci-archive" && "path" in place && place.path === "-";
}

/**
 * Refuses standard input where a place is needed that can be read more than once.
 *
 * @throws {UsageError} Says what to do instead.
 */
export function refusePiped(reference: Reference): void {
  if (!isPiped(reference)) return;
  throw new UsageError(
    `Cannot use ${formatReference(reference)} here: a pipe is read once, ` +
      "so do this first: `gantry copy --all-tags oci-archive:- oci-layout:DIR`",
  );
}

/**
 * Takes standard output for a tar: results go to standard error from now on.
 *
 * @throws {UsageError} When it is a terminal.
 */
export function takeOutput(world: World): ByteWriter {
  const write = world.takeStdout();
  if (write === undefined) {
    throw new UsageError("Cannot write a tar to a terminal: send oci-archive:- to a pipe or to a file");
  }
  return async (bytes) => {
    try {
      await write(bytes);
    } catch (cause) {
      throw ioError("write to", "standard output", cause);
    }
  };
}
