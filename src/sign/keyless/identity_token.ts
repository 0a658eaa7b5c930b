/**
 * Identity tokens: who asks for a certificate, as somebody says whom the authority of certificates believes.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IDToken | OpenID Connect Core 1.0, ID Token}
 */
import { Buffer } from "node:buffer";
import { isObject } from "../../oci/is_object.ts";
import { KeyError } from "../public_key.ts";

/** A token that can be shown. Its signature is for whoever it is shown to. */
export interface IdentityToken {
  /** All of it: a secret. */
  readonly text: string;
  /** Whom it names: what is signed to prove that the key is theirs. */
  readonly subject: string;
  /** Who says so: a URL. */
  readonly issuer: string;
}

/** Whom tokens are for that sigstore takes. */
export const AUDIENCE = "sigstore";

/**
 * Reads a token.
 *
 * @param text A JSON Web Token.
 * @param options `from` is where it is from, for errors; `now` in milliseconds since 1970.
 * @throws {KeyError} When it is none, has expired or is for somebody else. It quotes nothing that is secret.
 */
export function parseIdentityToken(
  text: string,
  { from, now }: { readonly from: string; readonly now: number },
): IdentityToken {
  const claims = claimsOf(text.trim());
  if (claims === undefined) throw refused("it is no JSON Web Token");
  const { iss, sub, email, email_verified: isVerified, aud, exp } = claims;
  // An authority that knows people by their addresses wants the address signed, and not the number of an account.
  const subject = isText(email) ? email : sub;
  if (!isText(iss) || !isText(subject)) throw refused("it names nobody");
  if (isText(email) && isVerified !== true && isVerified !== "true") {
    throw refused(`nobody has verified its e-mail address ${JSON.stringify(email)}`);
  }
  if (typeof exp !== "number") throw refused("it does not say when it expires");
  if (exp * 1000 <= now) throw refused(`it has expired at ${isoTime(exp)}`);
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(AUDIENCE)) {
    throw refused(`it is for ${audiences.map((each) => JSON.stringify(each)).join(", ")}, and not for "${AUDIENCE}"`);
  }
  return { text: text.trim(), subject, issuer: iss };

  function refused(why: string): KeyError {
    return new KeyError(`Cannot sign with the identity token of ${from}: ${why}`);
  }
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token) ?? [];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return isObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isoTime(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? `${seconds}` : time.toISOString();
}
