import { createPrivateKey, type KeyObject } from "node:crypto";
import { Buffer } from "node:buffer";
import { messageOf } from "../../work/message_of.ts";
import { parsePem, type PemBlock } from "../formats/pem.ts";
import { KeyError, refuseP521 } from "../public_key.ts";
import { isCosignKey, openCosignKey } from "./cosign_key.ts";

/** How private keys are written without a password, by the label of PEM. */
const TYPES: Readonly<Record<string, "pkcs8" | "sec1" | "pkcs1">> = {
  "PRIVATE KEY": "pkcs8",
  "EC PRIVATE KEY": "sec1",
  "RSA PRIVATE KEY": "pkcs1",
};
/** What openssl writes before a key of an elliptic curve. */
const PARAMETERS_LABEL = "EC PARAMETERS";

/**
 * Reads the private key in a PEM file: PKCS#8, SEC1, PKCS#1, or cosign's encrypted file.
 *
 * @param password Asked for only when the key is encrypted.
 * @throws {KeyError} Says what is wrong, as a part of a sentence. It quotes nothing of the key.
 */
export async function parsePrivateKey(pem: string, password: () => Promise<string>): Promise<KeyObject> {
  const block = privateBlock(pem);
  if (isCosignKey(block)) {
    const der = await openCosignKey(block, await password());
    return keyOf(der, "pkcs8");
  }
  const type = TYPES[block.label];
  if (type !== undefined && !/^DEK-Info:/m.test(pem)) return keyOf(block.bytes, type);
  if (block.label.endsWith("PUBLIC KEY")) throw new KeyError("it is a public key, where the private one is needed");
  if (block.label === "ENCRYPTED PRIVATE KEY" || type !== undefined) {
    throw new KeyError(
      "it is encrypted in another way than cosign's; `openssl pkey -in KEY` writes it without a password",
    );
  }
  throw new KeyError(`it is a ${block.label}, and no PRIVATE KEY in PEM`);
}

function privateBlock(pem: string): PemBlock {
  let blocks: readonly PemBlock[];
  try {
    blocks = parsePem(pem).filter(({ label }) => label !== PARAMETERS_LABEL);
  } catch (cause) {
    throw new KeyError(messageOf(cause), { cause });
  }
  const [block] = blocks;
  if (block === undefined) throw new KeyError("it has no key in PEM, which begins with -----BEGIN PRIVATE KEY-----");
  if (blocks.length > 1) throw new KeyError(`it has ${blocks.length} blocks of PEM, where one key is needed`);
  return block;
}

function keyOf(der: Uint8Array, type: "pkcs8" | "sec1" | "pkcs1"): KeyObject {
  refuseP521(der);
  try {
    return createPrivateKey({ key: Buffer.from(der), format: "der", type });
  } catch {
    // Whatever was thrown may quote the key.
    throw new KeyError("it has a key that cannot be read");
  }
}
