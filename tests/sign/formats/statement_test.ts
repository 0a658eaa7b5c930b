import assert from "node:assert/strict";
import { digestOf } from "../../../src/oci/digest.ts";
import { preAuthEncoding } from "../../../src/sign/formats/dsse.ts";
import { SIGNATURE_PREDICATE } from "../../../src/sign/formats/predicate_types.ts";
import { encodeStatement, parseStatement } from "../../../src/sign/formats/statement.ts";

const HEX = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("encodeStatement() writes what cosign writes when it signs", () => {
  const statement = encodeStatement({ subject: `sha256:${HEX}`, predicateType: SIGNATURE_PREDICATE, predicate: "{}" });
  assert.equal(
    text(statement),
    `{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"${HEX}"}}],` +
      `"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}`,
  );
});

Deno.test("encodeStatement() keeps the bytes of a predicate, and parseStatement() reads them", () => {
  const predicate = '{ "z": 1.0, "a": 12345678901234567890 }';
  const subject = digestOf(bytes("large"), "sha512");
  const statement = encodeStatement({ subject, predicateType: "https://acme.example/p", predicate });
  assert.ok(text(statement).endsWith(`,"predicate":${predicate}}`));
  assert.deepEqual(parseStatement(statement), {
    subjects: [subject],
    predicateType: "https://acme.example/p",
    predicate: JSON.parse(predicate),
  });
});

Deno.test("parseStatement() reads a statement of version 0.1, and leaves digests out that OCI does not know", () => {
  const subject = [{ name: "a", digest: { sha1: "00", sha256: HEX } }, { name: "b", digest: { sha256: HEX.slice(1) } }];
  const json = { _type: "https://in-toto.io/Statement/v0.1", subject, predicateType: "t", predicate: null };
  assert.deepEqual(parseStatement(bytes(JSON.stringify(json))), {
    subjects: [`sha256:${HEX}`],
    predicateType: "t",
    predicate: null,
  });
});

const V1 = "https://in-toto.io/Statement/v1";
const BAD: readonly (readonly [name: string, json: unknown, reason: RegExp])[] = [
  ["another type", { _type: "https://in-toto.io/Link/v1", subject: [], predicateType: "t" }, /no statement of in-toto/],
  ["no predicate type", { _type: V1, subject: [] }, /no predicateType/],
  ["no subjects", { _type: V1, predicateType: "t" }, /no list of subjects/],
  ["a subject without digest", { _type: V1, predicateType: "t", subject: [{ name: "a" }] }, /a subject without digest/],
  ["a list", [], /not a JSON object/],
];

for (const [name, json, reason] of BAD) {
  Deno.test(`parseStatement() refuses ${name}`, () => {
    assert.throws(() => parseStatement(bytes(JSON.stringify(json))), { name: "SyntaxError", message: reason });
  });
}

Deno.test("parseStatement() refuses what is not JSON", () => {
  assert.throws(() => parseStatement(bytes("{")), { name: "SyntaxError", message: "it is not JSON" });
});

Deno.test("preAuthEncoding() counts bytes and not characters", () => {
  assert.equal(text(preAuthEncoding("http://example.com/HelloWorld", bytes("hello world"))), EXAMPLE_OF_THE_SPEC);
  assert.equal(text(preAuthEncoding("é", bytes("ü"))), "DSSEv1 2 é 2 ü");
});

const EXAMPLE_OF_THE_SPEC = "DSSEv1 29 http://example.com/HelloWorld 11 hello world";
