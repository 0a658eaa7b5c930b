import { generateKeyPairSync } from "node:crypto";
import { IN_TOTO_MEDIA_TYPE } from "../../oci/media_types.ts";
import { type Clock, SYSTEM_CLOCK } from "../../system/clock.ts";
import type { AskService } from "../../work/ask_service.ts";
import type { Call } from "../../work/context.ts";
import { messageOf } from "../../work/message_of.ts";
import { toBase64 } from "../formats/base64.ts";
import type { CertifiedSigner } from "../bundle_signer.ts";
import { preAuthEncoding } from "../formats/dsse.ts";
import { type BundleVerifier, checkBundle } from "../sigstore.ts";
import { encodeSigstoreBundle, type StatementSignature } from "../formats/sigstore_bundle.ts";
import { keySigner } from "../signers/key_signer.ts";
import { readTrustedRoot, trustedIdentity } from "../trusted_identity.ts";
import { issueCertificate } from "./fulcio.ts";
import { type IdentityToken, parseIdentityToken } from "./identity_token.ts";
import { logEntry } from "./rekor.ts";
import { type SigningServices, signingServices } from "./signing_services.ts";
import { timestampOf } from "./timestamp.ts";
import { type TokenSource, tokenSource } from "./token_source.ts";

/** Signs as somebody who has no key that lasts. */
export interface KeylessSigner {
  /**
   * Gets a certificate for a key of this moment, which never leaves this process; the last one, while it counts.
   *
   * @throws {KeyError} When the identity token cannot be used any more.
   * @throws {Error} When a service cannot be reached or refuses.
   */
  certify(ask: AskService, call: Call): Promise<CertifiedSigner>;
}

/** What of the services is not the usual. */
export interface KeylessChoice {
  /** The path of sigstore's signing configuration: which services are used; the public ones when left out. */
  readonly signingConfig?: string | undefined;
  /** The path of a trusted root: what is signed is verified with it before it is written, and what is there as well. */
  readonly trustedRoot?: string | undefined;
}

/** What signing without a key takes of this machine. */
export interface KeylessMeans {
  /** The value of an environment variable. */
  readonly env: (name: string) => string | undefined;
  /** Told of every token, so that nobody shows it. */
  readonly hide?: ((secret: string) => void) | undefined;
  readonly clock?: Clock;
}

/** How long a certificate has to count still, in milliseconds, to be used once more. */
const MARGIN = 60_000;

/**
 * Makes a signer of the identity that this job has, and asks nobody yet.
 *
 * @throws {KeyError} When there is no identity token or it cannot be used, or a file is not what it should be.
 */
export async function openKeyless(
  { signingConfig, trustedRoot }: KeylessChoice,
  { env, hide = (): void => {}, clock = SYSTEM_CLOCK }: KeylessMeans,
): Promise<KeylessSigner> {
  const source = tokenSource(env);
  const read = (text: string): IdentityToken => {
    hide(text);
    return parseIdentityToken(text, { from: source.name, now: clock.now() });
  };
  if (source.given !== undefined) read(source.given);
  const services = await signingServices(signingConfig, clock.now());
  const verifyBundle = trustedRoot === undefined ? undefined : await readTrustedRoot(trustedRoot);
  let last: { readonly signer: CertifiedSigner; readonly expires: number } | undefined;
  return {
    async certify(ask, call): Promise<CertifiedSigner> {
      if (last !== undefined && last.expires - clock.now() > MARGIN) return last.signer;
      const token = read(await source.get(ask, call));
      last = await certified({ token, source, services, verifyBundle, ask }, call);
      return last.signer;
    },
  };
}

interface Certifying {
  readonly token: IdentityToken;
  readonly source: TokenSource;
  readonly services: SigningServices;
  readonly verifyBundle: BundleVerifier | undefined;
  readonly ask: AskService;
}

async function certified(
  { token, source, services, verifyBundle, ask }: Certifying,
  call: Call,
): Promise<{ readonly signer: CertifiedSigner; readonly expires: number }> {
  const { fulcio, logs, timestampAuthorities } = services;
  call.log.info(
    `${source.name} says that this is ${JSON.stringify(token.subject)} of ${token.issuer}: ` +
      `${fulcio.host} is asked for a certificate`,
  );
  const key = keySigner(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey, "the key of a certificate");
  const certificate = await issueCertificate(fulcio, { token, key, ask, call });
  const { identity, issuer, der, expires } = certificate;
  const name = `${identity} (${issuer})`;
  const own = verifyBundle === undefined ? undefined : trustedIdentity(verifyBundle, {
    name,
    isMeant: (signer) => signer.identity === identity && signer.issuer === issuer,
  });

  async function sign(statement: Uint8Array<ArrayBuffer>, call: Call): Promise<StatementSignature> {
    const signature = await key.sign(preAuthEncoding(IN_TOTO_MEDIA_TYPE, statement), call.signal);
    const stamps: { readonly signedTimestamp: string }[] = [];
    for (const authority of timestampAuthorities) {
      stamps.push({ signedTimestamp: toBase64(await timestampOf(authority, { signature, ask, call })) });
    }
    const tlogEntries: unknown[] = [];
    for (const log of logs) {
      tlogEntries.push(await logEntry(log, { statement, signature, certificate: der, ask, call }));
    }
    const material = {
      certificate: { rawBytes: toBase64(der) },
      tlogEntries,
      ...(stamps.length === 0 ? {} : { timestampVerificationData: { rfc3161Timestamps: stamps } }),
    };
    const bundle: unknown = JSON.parse(
      new TextDecoder().decode(encodeSigstoreBundle({ statement, signature, material })),
    );
    try {
      checkBundle(bundle);
      own?.verify(bundle);
    } catch (cause) {
      throw new Error(`Cannot use what the services have made for ${name}: ${messageOf(cause)}`, { cause });
    }
    return { signature, material };
  }

  return { signer: { name, names: { identity, issuer }, ...(own === undefined ? {} : { own }), sign }, expires };
}
