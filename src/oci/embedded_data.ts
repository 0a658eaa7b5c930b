import type { Descriptor } from "./descriptor.ts";
import { digestAlgorithm, digestOf } from "./digest.ts";

const BASE64_REGEXP = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The content that a descriptor carries in itself; `undefined` when it carries none.
 *
 * @throws {SyntaxError} When it is not the content that the descriptor names.
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#embedded-content | OCI image-spec 1.1.1, Embedded Content}
 */
export function embeddedData(
  { data, digest, size }: Pick<Descriptor, "data" | "digest" | "size">,
): Uint8Array<ArrayBuffer> | undefined {
  if (data === undefined) return undefined;
  if (!BASE64_REGEXP.test(data)) throw new SyntaxError(`the data of ${digest} are not Base64`);
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  if (bytes.byteLength !== size || digestOf(bytes, digestAlgorithm(digest)) !== digest) {
    throw new SyntaxError(`the data of ${digest} are something else`);
  }
  return bytes;
}
