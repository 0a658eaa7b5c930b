/** sigstore's services, as its own mock has them: an authority of certificates with its log, and a transparency log. */
import { Buffer } from "node:buffer";
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { fulcioHandler, initializeCA, initializeCTLog, initializeTLog, rekorHandler } from "@sigstore/mock";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import type { BundleJson } from "./signatures.ts";

/** Who asks for a certificate. */
export interface Claims {
  readonly sub: string;
  readonly iss: string;
}

/** Services that nobody else trusts. */
export interface SigstoreMock {
  /** The trusted root that names them. */
  readonly trustedRoot: unknown;
  /** Signs a statement about a manifest with a certificate, and puts it on the log. */
  bundle(subject: Pick<Descriptor, "digest">, claims: Claims, predicateType?: string): Promise<CertifiedBundle>;
}

/** A bundle with a certificate. */
export interface CertifiedBundle extends Omit<BundleJson, "verificationMaterial"> {
  readonly verificationMaterial: {
    readonly certificate: { readonly rawBytes: string };
    readonly tlogEntries: readonly Readonly<Record<string, unknown>>[];
  };
}

const IN_TOTO = "application/vnd.in-toto+json";
const SIGNED = "https://sigstore.dev/cosign/sign/v1";

/** Starts services with keys of their own. */
export async function sigstoreMock(): Promise<SigstoreMock> {
  const ctlog = await initializeCTLog(keyPair());
  const ca = await initializeCA(keyPair(), ctlog);
  const tlog = await initializeTLog("https://rekor.test", keyPair());

  async function certificate({ sub, iss }: Claims, key: KeyObject): Promise<string> {
    const content = key.export({ format: "pem", type: "spki" });
    const token = [{ alg: "none" }, { sub, iss }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString("base64url")
    );
    const { response } = await fulcioHandler(ca).fn(JSON.stringify({
      credentials: { oidcIdentityToken: `${token.join(".")}.` },
      publicKeyRequest: { publicKey: { content } },
    }));
    return JSON.parse(String(response)).signedCertificateEmbeddedSct.chain.certificates[0];
  }

  async function logged(payload: Buffer, signature: Buffer, pem: string): Promise<Readonly<Record<string, unknown>>> {
    const sha256 = (value: string | Buffer): unknown => ({
      algorithm: "sha256",
      value: createHash("sha256").update(value).digest("hex"),
    });
    const { response } = await rekorHandler(tlog).fn(JSON.stringify({
      apiVersion: "0.0.1",
      kind: "dsse",
      spec: {
        envelopeHash: sha256("not looked at"),
        payloadHash: sha256(payload),
        signatures: [{ signature: signature.toString("base64"), verifier: Buffer.from(pem).toString("base64") }],
      },
    }));
    const [entry] = Object.values<LogEntry>(JSON.parse(String(response)));
    if (entry === undefined) throw new Error("The log has not taken it");
    const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
    return {
      logIndex: String(entry.logIndex),
      logId: { keyId: Buffer.from(entry.logID, "hex").toString("base64") },
      kindVersion: { kind: "dsse", version: "0.0.1" },
      integratedTime: String(entry.integratedTime),
      inclusionPromise: { signedEntryTimestamp },
      inclusionProof: {
        logIndex: String(proof.logIndex),
        rootHash: Buffer.from(proof.rootHash, "hex").toString("base64"),
        treeSize: String(proof.treeSize),
        hashes: [],
        checkpoint: { envelope: proof.checkpoint },
      },
      canonicalizedBody: entry.body,
    };
  }

  return {
    trustedRoot: {
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      certificateAuthorities: [{
        subject: { organization: "mock", commonName: "mock" },
        uri: "https://fulcio.test",
        certChain: { certificates: [{ rawBytes: base64(ca.rootCertificate) }] },
        validFor: VALID,
      }],
      tlogs: [log("https://rekor.test", tlog.publicKey, createHash("sha256").update(tlog.publicKey).digest())],
      ctlogs: [log("https://ct.test", ctlog.publicKey, ctlog.logID)],
      timestampAuthorities: [],
    },
    async bundle({ digest }, claims, predicateType = SIGNED): Promise<CertifiedBundle> {
      const { publicKey, privateKey } = keyPair();
      const pem = await certificate(claims, publicKey);
      const payload = Buffer.from(JSON.stringify({
        _type: "https://in-toto.io/Statement/v1",
        subject: [{ digest: { sha256: digest.slice("sha256:".length) } }],
        predicateType,
        predicate: {},
      }));
      const head = Buffer.from(`DSSEv1 ${IN_TOTO.length} ${IN_TOTO} ${payload.byteLength} `);
      const signature = sign("sha256", Buffer.concat([head, payload]), privateKey);
      return {
        mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
        verificationMaterial: {
          certificate: { rawBytes: pem.replaceAll(/-----[^-]+-----|\s/g, "") },
          tlogEntries: [await logged(payload, signature, pem)],
        },
        dsseEnvelope: {
          payload: payload.toString("base64"),
          payloadType: IN_TOTO,
          signatures: [{ sig: signature.toString("base64") }],
        },
      };
    },
  };
}

/** What the log answers. */
interface LogEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly logIndex: number;
      readonly rootHash: string;
      readonly treeSize: number;
      readonly checkpoint: string;
    };
  };
}

const VALID = { start: "2020-01-01T00:00:00Z" };

function log(
  baseUrl: string,
  publicKey: ArrayBufferView<ArrayBufferLike>,
  id: ArrayBufferView<ArrayBufferLike>,
): unknown {
  return {
    baseUrl,
    hashAlgorithm: "SHA2_256",
    publicKey: { rawBytes: base64(publicKey), keyDetails: "PKIX_ECDSA_P256_SHA_256", validFor: VALID },
    logId: { keyId: base64(id) },
  };
}

function base64({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBufferLike>): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function keyPair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}
