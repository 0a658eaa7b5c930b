import { generateKeyPairSync, randomBytes } from "node:crypto";
import { OptionsError } from "../options/options_error.ts";
import { encodePem, type PemBlock } from "../sign/formats/pem.ts";
import { formatPublicKey, publicKeyOf } from "../sign/public_key.ts";
import { encryptCosignKey } from "../sign/signers/cosign_key.ts";
import { ioError } from "../system/io_error.ts";

/** Where a key pair is written, and how it is kept. */
export interface KeygenOptions {
  /** The beginning of both paths: `release` becomes `release.key` and `release.pub`. */
  readonly path: string;
  /** Encrypts the private key as cosign does; it is not encrypted when left out. */
  readonly password?: string;
}

/** A pair that was written, as `gantry keygen -o json` prints it. */
export interface KeygenResult {
  /** The file of the private key, which only its owner can read. */
  readonly privateKey: string;
  /** The file of the public key, for everybody who verifies. */
  readonly publicKey: string;
  /** The SHA-256 of the public key in Base64, as bundles name it. */
  readonly hint: string;
  /** Whether a password protects the private key. */
  readonly isEncrypted: boolean;
}

/**
 * Makes a pair of keys that cosign and Flux take: ECDSA with P-256. No file is ever overwritten.
 *
 * @throws {OptionsError} When there is a file of either name.
 * @throws {Error} When they cannot be written; neither is there then.
 */
export async function keygen({ path, password }: KeygenOptions): Promise<KeygenResult> {
  const files = { privateKey: `${path}.key`, publicKey: `${path}.pub` };
  for (const file of Object.values(files)) await refuseThere(file);
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const der = Uint8Array.from(pair.privateKey.export({ type: "pkcs8", format: "der" }));
  const block: PemBlock = password === undefined
    ? { label: "PRIVATE KEY", bytes: der }
    : await encryptCosignKey(der, { password, random: (size) => Uint8Array.from(randomBytes(size)) });
  const publicKey = publicKeyOf(pair.publicKey);
  await writeNew(files.privateKey, encodePem(block), 0o600);
  try {
    await writeNew(files.publicKey, formatPublicKey(publicKey), 0o644);
  } catch (error) {
    await Deno.remove(files.privateKey).catch(() => {});
    throw error;
  }
  return { ...files, hint: publicKey.hint, isEncrypted: password !== undefined };
}

async function refuseThere(file: string): Promise<void> {
  const isThere = await Deno.lstat(file).then(() => true, () => false);
  if (isThere) {
    throw new OptionsError(`Cannot write ${JSON.stringify(file)}: it is there already, and no key is overwritten`);
  }
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    await Deno.writeTextFile(path, text, { createNew: true, mode });
  } catch (cause) {
    throw ioError("write", path, cause);
  }
}
