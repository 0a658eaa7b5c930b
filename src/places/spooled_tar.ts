import { join } from "node:path";
import type { LayoutReference } from "../oci/reference.ts";
import { ioError } from "../system/io_error.ts";
import { makeTemporaryDirectory } from "../system/temporary_directory.ts";
import type { Call } from "../work/context.ts";

/** A tar that came by a pipe, as a file. */
export interface SpooledTar extends AsyncDisposable {
  readonly reference: LayoutReference;
}

/** The name of the file: what is in a layout of another tool is called after it. */
const FILE = "bundle.tar";

/**
 * Keeps a layout tar that comes by a pipe, where all of it must be looked at before anything is done with it. It lies
 * in a directory that nobody but the user can read, and is gone when it is disposed of.
 *
 * @throws {Error} When it cannot be written, as on a full disk; names the place.
 */
export async function spoolTar(
  input: ReadableStream<Uint8Array<ArrayBuffer>>,
  { signal, log }: Pick<Call, "signal" | "log">,
): Promise<SpooledTar> {
  const directory = await makeTemporaryDirectory({ prefix: "gantry-" }).catch((cause) => {
    throw ioError("make a temporary directory for", "standard input", cause);
  });
  const path = join(directory.path, FILE);
  try {
    log.debug(`Standard input is kept in ${directory.path}`);
    const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
    await input.pipeTo(file.writable, { signal });
  } catch (cause) {
    await directory.remove();
    signal.throwIfAborted();
    throw ioError("keep standard input in", directory.path, cause);
  }
  return { reference: { kind: "oci-archive", path }, [Symbol.asyncDispose]: () => directory.remove() };
}
