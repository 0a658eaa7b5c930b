import type { PublicKey } from "../public_key.ts";

/** Signs bytes: a private key, or a program that can use one. */
export interface Signer {
  /** What messages call it: the path of a file, `env://NAME` or `exec:PROGRAM`. */
  readonly name: string;
  /** What its signatures are held against. */
  readonly publicKey: PublicKey;
  /**
   * Signs: ECDSA in ASN.1 DER or RSA with PKCS#1 v1.5, both over the SHA-256, or Ed25519.
   *
   * @throws {Error} When a program fails, or what it gives is no signature of these bytes by this key.
   */
  sign(bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}
