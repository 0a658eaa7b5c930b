import { reason } from "../system/io_error.ts";
import { readSmallFile } from "../system/read_small_file.ts";
import { messageOf } from "../work/message_of.ts";
import { KeyError } from "./public_key.ts";

/** How large such a file may be, in bytes. */
const SIZE_LIMIT = 16 * 1024 * 1024;

/**
 * Reads a file in JSON that says something of sigstore's services.
 *
 * @param options `what` people call it, such as `trusted root`; `parse` makes of its JSON what it says, and throws when
 *   it is something else.
 * @throws {KeyError} When it cannot be read or is not what it should be.
 */
export async function readSigstoreFile<Result>(
  path: string,
  { what, parse }: { readonly what: string; readonly parse: (json: unknown) => Result },
): Promise<Result> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await readSmallFile(path, SIZE_LIMIT));
  } catch (cause) {
    throw new KeyError(`Cannot read the ${what} ${JSON.stringify(path)}: ${reason(cause)}`, { cause });
  }
  try {
    return parse(JSON.parse(text));
  } catch (cause) {
    throw new KeyError(`Cannot use ${JSON.stringify(path)} as a ${what}: ${messageOf(cause)}`, { cause });
  }
}
