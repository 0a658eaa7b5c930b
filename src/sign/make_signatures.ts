import type { Content } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { StoreReader } from "../store/store.ts";
import type { Call, Context } from "../work/context.ts";
import { type BundleSigner, type CertifiedSigner, keyBundleSigner } from "./bundle_signer.ts";
import { bundleReferrer, type StatementReferrer } from "./bundle_referrer.ts";
import { findSignatures, type FoundSignature, type SignatureFormat } from "./find_signatures.ts";
import { formsAt, mixedForms } from "./mixed_forms.ts";
import type { SignFormat } from "./sign_format.ts";
import { SIGNATURE_PREDICATE } from "./formats/predicate_types.ts";
import type { Signer } from "./signers/signer.ts";
import { encodeSimpleSigning } from "./formats/simple_signing.ts";
import { signatureLayer } from "./formats/tagged_signatures.ts";

/** What is signed, and how. */
export interface Signing {
  /** The manifest. */
  readonly subject: Digest;
  /** The time that the artifact says it was created. */
  readonly created: string | undefined;
  /** `HOST/REPOSITORY` of the first registry that gets it, for those who read it in the payload. */
  readonly reference: string;
  readonly format: SignFormat;
}

/** Where the artifact is, or will be. */
export interface SigningPlace {
  /** The artifact, as messages show it. */
  readonly name: string;
  /** What is there already; left out for a place where the artifact is new, or that cannot be asked. */
  readonly store?: StoreReader;
}

/** What has to be brought. */
export interface MadeSignatures {
  /** The bundles. */
  readonly referrers: readonly StatementReferrer[];
  /** What comes behind the tag `sha256-….sig`. */
  readonly layers: readonly Content[];
  /** Who has signed besides the keys, now or before. */
  readonly certified?: CertifiedSigner;
  /** Which verifiers will not find what they look for. */
  readonly warnings: readonly string[];
}

/** What signatures and attestations are made with. */
export interface SignatureMeans {
  readonly context: Context;
  /** How many of one place are looked at at a time. */
  readonly concurrency: number;
  /** Gets a certificate, to sign in a bundle as somebody who has no key; left out when keys alone sign. */
  readonly certify?: ((call: Call) => Promise<CertifiedSigner>) | undefined;
}

/**
 * Signs an artifact with every key, in those forms in which no signature by that key is in all of its places. What is
 * there is verified before it counts; so to sign again makes nothing new, whatever the key. Who has a certificate in
 * the place of a key signs in a bundle, whatever the format.
 *
 * @throws {Error} When a place cannot be asked, or a signer fails.
 */
export async function makeSignatures(
  signing: Signing,
  signers: readonly Signer[],
  places: readonly SigningPlace[],
  { context, concurrency, certify }: SignatureMeans,
): Promise<MadeSignatures> {
  const { subject, created, reference, format } = signing;
  const wanted: readonly SignatureFormat[] = signers.length === 0
    ? []
    : format === "both"
    ? ["bundle", "legacy"]
    : [format];
  const certified = places.length === 0 ? undefined : await certify?.(context);
  const byKey = signers.map((signer) => ({ signer, bundling: keyBundleSigner(signer) }));
  const keys = byKey.map(({ bundling }) => bundling.own);
  const identity = certified?.own;
  const there = await Promise.all(places.map(async ({ store }): Promise<readonly FoundSignature[]> => {
    if (store === undefined || keys.length === 0 && identity === undefined) return [];
    const { found, failure } = await findSignatures(store, subject, { keys, identity, concurrency }, context);
    // What could not be asked for may be there.
    if (failure !== undefined) throw failure;
    return found;
  }));
  const isMissing = (form: SignatureFormat, { own }: BundleSigner): boolean =>
    !there.every((found) => found.some(({ format, by }) => format === form && by === own));
  const missing = (form: SignatureFormat): typeof byKey =>
    wanted.includes(form) ? byKey.filter(({ bundling }) => isMissing(form, bundling)) : [];
  const bundling: BundleSigner[] = missing("bundle").map(({ bundling }) => bundling);
  if (certified !== undefined && isMissing("bundle", certified)) bundling.push(certified);
  const tagging = missing("legacy").map(({ signer }) => signer);

  const warnings: string[] = [];
  for (const [at, { name, store }] of places.entries()) {
    const before = store === undefined ? { bundles: 0, tagged: 0 } : await formsAt(store, subject, context);
    const tagged = there[at]?.filter(({ format }) => format === "legacy").length ?? 0;
    // Who knows no bundles knows no certificate in them: there is nothing to be had for them.
    const added = {
      bundle: wanted.includes("bundle"),
      legacy: wanted.includes("legacy"),
      attestation: certified !== undefined,
      tagged,
    };
    warnings.push(...mixedForms(name, before, added));
  }
  for (const warning of warnings) context.log.warn(warning);

  const payload = encodeSimpleSigning({ digest: subject, reference });
  const content = { subject, predicateType: SIGNATURE_PREDICATE, predicate: "{}", created };
  const referrers: StatementReferrer[] = [];
  const layers: Content[] = [];
  for (const signer of bundling) referrers.push(await bundleReferrer(content, signer, context));
  for (const signer of tagging) layers.push(signatureLayer(payload, await signer.sign(payload, context.signal)));
  return { referrers, layers, ...(certified === undefined ? {} : { certified }), warnings };
}
