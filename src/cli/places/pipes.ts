import type { ByteWriter } from "../../layout/tar/unnamed.ts";
import { formatReference, isPiped, type Reference } from "../../oci/reference.ts";
import { parsePipedPlace } from "../../places/open_store.ts";
import { ioError } from "../../system/io_error.ts";
import type { RegistryFlags } from "./flags.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";

/**
 * Parses the name of a place that can be read more than once.
 *
 * @throws {OptionsError} When it is no reference.
 * @throws {UsageError} When it is a pipe.
 */
export function parseGivenPlace(text: string): Reference {
  const reference = parsePipedPlace(text);
  refuseStandardInput(reference);
  return reference;
}

/**
 * Refuses standard input where a place is needed that can be read more than once.
 *
 * @throws {UsageError} Says what to do instead.
 */
export function refuseStandardInput(reference: Reference): void {
  if (!isPiped(reference)) return;
  throw new UsageError(
    `Cannot use ${formatReference(reference)} here: a pipe is read once, ` +
      "so do this first: `gantry copy --all-tags oci-archive:- oci-layout:DIR`",
  );
}

/**
 * Makes sure that standard input can be a tar.
 *
 * @throws {UsageError} When it is a terminal, or the password comes from there.
 */
export function takeInput(
  { passwordStdin }: Pick<RegistryFlags, "passwordStdin">,
  { prompt }: Pick<World, "prompt">,
): void {
  if (passwordStdin) throw new UsageError("Cannot read both the password and the source from standard input");
  // Somebody who can be asked sits at it.
  if (prompt !== undefined) throw new UsageError("Cannot read a tar from a terminal: send one to standard input");
}

/** Tells whether the path of an output stands for standard output: `-`, or a name that the system has for it. */
export function isStandardOutput(path: string): boolean {
  return ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].includes(path);
}

/**
 * Takes standard output for a tar: results go to standard error from now on.
 *
 * @param given What the user has written for it.
 * @throws {UsageError} When it is a terminal.
 */
export function takeOutput(world: World, given = "oci-archive:-"): ByteWriter {
  const write = world.takeStdout();
  if (write === undefined) {
    throw new UsageError(`Cannot write a tar to a terminal: send ${given} to a pipe or to a file`);
  }
  return async (bytes) => {
    try {
      await write(bytes);
    } catch (cause) {
      throw ioError("write to", "standard output", cause);
    }
  };
}
