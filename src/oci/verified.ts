import type { Content, Descriptor } from "./descriptor.ts";
import { createDigester, digestAlgorithm } from "./digest.ts";

/**
 * Passes bytes on and checks them against a descriptor on the way: as soon as there are too many of them, and at the
 * end, before the reader learns that it was the end.
 *
 * @param action How the error begins, such as `Cannot read blob sha256:… in "dist/app"`.
 * @throws {Error} When the size or the digest is another one.
 */
export async function* verified<T extends Uint8Array>(
  bytes: AsyncIterable<T>,
  { digest, size }: Pick<Descriptor, "digest" | "size">,
  action: string,
): AsyncGenerator<T, void, void> {
  const digester = createDigester(digestAlgorithm(digest));
  for await (const piece of bytes) {
    digester.update(piece);
    if (digester.size > size) throw new Error(`${action}: it has more than ${size} bytes`);
    yield piece;
  }
  if (digester.size !== size) throw new Error(`${action}: it has ${digester.size} bytes instead of ${size}`);
  const actual = digester.digest();
  if (actual !== digest) throw new Error(`${action}: its digest is ${actual}`);
}

/** Reads content and checks it on the way. It is opened with the first read, so nothing leaks when there is none. */
export async function* verifiedContent(
  content: Content,
  action: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  yield* verified(content.open(), content.descriptor, action);
}

/** Bytes are not the ones that a descriptor names. */
export class DigestMismatchError extends Error {
  override readonly name = "DigestMismatchError";
}

/**
 * Passes bytes on and checks them against a descriptor: the stream errors instead of ending when size or digest are
 * others, and as soon as there is one byte too many.
 *
 * @param what What the bytes are, for the message.
 */
export function verifiedStream(
  descriptor: Descriptor,
  what: string,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const digester = createDigester(digestAlgorithm(descriptor.digest));
  return new TransformStream(
    {
      transform(chunk, controller): void {
        digester.update(chunk);
        if (digester.size > descriptor.size) {
          throw new DigestMismatchError(
            `Cannot use ${what}: it has more than the ${descriptor.size} bytes it should have`,
          );
        }
        controller.enqueue(chunk);
      },
      flush(): void {
        if (digester.size !== descriptor.size) {
          throw new DigestMismatchError(
            `Cannot use ${what}: it has ${digester.size} bytes, it should have ${descriptor.size}`,
          );
        }
        const digest = digester.digest();
        if (digest !== descriptor.digest) {
          throw new DigestMismatchError(
            `Cannot use ${what}: its digest is ${digest}, it should be ${descriptor.digest}`,
          );
        }
      },
    },
  );
}
