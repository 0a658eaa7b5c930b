import assert from "node:assert/strict";
import { parseOptions } from "../../src/driver/parse_options.ts";
import type { Schema } from "../../src/pipeline/schema.ts";
import { KIT } from "../support/prepared.ts";

const { z } = KIT;
const SCHEMA = z.strictObject({
  kinds: z.array(z.string()).default(["Secret"]),
  mode: z.enum(["drop", "warn"]).optional(),
  limit: z.int().min(1).optional(),
  nested: z.strictObject({ token: z.string(), labels: z.record(z.string(), z.string()).optional() }).optional(),
  rules: z.array(z.strictObject({ path: z.string() })).optional(),
  strict: z.boolean().optional(),
});

function parsed(options: unknown, schema: Schema<unknown> = SCHEMA): ReturnType<typeof parseOptions> {
  return parseOptions({ name: "acme:strip", options: schema }, options);
}

Deno.test("parseOptions() fills in defaults, also when there are no options at all", () => {
  assert.deepEqual(parsed(undefined), { success: true, options: { kinds: ["Secret"] } });
  assert.deepEqual(parsed({ limit: 3 }), { success: true, options: { kinds: ["Secret"], limit: 3 } });
});

const WRONG: readonly (readonly [options: unknown, ...problems: readonly string[]])[] = [
  [{ kindz: [] }, 'kindz: unknown option of plugin acme:strip, did you mean "kinds"?'],
  [{ unheard: 1 }, "unheard: unknown option of plugin acme:strip"],
  [{ kinds: "Secret" }, "kinds: must be a list, not a string"],
  [{ kinds: ["a", 7] }, "kinds[1]: must be a string, not a number"],
  [{ mode: "drip" }, 'mode: must be "drop" or "warn", did you mean "drop"?'],
  [{ mode: 5 }, 'mode: must be "drop" or "warn"'],
  [{ limit: 0 }, "limit: too small: expected number to be >=1"],
  [{ limit: 1.5 }, "limit: must be a whole number, not a number"],
  [{ strict: "yes" }, "strict: must be true or false, not a string"],
  [{ nested: {} }, "nested.token: is missing"],
  [
    { nested: { tokn: "s3cret", token: "x" } },
    'nested.tokn: unknown option of plugin acme:strip, did you mean "token"?',
  ],
  [{ nested: { token: "x", labels: { a: 1 } } }, "nested.labels.a: must be a string, not a number"],
  [
    { rules: [{ path: "a" }, { pth: "b" }] },
    "rules[1].path: is missing",
    'rules[1].pth: unknown option of plugin acme:strip, did you mean "path"?',
  ],
  [[], ": must be an object, not a list"],
  ["x", ": must be an object, not a string"],
  [
    { kindz: 1, mode: "x", limit: "many" },
    'mode: must be "drop" or "warn"',
    "limit: must be a number, not a string",
    'kindz: unknown option of plugin acme:strip, did you mean "kinds"?',
  ],
];

for (const [options, ...expected] of WRONG) {
  Deno.test(`parseOptions() finds every problem of ${JSON.stringify(options)}`, () => {
    assert.deepEqual(problemsOf(parsed(options)), expected);
  });
}

Deno.test("parseOptions() says of a key that it is the key that is wrong", () => {
  const result = parsed({ kindz: 1, limit: "x" });
  assert.ok(!result.success);
  assert.deepEqual(result.problems.map(({ path, isKey }) => [path.join("."), isKey]), [["limit", false], [
    "kindz",
    true,
  ]]);
});

Deno.test("parseOptions() shows no value, whatever is wrong with it", () => {
  for (const [options] of WRONG) {
    for (const secret of ["s3cret", "drip"]) assert.ok(!problemsOf(parsed(options)).join().includes(secret));
  }
});

Deno.test("parseOptions() refuses unknown keys although the plugin's schema forgot to", () => {
  const loose = z.object({ kinds: z.array(z.string()).optional() });
  assert.deepEqual(problemsOf(parsed({ kindz: [] }, loose)), [
    'kindz: unknown option of plugin acme:strip, did you mean "kinds"?',
  ]);
  assert.ok(parsed({ kinds: [] }, loose).success);
  // These ones take any key on purpose.
  assert.ok(parsed({ a: "b" }, z.record(z.string(), z.string())).success);
  assert.ok(parsed({ a: "b" }, z.looseObject({ kinds: z.string().optional() })).success);
});

Deno.test("parseOptions() takes a schema that is no zod schema, and then has no suggestions", () => {
  const own: Schema<unknown> = {
    safeParse: (data) => ({
      success: false,
      error: { issues: [{ code: "custom", path: ["a"], message: `Not ${typeof data}` }] },
    }),
  };
  assert.deepEqual(problemsOf(parsed({ a: 1 }, own)), ["a: not object"]);
});

function problemsOf(result: ReturnType<typeof parseOptions>): readonly string[] {
  assert.ok(!result.success);
  return result.problems.map(({ path, message }) => {
    const place = path.map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`).join("").slice(1);
    return `${place}: ${message}`;
  });
}
