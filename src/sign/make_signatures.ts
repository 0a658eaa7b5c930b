import type { Content } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { StoreReader } from "../store/store.ts";
import type { Context } from "../work/context.ts";
import { bundleReferrer, type StatementReferrer } from "./bundle_referrer.ts";
import { findSignatures, type FoundSignature, type SignatureFormat } from "./find_signatures.ts";
import { formsAt, mixedForms } from "./mixed_forms.ts";
import type { SignFormat } from "./sign_format.ts";
import { SIGNATURE_PREDICATE } from "./predicate_types.ts";
import type { Signer } from "./signers/signer.ts";
import { encodeSimpleSigning } from "./simple_signing.ts";
import { signatureLayer } from "./tagged_signatures.ts";

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
  /** Which verifiers will not find what they look for. */
  readonly warnings: readonly string[];
}

/**
 * Signs an artifact with every key, in those forms in which no signature by that key is in all of its places. What is
 * there is verified before it counts; so to sign again makes nothing new, whatever the key.
 *
 * @throws {Error} When a place cannot be asked, or a signer fails.
 */
export async function makeSignatures(
  signing: Signing,
  signers: readonly Signer[],
  places: readonly SigningPlace[],
  { context, concurrency }: { readonly context: Context; readonly concurrency: number },
): Promise<MadeSignatures> {
  const { subject, created, reference, format } = signing;
  const wanted: readonly SignatureFormat[] = format === "both" ? ["bundle", "legacy"] : [format];
  const keys = signers.map(({ name, publicKey }) => ({ ...publicKey, name }));
  const there = await Promise.all(places.map(async ({ store }): Promise<readonly FoundSignature[]> => {
    if (store === undefined) return [];
    const { found, failure } = await findSignatures(store, subject, { keys, concurrency }, context);
    // What could not be asked for may be there.
    if (failure !== undefined) throw failure;
    return found;
  }));
  const isMissing = (form: SignatureFormat) => ({ publicKey: { hint } }: Signer): boolean =>
    wanted.includes(form) &&
    !there.every((found) => found.some(({ format, by }) => format === form && "hint" in by && by.hint === hint));
  const bundling = signers.filter(isMissing("bundle"));
  const tagging = signers.filter(isMissing("legacy"));

  const warnings: string[] = [];
  for (const [at, { name, store }] of places.entries()) {
    const before = store === undefined ? { bundles: 0, tagged: 0 } : await formsAt(store, subject, context);
    const tagged = there[at]?.filter(({ format }) => format === "legacy").length ?? 0;
    const added = { bundle: wanted.includes("bundle"), legacy: wanted.includes("legacy"), tagged };
    warnings.push(...mixedForms(name, before, added));
  }
  for (const warning of warnings) context.log.warn(warning);

  const { signal } = context;
  const payload = encodeSimpleSigning({ digest: subject, reference });
  const content = { subject, predicateType: SIGNATURE_PREDICATE, predicate: "{}", created };
  const referrers: StatementReferrer[] = [];
  const layers: Content[] = [];
  for (const signer of bundling) referrers.push(await bundleReferrer(content, signer, signal));
  for (const signer of tagging) layers.push(signatureLayer(payload, await signer.sign(payload, signal)));
  return { referrers, layers, warnings };
}
