import assert from "node:assert/strict";
import { z } from "zod";
import { CONFIG_SCHEMA } from "../../../src/cli/config/config_schema.ts";
import { configJsonSchema } from "../../../src/cli/config/json_schema.ts";
import { parseConfig } from "../../../src/cli/config/parse_config.ts";

const ROOT = new URL("../../../", import.meta.url);
const PAGE = await Deno.readTextFile(new URL("docs/configuration.md", ROOT));

Deno.test("configJsonSchema() is what gantry.schema.json holds; scripts/schema.ts writes it", async () => {
  const committed = await Deno.readTextFile(new URL("gantry.schema.json", ROOT));
  assert.equal(committed, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
});

Deno.test("configJsonSchema() describes every field in a sentence and demands none", () => {
  const schema = z.looseObject({
    title: z.string(),
    description: z.string(),
    properties: z.record(z.string(), z.looseObject({ description: z.string().regex(/^[A-Z].*\.$/) })),
    additionalProperties: z.literal(false),
    required: z.undefined().optional(),
    $id: z.undefined().optional(),
  }).parse(configJsonSchema());
  assert.deepEqual(Object.keys(schema.properties), Object.keys(CONFIG_SCHEMA.shape));
});

const readEnv = (): Record<string, string> => ({ TEAM: "platform" });

const VERDICTS: readonly (readonly [config: unknown, valid: boolean])[] = [
  [{}, true],
  [parseConfig(example("jsonc"), { path: "gantry.jsonc", readEnv }).config, true],
  [parseConfig(example("yaml"), { path: "gantry.yaml", readEnv }).config, true],
  [{ targets: ["oci://ghcr.io/acme/app"], annotations: { a: "b" }, retries: 0 }, true],
  [{ profil: "flux" }, false],
  // Whether somebody has declared it, the whole file says.
  [{ profile: "acme" }, true],
  [{ profile: "" }, false],
  [{ profiles: { acme: { artifactType: "a/b", layers: [{ files: ["a"], as: "raw", mediaType: "a/b" }] } } }, true],
  [{ profiles: { acme: { artifactType: "a/b", layers: [] } } }, false],
  [{ targets: ["ghcr.io/acme/app"] }, false],
  [{ targets: [] }, false],
  [{ retries: 0.5 }, false],
  [{ concurrency: 65 }, false],
  [{ annotations: { "": "x" } }, false],
  [{ annotations: { a: 1 } }, false],
  [{ source: "" }, false],
  [{ pipeline: { filter: ["ignore", ["./a.ts", { b: [1] }], { use: "exec:./c", id: "c", timeout: "5m" }] } }, true],
  [{ pipeline: { custom: [{ after: "archive", use: "./a.ts", options: {} }, { before: "tag", use: "b" }] } }, true],
  [{ pipeline: { filters: [] } }, false],
  [{ pipeline: { filter: "ignore" } }, false],
  [{ pipeline: { filter: [{ us: "ignore" }] } }, false],
  [{ pipeline: { filter: [["ignore"]] } }, false],
  [{ pipeline: { archive: ["flux", "image"] } }, false],
  [{ pipeline: { custom: [{ use: "./a.ts" }] } }, false],
  [{ pipeline: { custom: [{ use: "./a.ts", before: "tag", after: "tag" }] } }, false],
  [{ env: ["A", "B_1"] }, true],
  [{ env: ["1A"] }, false],
  [[], false],
];

for (const [config, valid] of VERDICTS) {
  Deno.test(`configJsonSchema() ${valid ? "accepts" : "refuses"} ${JSON.stringify(config).slice(0, 60)}`, () => {
    const schema = z.fromJSONSchema({ ...configJsonSchema() });
    assert.equal(schema.safeParse(config).success, valid);
    assert.equal(CONFIG_SCHEMA.safeParse(config).success, valid);
  });
}

Deno.test("docs/configuration.md has the same example in both formats, with almost every field", () => {
  const { $schema, ...jsonc } = parseConfig(example("jsonc"), { path: "gantry.jsonc", readEnv }).config;
  assert.equal($schema, "./gantry.schema.json");
  assert.deepEqual(parseConfig(example("yaml"), { path: "gantry.yaml", readEnv }).config, jsonc);
  const without = Object.keys(CONFIG_SCHEMA.shape).filter((field) => !(field in jsonc));
  assert.deepEqual(without, [
    "$schema",
    "ifChanged",
    "ifChangedFrom",
    "annotationFile",
    "artifactType",
    "appVersion",
    "mediaTypes",
    "labels",
    "platform",
    "base",
    "entrypoint",
    "imageEnv",
    "trivy",
    "stdinName",
    "sign",
    "signFormat",
    "signKeyless",
    "signingConfig",
    "trustedRoot",
    "provenance",
    "sboms",
    "profiles",
  ]);
});

Deno.test("docs/configuration.md has a row for each field", () => {
  const [, fields = ""] = /^## Fields$(.*?)^## /ms.exec(PAGE) ?? [];
  const rows = [...fields.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]);
  assert.deepEqual(rows, Object.keys(CONFIG_SCHEMA.shape));
});

function example(language: string): string {
  const text = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(PAGE.slice(PAGE.indexOf("## Examples")))
    ?.[1];
  assert.ok(text !== undefined, `there is no ${language} in the page`);
  return text;
}
