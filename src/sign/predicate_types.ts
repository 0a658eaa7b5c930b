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
