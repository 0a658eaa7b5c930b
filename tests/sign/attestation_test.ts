import assert from "node:assert/strict";
import { parseAttestation, parseSbom } from "../../src/sign/attestation.ts";
import {
  CYCLONEDX_PREDICATE,
  OPENVEX_PREDICATE,
  PROVENANCE_PREDICATE,
  SPDX_PREDICATE,
} from "../../src/sign/formats/predicate_types.ts";

const bytes = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json));
const OTHER = "https://acme.example/scan/v1";

const GOOD: readonly (readonly [type: string, json: object])[] = [
  [SPDX_PREDICATE, { spdxVersion: "SPDX-2.3" }],
  [SPDX_PREDICATE, { "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [] }],
  [CYCLONEDX_PREDICATE, { bomFormat: "CycloneDX", specVersion: "1.6" }],
  [PROVENANCE_PREDICATE, { buildDefinition: {}, runDetails: {} }],
  [OPENVEX_PREDICATE, { "@context": "https://openvex.dev/ns/v0.2.0", statements: [] }],
  [OTHER, { anything: [1.5] }],
];

for (const [predicateType, json] of GOOD) {
  Deno.test(`parseAttestation() takes ${JSON.stringify(json)} for ${predicateType}`, () => {
    const text = JSON.stringify(json);
    const written = new TextEncoder().encode(`\n${text} \n`);
    assert.deepEqual(parseAttestation(written, predicateType), { predicateType, predicate: text });
  });
}

const BAD: readonly (readonly [type: string, json: unknown, reason: RegExp])[] = [
  [SPDX_PREDICATE, { bomFormat: "CycloneDX" }, /^it is not an SPDX document in JSON/],
  [CYCLONEDX_PREDICATE, { spdxVersion: "SPDX-2.3" }, /^it is not a CycloneDX document in JSON/],
  [PROVENANCE_PREDICATE, { builder: {} }, /^it is not a provenance of SLSA 1, which has a "buildDefinition"/],
  [OPENVEX_PREDICATE, {}, /^it is not an OpenVEX document/],
  [
    PROVENANCE_PREDICATE,
    { _type: "https://in-toto.io/Statement/v1", predicate: {} },
    /, but a whole statement of in-toto around one$/,
  ],
  [OTHER, [1], /^it is not a JSON object$/],
];

for (const [predicateType, json, message] of BAD) {
  Deno.test(`parseAttestation() refuses ${JSON.stringify(json)} for ${predicateType}`, () => {
    assert.throws(() => parseAttestation(bytes(json), predicateType), { name: "SyntaxError", message });
  });
}

Deno.test("parseAttestation() refuses what is not JSON, and a key that is there twice", () => {
  const parse = (text: string) => (): unknown => parseAttestation(new TextEncoder().encode(text), OTHER);
  assert.throws(parse("SPDXVersion: SPDX-2.3"), { message: "it is not JSON" });
  assert.throws(parse('{"a":1,"a":2}'), { message: 'it has the key "a" twice' });
});

Deno.test("parseSbom() knows its kinds apart", () => {
  assert.equal(parseSbom(bytes({ spdxVersion: "SPDX-2.3" })).predicateType, SPDX_PREDICATE);
  assert.equal(parseSbom(bytes({ bomFormat: "CycloneDX" })).predicateType, CYCLONEDX_PREDICATE);
  assert.throws(() => parseSbom(bytes({ a: 1 })), {
    message: "it is neither an SPDX nor a CycloneDX document in JSON",
  });
});
