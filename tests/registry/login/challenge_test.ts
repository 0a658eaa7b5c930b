import assert from "node:assert/strict";
import fc from "fast-check";
import { parseChallenges } from "../../../src/registry/login/challenge.ts";

/** Challenges as plain values, easy to compare. */
function parsed(header: string): readonly (readonly [string, Readonly<Record<string, string>>])[] {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

const CASES: readonly (readonly [name: string, header: string, ReturnType<typeof parsed>])[] = [
  [
    "auth/multi-challenge-joined",
    'Negotiate, Basic realm="a, b", Bearer realm="https://x",scope="r:a:pull,push"',
    [["negotiate", {}], ["basic", { realm: "a, b" }], ["bearer", { realm: "https://x", scope: "r:a:pull,push" }]],
  ],
  [
    "auth/param-case",
    'BEARER Realm="https://x",SERVICE="s",Scope="y"',
    [["bearer", { realm: "https://x", service: "s", scope: "y" }]],
  ],
  ["a value without quotes", "Bearer realm=https://x/token?a=b,service=s", [[
    "bearer",
    { realm: "https://x/token?a=b", service: "s" },
  ]]],
  ["escapes", 'Basic realm="a \\"b\\" \\\\c"', [["basic", { realm: 'a "b" \\c' }]]],
  ["spaces around the equals sign", 'Basic realm = "x" , Bearer realm ="y"', [
    ["basic", { realm: "x" }],
    ["bearer", { realm: "y" }],
  ]],
  ["a value without a name", 'Negotiate dG9rZW4=, Basic realm="x"', [["negotiate", {}], ["basic", { realm: "x" }]]],
  ["the first of two", 'Basic realm="x",realm="y"', [["basic", { realm: "x" }]]],
  ["a scheme alone", "Basic", [["basic", {}]]],
  ["an open quote", 'Bearer realm="https://x', [["bearer", { realm: "https://x" }]]],
  ["what is not a challenge", '"", =', []],
  ["nothing", "", []],
];

for (const [name, header, expected] of CASES) {
  Deno.test(`${name}: parseChallenges() reads ${JSON.stringify(header)}`, () => {
    assert.deepEqual(parsed(header), expected);
  });
}

Deno.test("parseChallenges() reads back what it is given, whatever stands in the quotes", () => {
  const name = fc.stringMatching(/^[a-z]{1,8}$/);
  const challenge = fc.tuple(
    name,
    fc.dictionary(name, fc.string({ unit: "binary-ascii" }), { minKeys: 1, maxKeys: 4 }),
  );
  fc.assert(fc.property(fc.array(challenge, { maxLength: 4 }), (challenges) => {
    const header = challenges.map(([scheme, parameters]) => {
      const list = Object.entries(parameters).map(([key, value]) => `${key}="${value.replace(/["\\]/g, "\\$&")}"`);
      return `${scheme} ${list.join(", ")}`;
    }).join(", ");
    assert.deepEqual(parsed(header), challenges.map(([scheme, parameters]) => [scheme, { ...parameters }]));
  }));
});

Deno.test("parseChallenges() ends on any text, and soon", () => {
  fc.assert(fc.property(fc.string({ unit: "binary-ascii", maxLength: 200 }), (header) => {
    parseChallenges(header);
  }));
  // With backtracking these would take longer than a test may.
  for (const text of ["a ".repeat(8000), '"'.repeat(16_000), "a=".repeat(8000), `a ${"=".repeat(16_000)}`]) {
    parseChallenges(text);
  }
});
