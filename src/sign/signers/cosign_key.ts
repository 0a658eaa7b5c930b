/**
 * Private keys that cosign encrypts with a password: scrypt makes a key of it, and NaCl's secretbox hides the key.
 *
 * @see {@link https://github.com/secure-systems-lab/go-securesystemslib/blob/v0.9.0/encrypted/encrypted.go | go-securesystemslib, encrypted}
 */
import { Buffer } from "node:buffer";
import { scrypt } from "node:crypto";
import { isObject } from "../../oci/is_object.ts";
import { fromBase64, toBase64 } from "../formats/base64.ts";
import type { PemBlock } from "../formats/pem.ts";
import { KeyError } from "../public_key.ts";
import { readJsonObject } from "../formats/read_json_object.ts";

const LABEL = "ENCRYPTED SIGSTORE PRIVATE KEY";
/** What cosign wrote before its version 2. */
const LABELS: readonly string[] = [LABEL, "ENCRYPTED COSIGN PRIVATE KEY"];

/** What scrypt is made of. */
interface ScryptParameters {
  /** How much work: a power of two. */
  readonly N: number;
  /** Size of a block, in 128 bytes. */
  readonly r: number;
  /** How often, one after the other. */
  readonly p: number;
}

/** What cosign writes. */
const PARAMETERS: ScryptParameters = { N: 65536, r: 8, p: 1 };
/** How much memory a file may ask for, in bytes: four times what cosign's own takes. */
const MEMORY_LIMIT = 256 * 1024 * 1024;
const REPEAT_LIMIT = 16;
const KEY_SIZE = 32;
const SALT_SIZE = 32;
const NONCE_SIZE = 24;

/** Tells whether a block of PEM is a key that cosign has encrypted. */
export function isCosignKey({ label }: PemBlock): boolean {
  return LABELS.includes(label);
}

/**
 * Decrypts a key of cosign's.
 *
 * @returns The key as PKCS#8 in DER.
 * @throws {KeyError} When the password is wrong, or the file is not one of cosign's.
 */
export async function openCosignKey({ bytes }: PemBlock, password: string): Promise<Uint8Array<ArrayBuffer>> {
  const { parameters, salt, nonce, ciphertext } = parse(bytes);
  const key = await derive(password, salt, parameters);
  const { openSecret } = await import("./secretbox.ts");
  const plain = openSecret(ciphertext, { key, nonce });
  if (plain === undefined) throw new KeyError("the password is wrong, or the file is damaged");
  return plain;
}

/**
 * Encrypts a key as cosign does.
 *
 * @param der The key as PKCS#8 in DER.
 * @param random Gives so many bytes of chance.
 */
export async function encryptCosignKey(
  der: Uint8Array,
  { password, random }: { readonly password: string; readonly random: (size: number) => Uint8Array },
): Promise<PemBlock> {
  const [salt, nonce] = [random(SALT_SIZE), random(NONCE_SIZE)];
  const key = await derive(password, salt, PARAMETERS);
  const { hideSecret } = await import("./secretbox.ts");
  const text = JSON.stringify({
    kdf: { name: "scrypt", params: PARAMETERS, salt: toBase64(salt) },
    cipher: { name: "nacl/secretbox", nonce: toBase64(nonce) },
    ciphertext: toBase64(hideSecret(der, { key, nonce })),
  });
  return { label: LABEL, bytes: new TextEncoder().encode(text) };
}

interface Parsed {
  readonly parameters: ScryptParameters;
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
}

function parse(bytes: Uint8Array): Parsed {
  const { kdf, cipher, ciphertext } = jsonIn(bytes);
  if (!isObject(kdf) || kdf.name !== "scrypt" || !isObject(kdf.params)) throw unreadable("scrypt");
  if (!isObject(cipher) || cipher.name !== "nacl/secretbox") throw unreadable("nacl/secretbox");
  const nonce = bytesIn(cipher.nonce);
  if (nonce.byteLength !== NONCE_SIZE) throw unreadable("a nonce of 24 bytes");
  return { parameters: checked(kdf.params), salt: bytesIn(kdf.salt), nonce, ciphertext: bytesIn(ciphertext) };
}

function jsonIn(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return readJsonObject(bytes);
  } catch (cause) {
    throw new KeyError("it is called a key of cosign's, and holds no JSON", { cause });
  }
}

function bytesIn(value: unknown): Uint8Array<ArrayBuffer> {
  const bytes = typeof value === "string" ? fromBase64(value) : undefined;
  if (bytes === undefined) throw unreadable("Base64");
  return bytes;
}

/** The file says how much work it takes, and must not be able to ask for a day of it. */
function checked({ N, r, p }: Readonly<Record<string, unknown>>): ScryptParameters {
  const isPower = typeof N === "number" && Number.isSafeInteger(N) && N > 1 && Number.isInteger(Math.log2(N));
  const areWhole = [r, p].every((each) => Number.isSafeInteger(each) && Number(each) > 0);
  if (!isPower || !areWhole) throw unreadable("scrypt with parameters that make sense");
  const parameters = { N, r: Number(r), p: Number(p) };
  if (128 * parameters.N * parameters.r > MEMORY_LIMIT || parameters.p > REPEAT_LIMIT) {
    throw new KeyError(`it asks scrypt for N=${N}, r=${r}, p=${p}, which is more than any tool writes`);
  }
  return parameters;
}

function unreadable(expected: string): KeyError {
  return new KeyError(`it is called a key of cosign's, and has no ${expected}`);
}

async function derive(password: string, salt: Uint8Array, { N, r, p }: ScryptParameters): Promise<Uint8Array> {
  return await new Promise((resolve, reject) => {
    const options = { N, r, p, maxmem: 256 * N * r + 1024 * 1024 };
    scrypt(password, Buffer.from(salt), KEY_SIZE, options, (error, key) => {
      if (error === null) resolve(Uint8Array.from(key));
      else reject(error);
    });
  });
}
