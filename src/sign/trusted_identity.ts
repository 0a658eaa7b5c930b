import { reason } from "../system/io_error.ts";
import { readSmallFile } from "../system/read_small_file.ts";
import { messageOf } from "../work/message_of.ts";
import { KeyError } from "./public_key.ts";

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
   * Verifies a bundle with a certificate: the signature, the certificate at the time when it was used, the log, and whom
   * it names.
   *
   * @param json The bundle as JSON that was parsed.
   * @throws {SyntaxError} Says what does not hold, as a part of a sentence.
   */
  verify(json: unknown): void;
}

/** How large a trusted root may be, in bytes. */
const ROOT_SIZE_LIMIT = 16 * 1024 * 1024;

/**
 * Reads whom to trust.
 *
 * @throws {KeyError} When the trusted root cannot be used, or the expression is none.
 */
export async function readTrustedIdentity(wanted: CertificateIdentity): Promise<TrustedIdentity> {
  const { identity, identityRegexp, issuer, trustedRoot } = wanted;
  const pattern = identityRegexp === undefined ? undefined : parseExpression(identityRegexp);
  const { bundleVerifier } = await import("./sigstore.ts");
  const verifyBundle = await readRoot(trustedRoot, bundleVerifier);
  return {
    name: `${identity ?? `/${identityRegexp}/`} (${issuer})`,
    verify(json): void {
      const signer = held(() => verifyBundle(json));
      const isMeant = pattern === undefined ? signer.identity === identity : pattern.test(signer.identity);
      if (isMeant && signer.issuer === issuer) return;
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

async function readRoot<Verifier>(path: string, parse: (json: unknown) => Verifier): Promise<Verifier> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await readSmallFile(path, ROOT_SIZE_LIMIT));
  } catch (cause) {
    throw new KeyError(`Cannot read the trusted root ${JSON.stringify(path)}: ${reason(cause)}`, { cause });
  }
  try {
    return parse(JSON.parse(text));
  } catch (cause) {
    throw new KeyError(`Cannot use ${JSON.stringify(path)} as a trusted root: ${messageOf(cause)}`, { cause });
  }
}

function held<Result>(verify: () => Result): Result {
  try {
    return verify();
  } catch (cause) {
    throw new SyntaxError(`its certificate does not hold: ${messageOf(cause)}`, { cause });
  }
}
