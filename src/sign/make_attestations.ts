import type { Digest } from "../oci/digest.ts";
import type { Context } from "../work/context.ts";
import { type Attestation, plainReferrer } from "./attestation.ts";
import { bundleReferrer, type SignedContent, type StatementReferrer } from "./bundle_referrer.ts";
import { findSignatures } from "./find_signatures.ts";
import type { SigningPlace } from "./make_signatures.ts";
import { formsAt, mixedForms } from "./mixed_forms.ts";
import type { Signer } from "./signers/signer.ts";
import { encodeStatement } from "./statement.ts";

/** What something is said of. */
export interface Attesting {
  /** The manifest. */
  readonly subject: Digest;
  /** The time that the artifact says it was created. */
  readonly created: string | undefined;
}

/** What has to be brought. */
export interface MadeAttestations {
  /** What refers to the artifact. */
  readonly referrers: readonly StatementReferrer[];
  /** Which verifiers will not find what they look for. */
  readonly warnings: readonly string[];
}

/**
 * Makes what refers to an artifact of statements about it: a bundle by every key, or a plain referrer when there is no
 * key. What is there already, by the same key and to the letter, is not made again.
 *
 * @throws {Error} When a place cannot be asked, or a signer fails.
 */
export async function makeAttestations(
  attestations: readonly Attestation[],
  { subject, created }: Attesting,
  { signers, places, concurrency }: {
    readonly signers: readonly Signer[];
    readonly places: readonly SigningPlace[];
    readonly concurrency: number;
  },
  context: Context,
): Promise<MadeAttestations> {
  if (signers.length === 0) {
    return { referrers: attestations.map((each) => plainReferrer(subject, each, created)), warnings: [] };
  }
  const warnings: string[] = [];
  for (const { name, store } of places) {
    if (store === undefined) continue;
    warnings.push(...mixedForms(name, await formsAt(store, subject, context), { attestation: true, tagged: 0 }));
  }
  for (const warning of warnings) context.log.warn(warning);
  const referrers: StatementReferrer[] = [];
  for (const attestation of attestations) {
    const content = { ...attestation, subject, created };
    for (const signer of signers) {
      const isThere = await Promise.all(places.map((place) => has(place, content, signer, { context, concurrency })));
      if (isThere.every((each) => each)) continue;
      referrers.push(await bundleReferrer(content, signer, context.signal));
    }
  }
  return { referrers, warnings };
}

async function has(
  { store }: SigningPlace,
  content: SignedContent,
  { name, publicKey }: Signer,
  { context, concurrency }: { readonly context: Context; readonly concurrency: number },
): Promise<boolean> {
  if (store === undefined) return false;
  const { subject, predicateType } = content;
  const keys = [{ ...publicKey, name }];
  const { found, failure } = await findSignatures(store, subject, { keys, predicateType, concurrency }, context);
  if (failure !== undefined) throw failure;
  const wanted = new TextDecoder().decode(encodeStatement(content));
  return found.some(({ format, statement }) => {
    return format === "bundle" && statement !== undefined && new TextDecoder().decode(statement) === wanted;
  });
}
