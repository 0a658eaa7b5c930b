import { reason } from "../system/io_error.ts";
import { readSmallText } from "../system/read_small_file.ts";
import { isPem } from "./formats/is_pem.ts";
import { KeyError, parsePublicKey, type PublicKey } from "./public_key.ts";

/** A public key, and what whoever gave it calls it. */
export interface NamedKey extends PublicKey {
  /** The path of its file, or else the start of its fingerprint. */
  readonly name: string;
}

/** How much of a fingerprint names a key. */
const NAME_LENGTH = 12;

/**
 * Reads public keys. The same key twice is one key.
 *
 * @param keys Paths of PEM files, or PEM itself.
 * @throws {KeyError} Names the one that is no key that can be used, and why.
 */
export async function readPublicKeys(keys: readonly string[]): Promise<readonly NamedKey[]> {
  const read = await Promise.all(keys.map(async (key): Promise<NamedKey> => {
    if (isPem(key)) {
      const parsed = parseNamed(key, "the public key");
      return { ...parsed, name: `SHA256:${parsed.hint.slice(0, NAME_LENGTH)}` };
    }
    return { ...parseNamed(await textOf(key), `the public key ${JSON.stringify(key)}`), name: key };
  }));
  return [...new Map(read.map((key) => [key.hint, key])).values()];
}

function parseNamed(pem: string, what: string): PublicKey {
  try {
    return parsePublicKey(pem);
  } catch (cause) {
    if (!(cause instanceof KeyError)) throw cause;
    throw new KeyError(`Cannot use ${what}: ${cause.message}`, { cause });
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readSmallText(path);
  } catch (cause) {
    throw new KeyError(`Cannot read the public key ${JSON.stringify(path)}: ${reason(cause)}`, { cause });
  }
}
