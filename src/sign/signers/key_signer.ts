import { type KeyObject, sign } from "node:crypto";
import { publicKeyOf } from "../public_key.ts";
import type { Signer } from "./signer.ts";

/**
 * Signs with a private key in memory.
 *
 * @param name What messages call it.
 * @throws {KeyError} When it is a key of a kind that not everybody verifies.
 */
export function keySigner(key: KeyObject, name: string): Signer {
  const publicKey = publicKeyOf(key);
  // Always SHA-256: cosign refuses the hash that would fit the size of a larger curve.
  const hash = publicKey.kind === "Ed25519" ? null : "sha256";
  return {
    name,
    publicKey,
    sign: (bytes) => Promise.resolve(Uint8Array.from(sign(hash, bytes, key))),
  };
}
