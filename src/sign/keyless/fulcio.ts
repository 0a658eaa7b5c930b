import { isObject } from "../../oci/is_object.ts";
import type { AskService } from "../../work/ask_service.ts";
import type { Call } from "../../work/context.ts";
import { messageOf } from "../../work/message_of.ts";
import { toBase64 } from "../formats/base64.ts";
import { parsePem } from "../formats/pem.ts";
import { formatPublicKey } from "../public_key.ts";
import type { Signer } from "../signers/signer.ts";
import { type CertificateContent, readCertificate } from "../sigstore.ts";
import type { IdentityToken } from "./identity_token.ts";
import { jsonIn, postJson, serviceUrl } from "./service.ts";

/** A certificate that was given to us. */
export interface IssuedCertificate extends CertificateContent {
  readonly der: Uint8Array<ArrayBuffer>;
}

/** Whom a certificate is asked for. */
export interface CertificateWish {
  readonly token: IdentityToken;
  /** The key that the certificate is for, which signs nothing after that time. */
  readonly key: Signer;
}

/**
 * Gets a certificate of Fulcio, for a key of ours and in the name that a token says.
 *
 * @param fulcio Where it is, without the path of its API.
 * @throws {Error} When there is no answer, it refuses, or what it gives is no certificate of this key.
 * @see {@link https://github.com/sigstore/fulcio/blob/v1.7.1/fulcio.proto | Fulcio, CreateSigningCertificate}
 */
export async function issueCertificate(
  fulcio: URL,
  { token, key, ask, call }: CertificateWish & { readonly ask: AskService; readonly call: Call },
): Promise<IssuedCertificate> {
  const action = `get a certificate for ${JSON.stringify(token.subject)} of ${token.issuer}`;
  // Whoever has the token alone cannot have a key of somebody else certified.
  const proof = await key.sign(new TextEncoder().encode(token.subject), call.signal);
  const request = postJson(serviceUrl(fulcio, "api/v2/signingCert"), {
    credentials: { oidcIdentityToken: token.text },
    publicKeyRequest: {
      publicKey: { algorithm: "ECDSA", content: formatPublicKey(key.publicKey) },
      proofOfPossession: toBase64(proof),
    },
  });
  const { bytes } = await ask({ ...request, action, secrets: [token.text] }, call);
  try {
    return certificateIn(jsonIn(bytes), key);
  } catch (cause) {
    throw new Error(`Cannot ${action}: ${fulcio.origin} answers with something else: ${messageOf(cause)}`, { cause });
  }
}

function certificateIn(answer: unknown, { publicKey }: Signer): IssuedCertificate {
  const issued = isObject(answer) ? answer.signedCertificateEmbeddedSct ?? answer.signedCertificateDetachedSct : {};
  const chain = isObject(issued) && isObject(issued.chain) ? issued.chain.certificates : [];
  const [pem]: readonly unknown[] = Array.isArray(chain) ? chain : [];
  const [block] = typeof pem === "string" ? parsePem(pem) : [];
  if (block?.label !== "CERTIFICATE") throw new Error("it has no certificate");
  const certificate = readCertificate(block.bytes);
  if (certificate.identity === "" || certificate.issuer === "") throw new Error("its certificate names nobody");
  if (toBase64(certificate.spki) !== toBase64(publicKey.spki)) throw new Error("its certificate is one of another key");
  return { ...certificate, der: block.bytes };
}
