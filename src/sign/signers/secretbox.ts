/** NaCl's secretbox: XSalsa20 and Poly1305. The only module that imports the package. */
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";

/** What hides a secret. */
export interface SecretKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** 24 bytes, never twice with one key. */
  readonly nonce: Uint8Array;
}

/** Encrypts. */
export function hideSecret(plain: Uint8Array, { key, nonce }: SecretKey): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(xsalsa20poly1305(key, nonce).encrypt(plain));
}

/** Decrypts; `undefined` when the key is wrong, or anything was changed. */
export function openSecret(hidden: Uint8Array, { key, nonce }: SecretKey): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(xsalsa20poly1305(key, nonce).decrypt(hidden));
  } catch {
    return undefined;
  }
}
