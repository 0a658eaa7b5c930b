/**
 * sigstore's services on this machine: an authority of certificates, transparency logs of both versions and an
 * authority of time stamps. Keys and answers are those of sigstore's own mock; what it does not look at, and the real
 * services do, is looked at here.
 */
import { Buffer } from "node:buffer";
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
  X509Certificate,
} from "node:crypto";
import {
  fulcioHandler,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  initializeTSA,
  rekorHandler,
  tsaHandler,
} from "@sigstore/mock";
import { preAuthEncoding } from "../../src/sign/formats/dsse.ts";

/** What the services shall be like. */
export interface SigstoreOptions {
  /** The version of the log's API; 1 when left out. */
  readonly log?: 1 | 2;
  /** Answers in the place of a service: a request by its path, such as `/api/v2/signingCert`. */
  readonly answer?: (path: string, request: Request) => Response | undefined | Promise<Response | undefined>;
  /** The certificate and the key that they show over TLS; HTTP when left out. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** Services that run. */
export interface SigstoreServer extends AsyncDisposable {
  /** Where they are. */
  readonly url: string;
  /** Sigstore's SigningConfig that names them. */
  readonly signingConfig: unknown;
  /** The trusted root that names them. */
  readonly trustedRoot: unknown;
  /** The paths of all requests, in their order. */
  readonly requests: readonly string[];
}

const FULCIO_PATH = "/api/v2/signingCert";
const LOG_PATHS = { 1: "/api/v1/log/entries", 2: "/api/v2/log/entries" } as const;
const TIMESTAMP_PATH = "/api/v1/timestamp";

/** Starts the services. */
export async function startSigstore({ log = 1, answer, tls }: SigstoreOptions = {}): Promise<SigstoreServer> {
  const ctlog = await initializeCTLog(keyPair());
  const ca = await initializeCA(keyPair(), ctlog);
  // A time stamp has no fractions of a second that end in a zero, which sigstore's library does not read then.
  const wholeSeconds = new Date();
  const tsa = await initializeTSA(keyPair(), wholeSeconds);
  const logKeys = keyPair();
  const requests: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {}, ...tls }, serve);
  const url = `${tls === undefined ? "http" : "https"}://127.0.0.1:${server.addr.port}`;
  const tlog = await initializeTLog(url, logKeys);
  const entries = new Map<string, unknown>();

  async function serve(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    requests.push(pathname);
    const instead = await answer?.(pathname, request);
    if (instead !== undefined) return instead;
    const known = /^\/api\/v1\/log\/entries\/([0-9a-f]+)$/.exec(pathname)?.[1];
    if (known !== undefined) return Response.json(entries.get(known));
    try {
      const body = Buffer.from(await request.arrayBuffer());
      switch (pathname) {
        case FULCIO_PATH:
          return await certificate(JSON.parse(String(body)), request.headers.get("authorization"));
        case LOG_PATHS[1]:
          return await firstEntry(JSON.parse(String(body)));
        case LOG_PATHS[2]:
          return Response.json(secondEntry(JSON.parse(String(body))), { status: 201 });
        case TIMESTAMP_PATH:
          return await timestamp(body, request.headers.get("content-type"));
        default:
          return Response.json({ code: 5, message: "not found" }, { status: 404 });
      }
    } catch (cause) {
      return Response.json({ code: 3, message: String(cause) }, { status: 400 });
    }
  }

  async function certificate(request: CertificateRequest, authorization: string | null): Promise<Response> {
    // Some clients show it in the one place, some in the other.
    const token = request.credentials?.oidcIdentityToken ?? authorization?.replace("Bearer ", "") ?? "";
    const claims = JSON.parse(String(Buffer.from(token.split(".")[1] ?? "", "base64url")));
    const { publicKey: { content }, proofOfPossession } = request.publicKeyRequest;
    const proven = Buffer.from(claims.email ?? claims.sub);
    if (!verify("sha256", proven, createPublicKey(content), Buffer.from(proofOfPossession, "base64"))) {
      throw new Error("the proof of possession does not hold");
    }
    // As Fulcio does: the identity is the workflow that the token names, and not its subject.
    const named = claims.job_workflow_ref === undefined ? {} : { sub: `https://github.com/${claims.job_workflow_ref}` };
    const certified = [{ alg: "none" }, { ...claims, ...named }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString("base64url")
    );
    const answer = await fulcioHandler(ca).fn(JSON.stringify({
      credentials: { oidcIdentityToken: `${certified.join(".")}.` },
      publicKeyRequest: { publicKey: { content } },
    }));
    // The mock says 201, and Fulcio itself 200.
    return answerOf({ ...answer, statusCode: answer.statusCode === 201 ? 200 : answer.statusCode });
  }

  async function firstEntry({ spec: { proposedContent: { envelope, verifiers } } }: DsseRequest): Promise<Response> {
    const { payload, payloadType, signatures: [{ sig }] } = JSON.parse(envelope);
    const pem = Buffer.from(verifiers[0], "base64");
    checkSignature({ payload, payloadType, sig }, new X509Certificate(pem).publicKey);
    const { response, statusCode } = await rekorHandler(tlog).fn(JSON.stringify({
      apiVersion: "0.0.1",
      kind: "dsse",
      spec: {
        envelopeHash: { algorithm: "sha256", value: sha256(envelope).toString("hex") },
        payloadHash: { algorithm: "sha256", value: sha256(Buffer.from(payload, "base64")).toString("hex") },
        signatures: [{ signature: sig, verifier: verifiers[0] }],
      },
    }));
    const entry = JSON.parse(String(response));
    const [uuid = ""] = Object.keys(entry);
    entries.set(uuid, entry);
    const headers = { etag: uuid, location: `${LOG_PATHS[1]}/${uuid}` };
    return Response.json(entry, { status: statusCode, headers });
  }

  function secondEntry(
    { hashedRekordRequestV002: { digest, signature: { content, verifier } } }: HashedRekordRequest,
  ): unknown {
    const der = Buffer.from(verifier.x509Certificate.rawBytes, "base64");
    // In the order that canonical JSON has.
    const body = JSON.stringify({
      apiVersion: "0.0.2",
      kind: "hashedrekord",
      spec: {
        hashedRekordV002: {
          data: { algorithm: "SHA2_256", digest },
          signature: {
            content,
            verifier: { keyDetails: verifier.keyDetails, x509Certificate: { rawBytes: der.toString("base64") } },
          },
        },
      },
    });
    const rootHash = sha256(Buffer.concat([Buffer.from([0]), Buffer.from(body)]));
    // A checkpoint is known by the name of the host alone.
    const { hostname } = new URL(url);
    const note = `${hostname}\n1\n${rootHash.toString("base64")}\n`;
    const logId = sha256(spkiOf(logKeys.publicKey));
    const signature = Buffer.concat([logId.subarray(0, 4), sign("sha256", Buffer.from(note), logKeys.privateKey)]);
    return {
      logIndex: "0",
      logId: { keyId: logId.toString("base64") },
      kindVersion: { kind: "hashedrekord", version: "0.0.2" },
      integratedTime: "0",
      inclusionPromise: null,
      inclusionProof: {
        logIndex: "0",
        rootHash: rootHash.toString("base64"),
        treeSize: "1",
        hashes: [],
        checkpoint: { envelope: `${note}\n\u2014 ${hostname} ${signature.toString("base64")}\n` },
      },
      canonicalizedBody: Buffer.from(body).toString("base64"),
    };
  }

  async function timestamp(request: Buffer, type: string | null): Promise<Response> {
    if (type !== "application/timestamp-query") return new Response("no time stamp query", { status: 400 });
    const sha256Head = Buffer.from("300d06096086480165030402010500" + "0420", "hex");
    const at = request.indexOf(sha256Head);
    if (at < 0) return new Response("no imprint by SHA-256", { status: 400 });
    wholeSeconds.setTime(Math.floor(Date.now() / 1000) * 1000);
    const hash = request.subarray(at + sha256Head.length, at + sha256Head.length + 32);
    return answerOf(
      await tsaHandler(tsa).fn(JSON.stringify({
        artifactHash: hash.toString("base64"),
        hashAlgorithm: "sha256",
        certificates: request.at(-1) === 0xff,
      })),
    );
  }

  const logId = sha256(spkiOf(logKeys.publicKey));
  return {
    url,
    requests,
    signingConfig: {
      mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
      caUrls: [service(url, 1)],
      oidcUrls: [],
      rekorTlogUrls: [service(url, log)],
      rekorTlogConfig: { selector: "ANY" },
      tsaUrls: log === 1 ? [] : [service(`${url}${TIMESTAMP_PATH}`, 1)],
      tsaConfig: { selector: "ANY" },
    },
    trustedRoot: {
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      certificateAuthorities: [{
        subject: { organization: "sigstore.mock", commonName: "sigstore" },
        uri: url,
        certChain: { certificates: [{ rawBytes: bufferOf(ca.rootCertificate).toString("base64") }] },
        validFor: VALID,
      }],
      tlogs: [trustedLog(url, spkiOf(logKeys.publicKey), logId)],
      ctlogs: [trustedLog(`${url}/ct`, bufferOf(ctlog.publicKey), bufferOf(ctlog.logID))],
      timestampAuthorities: [{
        subject: { organization: "sigstore.mock", commonName: "tsa" },
        uri: `${url}${TIMESTAMP_PATH}`,
        certChain: {
          certificates: [tsa.intCertificate, tsa.rootCertificate].map((each) => ({
            rawBytes: bufferOf(each).toString("base64"),
          })),
        },
        validFor: VALID,
      }],
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** What a token says. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/** What a job of GitHub Actions says of itself. */
export const WORKFLOW_CLAIMS = {
  iss: "https://token.actions.githubusercontent.com",
  sub: "repo:acme/app:ref:refs/heads/main",
  aud: "sigstore",
  job_workflow_ref: "acme/app/.github/workflows/release.yml@refs/heads/main",
} as const;

/** Whom its certificate names. */
export const WORKFLOW = {
  identity: `https://github.com/${WORKFLOW_CLAIMS.job_workflow_ref}`,
  issuer: WORKFLOW_CLAIMS.iss,
} as const;

/** Writes a token that counts for a day, unless its claims say something else. */
export function identityToken(claims: TokenClaims = WORKFLOW_CLAIMS): string {
  const exp = Math.floor(Date.now() / 1000) + 24 * 60 * 60;
  const [head, payload] = [{ alg: "RS256", typ: "JWT" }, { exp, ...claims }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url")
  );
  return `${head}.${payload}.c2lnbmVkIGJ5IG5vYm9keQ`;
}

const VALID = { start: "2020-01-01T00:00:00Z" };

function service(url: string, majorApiVersion: number): unknown {
  return { url, majorApiVersion, validFor: VALID, operator: "sigstore.mock" };
}

function trustedLog(baseUrl: string, publicKey: Buffer, id: Buffer): unknown {
  return {
    baseUrl,
    hashAlgorithm: "SHA2_256",
    publicKey: {
      rawBytes: publicKey.toString("base64"),
      keyDetails: "PKIX_ECDSA_P256_SHA_256",
      validFor: VALID,
    },
    logId: { keyId: id.toString("base64") },
  };
}

function checkSignature(
  { payload, payloadType, sig }: { readonly payload: string; readonly payloadType: string; readonly sig: string },
  key: KeyObject,
): void {
  const signed = preAuthEncoding(payloadType, Buffer.from(payload, "base64"));
  if (!verify("sha256", signed, key, Buffer.from(sig, "base64"))) throw new Error("the signature does not hold");
}

function answerOf({ statusCode, response, contentType = "text/plain" }: MockAnswer): Response {
  const body = typeof response === "string" ? response : new Uint8Array(bufferOf(response));
  return new Response(body, { status: statusCode, headers: { "content-type": contentType } });
}

/** What the mock answers. */
interface MockAnswer {
  readonly statusCode: number;
  readonly response: string | ArrayBufferView<ArrayBuffer>;
  readonly contentType?: string | undefined;
}

function bufferOf({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBufferLike>): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}

function sha256(bytes: string | Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function keyPair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

/** What Fulcio 2 is asked for. What is wrong in a request becomes an answer with the status 400. */
interface CertificateRequest {
  readonly credentials?: { readonly oidcIdentityToken?: string };
  readonly publicKeyRequest: {
    readonly publicKey: { readonly content: string };
    readonly proofOfPossession: string;
  };
}

/** An envelope for the log of version 1. */
interface DsseRequest {
  readonly spec: { readonly proposedContent: { readonly envelope: string; readonly verifiers: readonly [string] } };
}

/** A signature for the log of version 2. */
interface HashedRekordRequest {
  readonly hashedRekordRequestV002: {
    readonly digest: string;
    readonly signature: {
      readonly content: string;
      readonly verifier: { readonly keyDetails: string; readonly x509Certificate: { readonly rawBytes: string } };
    };
  };
}
