import type { Content, Descriptor } from "../descriptor.ts";
import { createDigester, digestAlgorithm } from "../digest.ts";

/**
 * The bytes of a blob or a manifest are not the ones that its descriptor names: the size or the digest is another one.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#verification | OCI image-spec 1.1.1, Verification}
 */
export class DigestMismatchError extends Error {
  /** The name of the class. */
  override readonly name = "DigestMismatchError";
}

/**
 * Passes bytes on and checks them against a descriptor on the way: as soon as there are too many of them, and at the
 * end, before the reader learns that it was the end.
 *
 * @param action How the error begins, such as `Cannot read blob sha256:… in "dist/app"`.
 * @throws {DigestMismatchError} When the size or the digest is another one.
 */
export async function* verified<T extends Uint8Array>(
  bytes: AsyncIterable<T>,
  descriptor: Pick<Descriptor, "digest" | "size">,
  action: string,
): AsyncGenerator<T, void, void> {
  const check = createCheck(descriptor, action);
  for await (const piece of bytes) {
    check.update(piece);
    yield piece;
  }
  check.end();
}

/** Reads content and checks it on the way. It is opened with the first read, so nothing leaks when there is none. */
export async function* verifiedContent(
  content: Content,
  action: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  yield* verified(content.open(), content.descriptor, action);
}

/**
 * {@linkcode verified} for streams: the stream errors with a {@linkcode DigestMismatchError} instead of ending when the
 * bytes are not the ones that the descriptor names.
 *
 * @param action How the error begins.
 */
export function verifiedStream(
  descriptor: Pick<Descriptor, "digest" | "size">,
  action: string,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const check = createCheck(descriptor, action);
  return new TransformStream({
    transform(piece, controller): void {
      check.update(piece);
      controller.enqueue(piece);
    },
    flush: check.end,
  });
}

function createCheck(
  { digest, size }: Pick<Descriptor, "digest" | "size">,
  action: string,
): { readonly update: (piece: Uint8Array) => void; readonly end: () => void } {
  const digester = createDigester(digestAlgorithm(digest));
  return {
    update(piece): void {
      digester.update(piece);
      if (digester.size > size) {
        throw new DigestMismatchError(`${action}: it has more than the ${size} bytes it should have`);
      }
    },
    end(): void {
      if (digester.size !== size) {
        throw new DigestMismatchError(`${action}: it has ${digester.size} bytes, it should have ${size}`);
      }
      const actual = digester.digest();
      if (actual !== digest) {
        throw new DigestMismatchError(`${action}: its digest is ${actual}, it should be ${digest}`);
      }
    },
  };
}
