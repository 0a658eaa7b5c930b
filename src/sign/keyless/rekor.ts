import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { isObject } from "../../oci/is_object.ts";
import { IN_TOTO_MEDIA_TYPE } from "../../oci/media_types.ts";
import type { AskService, WebAnswer } from "../../work/ask_service.ts";
import type { Call } from "../../work/context.ts";
import { messageOf } from "../../work/message_of.ts";
import { toBase64 } from "../formats/base64.ts";
import { preAuthEncoding } from "../formats/dsse.ts";
import { encodePem } from "../formats/pem.ts";
import { normalLogEntry } from "../sigstore.ts";
import { envelopeOf } from "../formats/sigstore_bundle.ts";
import { jsonIn, postJson, serviceUrl } from "./service.ts";
import type { TransparencyLog } from "./signing_services.ts";

/** What is put on a log: a statement that was signed, and the certificate. */
export interface Logged {
  readonly statement: Uint8Array;
  readonly signature: Uint8Array;
  /** In DER. */
  readonly certificate: Uint8Array<ArrayBuffer>;
}

/**
 * Puts a signature on a transparency log, Rekor of either version. What was said does not stand there, but its digest.
 *
 * @returns The entry with the proof that it is on the log, as it stands in a bundle.
 * @throws {Error} When there is no answer, the log refuses, or what it gives is no entry of this signature.
 * @see {@link https://github.com/sigstore/rekor/blob/v1.4.2/pkg/types/dsse/v0.0.1/dsse_v0_0_1_schema.json | Rekor, dsse 0.0.1}
 * @see {@link https://github.com/sigstore/rekor-tiles/blob/v2.0.1/api/proto/rekor/v2/rekor_service.proto | Rekor 2, CreateEntry}
 */
export async function logEntry(
  { url, version }: TransparencyLog,
  { ask, call, ...logged }: Logged & { readonly ask: AskService; readonly call: Call },
): Promise<unknown> {
  const action = `put the signature on the log ${url.host}`;
  if (version === 2) {
    const { bytes } = await ask(
      { ...postJson(serviceUrl(url, "api/v2/log/entries"), secondRequest(logged)), action },
      call,
    );
    return entryOf(() => jsonIn(bytes));
  }
  const target = serviceUrl(url, "api/v1/log/entries");
  const request = postJson(target, firstRequest(logged));
  const answer = await ask({ ...request, action, expect: [...request.expect, CONFLICT] }, call);
  const { bytes } = answer.status === CONFLICT ? await existing(answer) : answer;
  return entryOf(() => firstEntry(jsonIn(bytes)));

  /** It is there already when its answer was lost on the way, and it was sent again. */
  async function existing({ headers }: WebAnswer): Promise<WebAnswer> {
    const [uuid] = /[0-9a-f]{64,80}$/.exec(headers.get("location") ?? "") ?? [];
    if (uuid === undefined) throw new Error(`Cannot ${action}: it has such an entry, and does not say where`);
    const at = serviceUrl(url, `api/v1/log/entries/${uuid}`);
    return await ask({ action, method: "GET", url: at, headers: { accept: "application/json" }, expect: [200] }, call);
  }

  function entryOf(read: () => unknown): unknown {
    try {
      const entry = normalLogEntry(read());
      if (!holds(entry, logged.signature)) throw new Error("it is that of another signature");
      return entry;
    } catch (cause) {
      throw new Error(`Cannot ${action}: its answer is no entry, ${messageOf(cause)}`, { cause });
    }
  }
}

/**
 * Tells whether a signature stands in what was put on the log. Whether it is on the log, only a trusted root can say;
 * an entry of something else would be of no use to anybody.
 */
function holds(entry: unknown, signature: Uint8Array): boolean {
  const body = isObject(entry) ? Buffer.from(String(entry.canonicalizedBody), "base64").toString("utf8") : "";
  return body.includes(JSON.stringify(toBase64(signature)));
}

/** The status for an entry that is there already. */
const CONFLICT = 409;

function firstRequest({ certificate, ...signed }: Logged): unknown {
  const pem = encodePem({ label: "CERTIFICATE", bytes: certificate });
  return {
    apiVersion: "0.0.1",
    kind: "dsse",
    spec: {
      proposedContent: {
        envelope: JSON.stringify(envelopeOf(signed)),
        verifiers: [toBase64(new TextEncoder().encode(pem))],
      },
    },
  };
}

/** Version 2 takes no envelopes any more: it is told the digest of the bytes that were signed. */
function secondRequest({ statement, signature, certificate }: Logged): unknown {
  const signed = preAuthEncoding(IN_TOTO_MEDIA_TYPE, statement);
  return {
    hashedRekordRequestV002: {
      digest: createHash("sha256").update(signed).digest("base64"),
      signature: {
        content: toBase64(signature),
        verifier: { x509Certificate: { rawBytes: toBase64(certificate) }, keyDetails: "PKIX_ECDSA_P256_SHA_256" },
      },
    },
  };
}

/** What version 1 answers, in the words of a bundle. */
function firstEntry(answer: unknown): unknown {
  const [entry] = isObject(answer) ? Object.values(answer) : [];
  if (!isObject(entry) || !isObject(entry.verification)) throw new Error("it has no verification");
  const { body, integratedTime, logID, logIndex, verification: { inclusionProof: proof, signedEntryTimestamp } } =
    entry;
  if (!isObject(proof) || !Array.isArray(proof.hashes)) throw new Error("it has no proof that it is on the log");
  return {
    logIndex,
    logId: { keyId: fromHex(logID) },
    kindVersion: { kind: "dsse", version: "0.0.1" },
    integratedTime,
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: proof.logIndex,
      rootHash: fromHex(proof.rootHash),
      treeSize: proof.treeSize,
      hashes: proof.hashes.map(fromHex),
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: body,
  };
}

function fromHex(text: unknown): string {
  return Buffer.from(String(text), "hex").toString("base64");
}
