import type { Digest } from "../oci/digest.ts";
import type { Context } from "../work/context.ts";
import { type Attestation, plainReferrer } from "./attestation.ts";
import { bundleReferrer, type SignedContent, type StatementReferrer } from "./bundle_referrer.ts";
import { type BundleSigner, keyBundleSigner } from "./bundle_signer.ts";
import { findSignatures } from "./find_signatures.ts";
import type { SignatureMeans, SigningPlace } from "./make_signatures.ts";
import { formsAt, mixedForms } from "./mixed_forms.ts";
import type { Signer } from "./signers/signer.ts";
import { encodeStatement } from "./formats/statement.ts";

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
 * Makes what refers to an artifact of statements about it: a bundle by everybody who signs, or a plain referrer when
 * nobody does. What is there already, by the same key and to the letter, is not made again.
 *
 * @throws {Error} When a place cannot be asked, or a signer fails.
 */
export async function makeAttestations(
  attestations: readonly Attestation[],
  { subject, created }: Attesting,
  { signers, certify, places, concurrency }: Omit<SignatureMeans, "context"> & {
    readonly signers: readonly Signer[];
    readonly places: readonly SigningPlace[];
  },
  context: Context,
): Promise<MadeAttestations> {
  if (signers.length === 0 && certify === undefined) {
    return { referrers: attestations.map((each) => plainReferrer(subject, each, created)), warnings: [] };
  }
  const warnings: string[] = [];
  for (const { name, store } of places) {
    if (store === undefined) continue;
    warnings.push(...mixedForms(name, await formsAt(store, subject, context), { attestation: true, tagged: 0 }));
  }
  for (const warning of warnings) context.log.warn(warning);
  const certified = places.length === 0 ? undefined : await certify?.(context);
  const everybody: readonly BundleSigner[] = [
    ...signers.map(keyBundleSigner),
    ...certified === undefined ? [] : [certified],
  ];
  const referrers: StatementReferrer[] = [];
  for (const attestation of attestations) {
    const content = { ...attestation, subject, created };
    for (const signer of everybody) {
      const isThere = await Promise.all(places.map((place) => has(place, content, signer, { context, concurrency })));
      if (isThere.every((each) => each)) continue;
      referrers.push(await bundleReferrer(content, signer, context));
    }
  }
  return { referrers, warnings };
}

async function has(
  { store }: SigningPlace,
  content: SignedContent,
  { own }: BundleSigner,
  { context, concurrency }: { readonly context: Context; readonly concurrency: number },
): Promise<boolean> {
  if (store === undefined || own === undefined) return false;
  const { subject, predicateType } = content;
  const search = "hint" in own ? { keys: [own] } : { keys: [], identity: own };
  const { found, failure } = await findSignatures(store, subject, { ...search, predicateType, concurrency }, context);
  if (failure !== undefined) throw failure;
  const wanted = new TextDecoder().decode(encodeStatement(content));
  return found.some(({ format, statement }) => {
    return format === "bundle" && statement !== undefined && new TextDecoder().decode(statement) === wanted;
  });
}
