import assert from "node:assert/strict";
import { FLUX_VERIFY } from "../../../src/consumers/flux_verify.ts";
import { plannedSignatures, type SigningSettings } from "../../../src/verbs/judging/planned_signatures.ts";
import { single, tar } from "../../support/judged.ts";

const UNSIGNED: SigningSettings = { sign: [], signFormat: "both", signKeyless: false, provenance: false, sboms: [] };
const SIGNED: SigningSettings = { ...UNSIGNED, sign: ["release.key"] };

const cases: readonly (readonly [what: string, settings: SigningSettings, refusal: RegExp | undefined])[] = [
  ["nothing signs it", UNSIGNED, /^Nothing will sign it/],
  ["there is only an SBOM without a key", { ...UNSIGNED, sboms: ["sbom.json"] }, /^Nothing will sign it/],
  ["it is signed in both forms", SIGNED, undefined],
  ["it is signed in a bundle", { ...SIGNED, signFormat: "bundle" }, undefined],
  ["it is signed behind the tag", { ...SIGNED, signFormat: "legacy" }, undefined],
  ["it is signed without a key", { ...UNSIGNED, signKeyless: true }, undefined],
  ["there is an SBOM of somebody without a key", { ...UNSIGNED, signKeyless: true, sboms: ["s"] }, undefined],
  ["it is signed in both forms, with provenance and an SBOM", { ...SIGNED, provenance: true, sboms: ["s"] }, undefined],
  [
    "provenance hides its signature",
    { ...SIGNED, signFormat: "legacy", provenance: true },
    /never look at the signature/,
  ],
  ["an SBOM hides its signature", { ...SIGNED, signFormat: "legacy", sboms: ["s"] }, /never look at the signature/],
];

for (const [what, settings, refusal] of cases) {
  Deno.test(`plannedSignatures() lets Flux ${refusal === undefined ? "take" : "refuse"} a push where ${what}`, () => {
    const findings = [...FLUX_VERIFY.judge(single([tar()], plannedSignatures(settings)))];
    const reasons = findings.flatMap((finding) => finding.kind === "refusal" ? [finding.reason] : []);
    assert.equal(reasons.length, refusal === undefined ? 0 : 1);
    if (refusal !== undefined) assert.match(reasons[0] ?? "", refusal);
  });
}
