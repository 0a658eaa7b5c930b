import assert from "node:assert/strict";
import { addToConfig } from "../../../src/cli/plugin/init/add_to_config.ts";
import { parseConfig } from "../../../src/cli/config/parse_config.ts";
import { TEMPLATE_STAGES } from "../../../src/cli/plugin/init/templates.ts";

const use = "./plugins/mine.ts";

Deno.test("addToConfig() begins a list with what gantry has there by itself", () => {
  const lists = TEMPLATE_STAGES.map((stage) => {
    const { place, list, text = "" } = addToConfig("{}", "gantry.jsonc", { stage, use });
    assert.ok(parseConfig(text, { path: "gantry.jsonc" }).config.pipeline !== undefined);
    return [place, list];
  });
  assert.deepEqual(lists, [
    ["pipeline.collect", ["directory", use]],
    ["pipeline.filter", ["ignore", use]],
    ["pipeline.archive", [use]],
    ["pipeline.annotate", [use, "env", "git"]],
    ["pipeline.tag", ["version", "latest", use]],
    ["pipeline.custom", [{ before: "archive", use }]],
    ["pipeline.custom", [{ after: "tag", use }]],
  ]);
});

const FILES: readonly (readonly [what: string, text: string])[] = [
  ["nothing", "{\n  // mine\n}\n"],
  ["a pipeline", '{\n  "source": ".", // mine\n  "pipeline": { "tag": ["version"] }\n}\n'],
  ["a list", '{\n  "pipeline": {\n    "filter": ["ignore", "./a.ts"], // mine\n  },\n}\n'],
  [
    "objects",
    '{\n  "pipeline": { "filter": [\n    // mine\n    { "use": "./a.ts", "options": { "x": [1] } },\n  ] }\n}\n',
  ],
];

for (const [what, before] of FILES) {
  Deno.test(`addToConfig() adds behind ${what}, and keeps what is there with its comments`, () => {
    const { list, text = "" } = addToConfig(before, "gantry.jsonc", { stage: "filter", use });
    const path = "gantry.jsonc";
    const [old, now] = [before, text].map((each) => parseConfig(each, { path }).config);
    assert.deepEqual(now, { ...old, pipeline: { ...old?.pipeline, filter: list } });
    assert.deepEqual(list?.slice(0, -1), old?.pipeline?.filter ?? ["ignore"]);
    assert.equal(list?.at(-1), use);
    assert.ok(text.includes("// mine"), text);
  });
}

Deno.test("addToConfig() says of YAML what the whole list is, and of what it cannot add to only the place", () => {
  const yaml = addToConfig("pipeline:\n  filter: [./a.ts]\n", "gantry.yaml", { stage: "filter", use });
  assert.deepEqual(yaml, { place: "pipeline.filter", entry: use, list: ["./a.ts", use] });
  const packer = '{ "pipeline": { "archive": ["./pack.ts"] } }';
  const whole = { place: "pipeline.archive", entry: use };
  assert.deepEqual(addToConfig(packer, "gantry.json", { stage: "archive", use }), whole);
  for (const broken of ["{", "[]", '{ "pipeline": { "filter": "ignore" } }', "{ /* no */ }"]) {
    const untouched = { place: "pipeline.filter", entry: use };
    assert.deepEqual(addToConfig(broken, "gantry.json", { stage: "filter", use }), untouched, broken);
  }
});
