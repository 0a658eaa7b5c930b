import { messageOf } from "../work/message_of.ts";
import { KeyError } from "./public_key.ts";
import { readSigstoreFile } from "./read_sigstore_file.ts";
import type { BundleVerifier, CertificateNames } from "./sigstore.ts";

/** Who may sign without a key that lasts, as a certificate has to name them. */
export interface CertificateIdentity {
  /** Whom the certificate names, exactly: an e-mail address, or the URI of a workflow. */
  readonly identity?: string;
  /** A regular expression for all of that, in the place of the exact text. */
  readonly identityRegexp?: string;
  /** Who has vouched for it, exactly: the URL of an issuer of tokens. */
  readonly issuer: string;
  /** The path of a trusted root in JSON: whose certificates, time stamps and logs are believed. */
  readonly trustedRoot: string;
}

/** An identity whose signatures count. */
export interface TrustedIdentity {
  /** What messages call it. */
  readonly name: string;
  /**
   * Verifies a bundle with a certificate: the signature, the certificate at the time when it was used, the log, and
   * whom it names.
   *
   * @param json The bundle as JSON that was parsed.
   * @throws {SyntaxError} Says what does not hold, as a part of a sentence.
   */
  verify(json: unknown): void;
}

/**
 * Reads whom to trust.
 *
 * @throws {KeyError} When the trusted root cannot be used, or the expression is none.
 */
export async function readTrustedIdentity(wanted: CertificateIdentity): Promise<TrustedIdentity> {
  const { identity, identityRegexp, issuer, trustedRoot } = wanted;
  const pattern = identityRegexp === undefined ? undefined : parseExpression(identityRegexp);
  return trustedIdentity(await readTrustedRoot(trustedRoot), {
    name: `${identity ?? `/${identityRegexp}/`} (${issuer})`,
    isMeant: (signer) =>
      (pattern === undefined ? signer.identity === identity : pattern.test(signer.identity)) &&
      signer.issuer === issuer,
  });
}

/** Makes an identity of what a trusted root vouches for. */
export function trustedIdentity(
  verifyBundle: BundleVerifier,
  { name, isMeant }: { readonly name: string; readonly isMeant: (signer: CertificateNames) => boolean },
): TrustedIdentity {
  return {
    name,
    verify(json): void {
      const signer = held(() => verifyBundle(json));
      // Who asks for an empty name, by a variable that is not set, must not find a certificate without one.
      if (signer.identity !== "" && signer.issuer !== "" && isMeant(signer)) return;
      throw new SyntaxError(`it is signed by ${JSON.stringify(signer.identity)} of ${JSON.stringify(signer.issuer)}`);
    },
  };
}

function parseExpression(text: string): RegExp {
  try {
    // By itself first: `a)|(b` is no expression, and would be one between brackets, for anything that begins with an a.
    new RegExp(text);
    // All of it: what is only somewhere in an identity says nothing. Without a flag, as expressions for cosign are
    // written, which escape more than would be needed.
    return new RegExp(`^(?:${text})$`);
  } catch (cause) {
    throw new KeyError(`Cannot use ${JSON.stringify(text)} as a regular expression: ${messageOf(cause)}`, { cause });
  }
}

/**
 * Reads a trusted root.
 *
 * @throws {KeyError} When it cannot be read, or is none.
 */
export async function readTrustedRoot(path: string): Promise<BundleVerifier> {
  const { bundleVerifier } = await import("./sigstore.ts");
  return await readSigstoreFile(path, { what: "trusted root", parse: bundleVerifier });
}

function held<Result>(verify: () => Result): Result {
  try {
    return verify();
  } catch (cause) {
    throw new SyntaxError(`its certificate does not hold: ${messageOf(cause)}`, { cause });
  }
}
