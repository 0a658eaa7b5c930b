import assert from "node:assert/strict";
import { optionsSchema } from "../../../src/plugins/exec/options_schema.ts";

type Json = Record<string, unknown>;
const object = (properties: Json, more: Json = {}): Json => ({ type: "object", properties, ...more });

const VERDICTS: readonly (readonly [schema: Json, good: readonly unknown[], bad: readonly unknown[]])[] = [
  [{ type: "object" }, [{}], [{ a: 1 }, [], "", 1]],
  [object({ a: { type: "string" } }), [{}, { a: "" }], [{ a: 1 }, { b: "" }]],
  [object({ a: { type: "string" } }, { required: ["a"] }), [{ a: "" }], [{}]],
  [object({ a: { type: "integer", minimum: 1, maximum: 3 } }), [{ a: 1 }, { a: 3 }], [{ a: 0 }, { a: 4 }, { a: 1.5 }]],
  [object({ a: { enum: ["x", 1] } }), [{ a: "x" }, { a: 1 }], [{ a: "y" }]],
  [object({ a: { const: true } }), [{ a: true }], [{ a: false }]],
  [object({ a: { type: "array", items: { type: "string" }, uniqueItems: true, maxItems: 2 } }), [{ a: ["x"] }], [
    { a: [1] },
    { a: ["x", "x"] },
    { a: ["x", "y", "z"] },
  ]],
  [object({ a: object({ b: { type: "number" } }) }), [{ a: { b: 1 } }], [{ a: { c: 1 } }]],
  [object({ a: { type: "array", items: object({ b: { type: "null" } }) } }), [{ a: [{ b: null }] }], [{
    a: [{ c: null }],
  }]],
  [object({ a: { properties: { b: { type: "number" } } } }), [{ a: { b: 1 } }], [{ a: { c: 1 } }, { a: 1 }]],
  [object({}, { additionalProperties: { type: "string" } }), [{ x: "" }], [{ x: 1 }]],
  [object({}, { additionalProperties: true }), [{ x: 1 }], [[]]],
  [object({ a: { anyOf: [{ type: "string" }, object({ b: { type: "string" } })] } }), [{ a: "" }, { a: { b: "" } }], [{
    a: 1,
  }, { a: { c: "" } }]],
  [object({ a: { $ref: "#/$defs/n" } }, { $defs: { n: { type: "string", pattern: "^x" } } }), [{ a: "xy" }], [{
    a: "y",
  }]],
];

for (const [schema, good, bad] of VERDICTS) {
  Deno.test(`optionsSchema() checks by ${JSON.stringify(schema).slice(0, 100)}`, () => {
    const made = optionsSchema(schema);
    for (const value of good) assert.ok(made.safeParse(value).success, JSON.stringify(value));
    for (const value of bad) assert.ok(!made.safeParse(value).success, JSON.stringify(value));
  });
}

Deno.test("optionsSchema() fills in defaults", () => {
  const schema = optionsSchema(object({ a: { type: "integer", default: 3 }, b: { type: "string" } }));
  assert.deepEqual(schema.parse({ b: "x" }), { a: 3, b: "x" });
});

const REFUSED: readonly (readonly [schema: Json, message: RegExp])[] = [
  [{}, /^"optionsSchema" must have the "type" "object"$/],
  [{ type: "string" }, /must have the "type" "object"/],
  [
    object({ a: { typ: "string" } }),
    /^"optionsSchema\.properties\.a": the keyword "typ" is not supported .*, did you mean "type"\?$/,
  ],
  [
    object({ a: { type: "strnig" } }),
    /^"optionsSchema\.properties\.a\.type" is not what JSON Schema has there: "strnig"$/,
  ],
  [object({ a: { type: "string", minLength: "3" } }), /^"optionsSchema\.properties\.a\.minLength" is not what/],
  [object({ a: { not: {} } }), /the keyword "not" is not supported/],
  [object({ a: { allOf: [] } }), /the keyword "allOf" is not supported/],
  [object({ a: "string" }), /^"optionsSchema\.properties\.a" must be a JSON Schema, as an object$/],
  [object({ a: { anyOf: [{ tipe: 1 }] } }), /^"optionsSchema\.properties\.a\.anyOf\[0\]": the keyword "tipe"/],
  [object({ a: {} }, { required: ["b"] }), /^"optionsSchema\.required" names "b", which is not among the properties$/],
  [object({ a: { type: "string", pattern: "(" } }), /^"optionsSchema" cannot be used: .*[Rr]egular expression/],
  [object({ a: { $ref: "#/$defs/no" } }), /^"optionsSchema" cannot be used: Reference not found/],
];

for (const [schema, message] of REFUSED) {
  Deno.test(`optionsSchema() refuses ${JSON.stringify(schema).slice(0, 100)}`, () => {
    assert.throws(() => optionsSchema(schema), { name: "SyntaxError", message });
  });
}
