import type { Digest } from "../../oci/digest.ts";
import { OptionsError } from "../../options/options_error.ts";
import { missingName } from "../../store/missing_name.ts";
import type { StoreReader } from "../../store/store.ts";
import type { NotVerifiedError } from "../../sign/not_verified_error.ts";
import type { CertificateIdentity, TrustedIdentity } from "../../sign/trusted_identity.ts";
import type { NamedKey } from "../../sign/read_public_keys.ts";
import { TargetsError } from "../../pipeline/target.ts";
import type { Session } from "../session.ts";
import { usableKey } from "../sign/usable_key.ts";

/** What every verb takes that uses an artifact which is there already. */
export interface SignedOptions {
  /**
   * Public keys, as paths of PEM files or as PEM: what is not signed by at least one of them is refused before anything
   * is written. Nothing is verified when there are none.
   */
  readonly verifyKeys?: readonly string[];
}

/** Refuses an artifact that is not signed as it has to be. */
export type RequireSignature = (store: StoreReader, digest: Digest, session: Session) => Promise<void>;

/**
 * Reads the keys that artifacts have to be signed by.
 *
 * @returns `undefined` when nothing is asked for; otherwise what throws a {@linkcode NotVerifiedError} for an artifact
 *   that no key has signed.
 * @throws {OptionsError} When a key cannot be used.
 */
export async function requiredSignature({ verifyKeys = [] }: SignedOptions): Promise<RequireSignature | undefined> {
  if (verifyKeys.length === 0) return undefined;
  const keys = await usableKeys(verifyKeys);
  const names = keys.map(({ name }) => name);
  return async (store, digest, { context, concurrency }) => {
    const { findSignatures } = await import("../../sign/find_signatures.ts");
    const isEnough = (found: readonly unknown[]): boolean => found.length > 0;
    const { found, rejected, failure } = await findSignatures(store, digest, { keys, isEnough, concurrency }, context);
    if (found.length > 0) {
      const by = [...new Set(found.map(({ by }) => by.name))].join(", ");
      context.log.debug(`${store.url}@${digest} is signed by ${by}`);
      return;
    }
    // What could not be asked for may have been the signature.
    if (failure !== undefined) throw failure;
    const { NotVerifiedError } = await import("../../sign/not_verified_error.ts");
    throw new NotVerifiedError({ url: store.url, digest }, names, rejected);
  };
}

/**
 * Makes sure that each of several artifacts is signed.
 *
 * @throws {NotVerifiedError} When one is not; when several are not, a {@linkcode TargetsError} of one for each.
 */
export async function requireAll(
  requireSigned: RequireSignature | undefined,
  artifacts: readonly { readonly store: StoreReader; readonly digest: Digest }[],
  session: Session,
): Promise<void> {
  if (requireSigned === undefined) return;
  const { NotVerifiedError: Expected } = await import("../../sign/not_verified_error.ts");
  const errors: NotVerifiedError[] = [];
  for (const { store, digest } of artifacts) {
    try {
      await requireSigned(store, digest, session);
    } catch (error) {
      if (!(error instanceof Expected)) throw error;
      errors.push(error);
    }
  }
  const [first, ...others] = errors;
  if (first !== undefined) {
    throw others.length === 0 ? first : new TargetsError(errors, [], errors.map(({ url }) => url));
  }
}

/**
 * Says which digest to use of an artifact: one whose signature holds, where that is asked for. What the tag stands for
 * after that does not matter any more.
 *
 * @param name A tag or a digest.
 * @returns The digest, or the name itself where nothing is verified.
 * @throws {NotFoundError} When there is no such artifact.
 * @throws {NotVerifiedError} When no key has signed it.
 */
export async function signedName(
  store: StoreReader,
  name: string,
  { requireSigned, session }: { readonly requireSigned: RequireSignature | undefined; readonly session: Session },
): Promise<string> {
  if (requireSigned === undefined) return name;
  const found = await store.resolve(name, session.context);
  if (found === undefined) throw await missingName(store, name, session.context);
  await requireSigned(store, found.digest, session);
  return found.digest;
}

/**
 * Reads keys that were given.
 *
 * @throws {OptionsError} Names the one that cannot be used.
 */
export async function usableKeys(keys: readonly string[]): Promise<readonly NamedKey[]> {
  const { readPublicKeys } = await import("../../sign/read_public_keys.ts");
  return await usableKey(() => readPublicKeys(keys));
}

/**
 * Reads whose certificates count.
 *
 * @throws {OptionsError} Says what cannot be used.
 */
export async function usableIdentity(wanted: CertificateIdentity): Promise<TrustedIdentity> {
  if ((wanted.identity === undefined) === (wanted.identityRegexp === undefined)) {
    throw new OptionsError("Cannot verify certificates: give one identity, exactly or as a regular expression");
  }
  const { readTrustedIdentity } = await import("../../sign/trusted_identity.ts");
  return await usableKey(() => readTrustedIdentity(wanted));
}
