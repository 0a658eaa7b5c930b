/** Key pairs that openssl made. They protect nothing: they are here so that what they sign is the same for ever. */
import { createPrivateKey, type KeyObject, sign } from "node:crypto";

const FOLDER = new URL("../sign/keys/", import.meta.url);

/** Pairs that can be used, by their file. */
export const SAMPLE_KEYS = ["p256", "p384", "rsa2048", "ed25519"] as const;

/** The path of a sample key's file: `p256.pem` or `p256.pub`. */
export function sampleKeyPath(file: string): URL {
  return new URL(file, FOLDER);
}

/** The text of a sample key's file. */
export function sampleKey(file: string): string {
  return Deno.readTextFileSync(sampleKeyPath(file));
}

/** Signs with a sample key, without any code of ours. */
export function signWith(name: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const key: KeyObject = createPrivateKey(sampleKey(`${name}.pem`));
  return Uint8Array.from(sign(key.asymmetricKeyType === "ed25519" ? null : "sha256", bytes, key));
}
