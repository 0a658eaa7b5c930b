import assert from "node:assert/strict";
import { makePlugin } from "../../src/driver/check_plugin.ts";
import { PluginError } from "../../src/pipeline/plugin_error.ts";
import { KIT } from "../support/prepared.ts";

const GOOD = {
  name: "acme:strip",
  version: "1.0.0",
  apiVersion: 1,
  stage: "filter",
  options: KIT.z.strictObject({}),
  run: () => ({ drop: [] }),
};
const PLACE = { url: () => "x:y", tag: () => ({ moved: [] }) };

Deno.test("makePlugin() gives what the factory made", () => {
  const all = { ...GOOD, description: "Strips.", env: ["HOME"], inPlan: "skip" };
  assert.equal(makePlugin(() => all, KIT, "./a.ts"), all);
  const upload = { ...GOOD, stage: "upload", place: { ...PLACE, attach: () => {} } };
  assert.equal(makePlugin(() => upload, KIT, "./a.ts"), upload);
});

Deno.test("makePlugin() gives the factory the kit", () => {
  makePlugin((kit: unknown) => (assert.equal(kit, KIT), GOOD), KIT, "./a.ts");
});

const WRONG: readonly (readonly [problem: string, factory: unknown, hint?: RegExp])[] = [
  ["it has no default export", undefined, /export default \(kit\) => kit\.plugin/],
  ["its default export is an object and not a function", GOOD, /export default/],
  ["its default export is a string and not a function", "filter", /export default/],
  ["its default export is null and not a function", null],
  ["its default export gives nothing and no plugin", () => {}, /export default/],
  ["its default export gives a string and no plugin", () => "x"],
  [
    "its default export is async: a plugin is made at once, and may wait when it runs",
    () => Promise.reject(new Error()),
  ],
  ["making it failed: no luck", () => {
    throw new Error("no luck");
  }],
  ['it does not say its "apiVersion", and this gantry speaks 1', () => ({ ...GOOD, apiVersion: undefined })],
  [
    'it is written for version 2 of the contract ("apiVersion"), and this gantry speaks 1',
    () => ({ ...GOOD, apiVersion: 2, stage: "unheard of" }),
    /another gantry/,
  ],
  ['its "stage" is "filtr", did you mean "filter"?', () => ({ ...GOOD, stage: "filtr" })],
  ['its "stage" is "after:archiv", did you mean "after:archive"?', () => ({ ...GOOD, stage: "after:archiv" })],
  ['its "stage" is "deploy"', () => ({ ...GOOD, stage: "deploy" }), /collect, filter, archive, annotate, upload, tag/],
  ['its "stage" is nothing', () => ({ ...GOOD, stage: undefined }), /there are/],
  [
    'its "name" must be a text without white space, such as "acme:strip-secrets", not "a b"',
    () => ({ ...GOOD, name: "a b" }),
  ],
  [
    'its "name" must be a text without white space, such as "acme:strip-secrets", not "a\\u001bb"',
    () => ({ ...GOOD, name: "a\x1bb" }),
  ],
  ['its "version" must be SemVer, such as "1.0.0", not 1', () => ({ ...GOOD, version: 1 })],
  ['its "description" is a number', () => ({ ...GOOD, description: 1 })],
  ['its "options" must be a schema, not nothing', () => ({ ...GOOD, options: undefined }), /strictObject/],
  ['its "options" must be a schema, not an object', () => ({ ...GOOD, options: { kinds: [] } })],
  ['its "env" must be a list of names of environment variables', () => ({ ...GOOD, env: "HOME" })],
  ['its "env" must be a list of names of environment variables', () => ({ ...GOOD, env: ["A=B"] })],
  ['its "inPlan" must be "run" or "skip", not true', () => ({ ...GOOD, inPlan: true })],
  ['it has no use for "inplan", did you mean "inPlan"?', () => ({ ...GOOD, inplan: "skip" })],
  [
    "a plan needs what it packs, so it cannot be left out of one",
    () => ({ ...GOOD, stage: "archive", inPlan: "skip" }),
  ],
  ['its "run" must be a function, not nothing', () => ({ ...GOOD, run: undefined })],
  [
    'its "place" must say what it knows of the place that it uploads to, not nothing',
    () => ({ ...GOOD, stage: "upload" }),
  ],
  ['its "place.tag" must be a function, not nothing', () => ({ ...GOOD, stage: "upload", place: { url: () => "" } })],
  [
    'its "place.attach" must be a function, not an object',
    () => ({ ...GOOD, stage: "upload", place: { ...PLACE, attach: {} } }),
  ],
];

for (const [problem, factory, hint] of WRONG) {
  Deno.test(`makePlugin() names the file and says: ${problem}`, () => {
    assert.throws(() => makePlugin(factory, KIT, "./plugins/strip.ts"), (error) => {
      assert.ok(error instanceof PluginError);
      assert.equal(error.message, `Cannot use plugin "./plugins/strip.ts": ${problem}`);
      assert.deepEqual([error.code, error.plugin, error.stage], ["PLUGIN_INVALID", "./plugins/strip.ts", undefined]);
      if (hint !== undefined) assert.match(error.hint ?? "", hint);
      return true;
    });
  });
}
