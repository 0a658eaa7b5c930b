import { OptionsError } from "../../options/options_error.ts";
import { type Attestation, ATTESTATION_FILE_LIMIT } from "../../sign/attestation.ts";
import { whyUnreadable } from "../../system/io_error.ts";
import { readSmallFile } from "../../system/read_small_file.ts";

/**
 * Reads a file that says something of an artifact.
 *
 * @param parse Makes sure that it is what it should be.
 * @throws {OptionsError} When it cannot be read, or is something else.
 */
export async function readAttestation(
  path: string,
  parse: (bytes: Uint8Array) => Attestation,
): Promise<Attestation> {
  let bytes: Uint8Array;
  try {
    bytes = await readSmallFile(path, ATTESTATION_FILE_LIMIT);
  } catch (cause) {
    throw new OptionsError(`Cannot read ${JSON.stringify(path)}: ${whyUnreadable(cause)}`, { cause });
  }
  try {
    return parse(bytes);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new OptionsError(`Cannot attach ${JSON.stringify(path)}: ${cause.message}`, { cause });
  }
}
