/**
 * Public keys: what a signature is held against.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7 | RFC 5280, Subject Public Key Info}
 */
import { Buffer } from "node:buffer";
import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { messageOf } from "../work/message_of.ts";
import { toBase64 } from "./formats/base64.ts";
import { encodePem, parsePem } from "./formats/pem.ts";

/** What can sign. All of them but Ed25519, which has a hash of its own, sign the SHA-256 of the bytes. */
export type KeyKind = "P-256" | "P-384" | "RSA" | "Ed25519";

/** A public key of a kind that everybody who verifies takes. */
export interface PublicKey {
  /** What it is. */
  readonly kind: KeyKind;
  /** Its SubjectPublicKeyInfo in DER. The same key always has the same bytes. */
  readonly spki: Uint8Array<ArrayBuffer>;
  /** Tells keys apart: the SHA-256 of {@linkcode PublicKey.spki} in Base64, as bundles name a key. */
  readonly hint: string;
  /** The key as Node has it. */
  readonly key: KeyObject;
}

/** There is no key in what was given, or one that cannot be used. The message is a part of a sentence. */
export class KeyError extends Error {
  /** The name of the class. */
  override readonly name = "KeyError";
}

const SPKI_LABEL = "PUBLIC KEY";
const PUBLIC_LABELS: readonly string[] = [SPKI_LABEL, "RSA PUBLIC KEY"];

/**
 * Reads the public key in a PEM file: P-256, P-384, RSA of 2048 bits or more, or Ed25519.
 *
 * @throws {KeyError} Says what it is instead, as a part of a sentence: `it is a private key`.
 */
export function parsePublicKey(pem: string): PublicKey {
  const blocks = pemBlocks(pem);
  const [block] = blocks;
  if (block === undefined) throw new KeyError("it has no key in PEM, which begins with -----BEGIN PUBLIC KEY-----");
  if (block.label.endsWith("PRIVATE KEY")) throw new KeyError("it is a private key, where the public one is needed");
  if (!PUBLIC_LABELS.includes(block.label)) throw new KeyError(`it is a ${block.label}, and no PUBLIC KEY`);
  if (blocks.length > 1) throw new KeyError(`it has ${blocks.length} blocks of PEM, where one key is needed`);
  refuseP521(block.bytes);
  try {
    const type = block.label === SPKI_LABEL ? "spki" : "pkcs1";
    return publicKeyOf(createPublicKey({ key: encodePem(block), format: "pem", type }));
  } catch (cause) {
    if (cause instanceof KeyError) throw cause;
    throw new KeyError(`it has a key that cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** Writes a public key as PEM, as cosign, Flux and openssl read it. */
export function formatPublicKey({ spki }: Pick<PublicKey, "spki">): string {
  return encodePem({ label: SPKI_LABEL, bytes: spki });
}

/**
 * The public key that belongs to a key of Node's.
 *
 * @param key A public or a private key.
 * @throws {KeyError} When it is of a kind that not everybody verifies.
 */
export function publicKeyOf(key: KeyObject): PublicKey {
  const kind = keyKindOf(key);
  const publicKey = key.type === "public" ? key : createPublicKey(key);
  const spki = Uint8Array.from(publicKey.export({ type: "spki", format: "der" }));
  const hint = toBase64(createHash("sha256").update(spki).digest());
  return { kind, spki, hint, key: publicKey };
}

function pemBlocks(pem: string): ReturnType<typeof parsePem> {
  try {
    return parsePem(pem);
  } catch (cause) {
    throw new KeyError(messageOf(cause), { cause });
  }
}

/**
 * Refuses a key that cosign does not verify: it takes SHA-256 alone, and signs with P-521 by SHA-512.
 *
 * @param der A key, public or private. It is looked at before it is read, because not every runtime knows the curve.
 * @throws {KeyError} When it is one of the curve P-521.
 */
export function refuseP521(der: Uint8Array): void {
  if (Buffer.from(der).includes(P521_OID)) throw unusableCurve("P-521");
}

/** The object identifier 1.3.132.0.35 in DER. */
const P521_OID = Buffer.from("06052b81040023", "hex");
const RSA_BITS = 2048;
/** The names of the curves that can be used, which differ from one version of Deno to the next. */
const CURVES: Readonly<Record<string, KeyKind>> = {
  prime256v1: "P-256",
  p256: "P-256",
  secp384r1: "P-384",
  p384: "P-384",
};

function keyKindOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): KeyKind {
  const { namedCurve = "", modulusLength = 0 } = asymmetricKeyDetails ?? {};
  switch (asymmetricKeyType) {
    case "ed25519":
      return "Ed25519";
    case "rsa":
      if (modulusLength >= RSA_BITS) return "RSA";
      throw new KeyError(`it is an RSA key of ${modulusLength} bits, and ${RSA_BITS} is the least that counts as safe`);
    case "ec": {
      const kind = CURVES[namedCurve];
      if (kind !== undefined) return kind;
      throw unusableCurve(namedCurve);
    }
    default:
      throw new KeyError(`it is a key of the kind ${asymmetricKeyType}; ${USABLE}`);
  }
}

const USABLE = "P-256, P-384, RSA and Ed25519 can be used";

function unusableCurve(curve: string): KeyError {
  return new KeyError(`it is a key of the curve ${curve}, which cosign and Flux do not verify; ${USABLE}`);
}
