import { verify } from "node:crypto";
import type { PublicKey } from "./public_key.ts";

/**
 * Tells whether a signature is one of these bytes by this key: ECDSA in ASN.1 DER, RSA with PKCS#1 v1.5, both over the
 * SHA-256, or Ed25519. What is no signature at all is simply not one.
 */
export function verifySignature(
  { bytes, signature }: { readonly bytes: Uint8Array; readonly signature: Uint8Array },
  { kind, key }: PublicKey,
): boolean {
  try {
    return verify(kind === "Ed25519" ? null : "sha256", bytes, key, signature);
  } catch {
    return false;
  }
}
