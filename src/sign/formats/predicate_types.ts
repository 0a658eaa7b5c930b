import { didYouMean } from "../../work/nearest_word.ts";

/** What a statement says of an artifact, by the URI that in-toto calls it. */

/** It is signed, and nothing else is said: cosign's signature in a bundle. */
export const SIGNATURE_PREDICATE = "https://sigstore.dev/cosign/sign/v1";
/** How it was built. */
export const PROVENANCE_PREDICATE = "https://slsa.dev/provenance/v1";
/** What is in it, as SPDX says it. */
export const SPDX_PREDICATE = "https://spdx.dev/Document";
/** What is in it, as CycloneDX says it. */
export const CYCLONEDX_PREDICATE = "https://cyclonedx.org/bom";
/** Which vulnerabilities do it harm, as OpenVEX says it. */
export const OPENVEX_PREDICATE = "https://openvex.dev/ns";
/** How it was built, as SLSA said it before. */
const PROVENANCE_V02_PREDICATE = "https://slsa.dev/provenance/v0.2";

/** What people call predicate types, as cosign does too. */
export const PREDICATE_NAMES: Readonly<Record<string, string>> = {
  spdx: SPDX_PREDICATE,
  spdxjson: SPDX_PREDICATE,
  cyclonedx: CYCLONEDX_PREDICATE,
  slsaprovenance1: PROVENANCE_PREDICATE,
  slsaprovenance: PROVENANCE_V02_PREDICATE,
  slsaprovenance02: PROVENANCE_V02_PREDICATE,
  vex: OPENVEX_PREDICATE,
  openvex: OPENVEX_PREDICATE,
};

/**
 * The predicate type that somebody means: a name of {@linkcode PREDICATE_NAMES}, or the URI itself.
 *
 * @throws {SyntaxError} When it is neither.
 */
export function parsePredicateType(text: string): string {
  const known = Object.hasOwn(PREDICATE_NAMES, text) ? PREDICATE_NAMES[text] : undefined;
  if (known !== undefined) return known;
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:[\x21-\x7e]+$/.test(text)) return text;
  const names = Object.keys(PREDICATE_NAMES);
  throw new SyntaxError(
    `Cannot use ${JSON.stringify(text)} as the type of a statement: it is none of ${names.join(", ")} and no URI${
      didYouMean(text, names)
    }`,
  );
}
