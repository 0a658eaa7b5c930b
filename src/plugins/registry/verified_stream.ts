import type { Descriptor } from "../../oci/descriptor.ts";
import { createDigester, digestAlgorithm } from "../../oci/digest.ts";

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
