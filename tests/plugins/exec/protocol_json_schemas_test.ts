import assert from "node:assert/strict";
import { z } from "../../../src/pipeline/schema.ts";
import { METADATA } from "../../../src/plugins/exec/protocol.ts";
import { protocolJsonSchemas, responseSchema } from "../../../src/plugins/exec/protocol_json_schemas.ts";

const DIRECTORY = new URL("../../../docs/schemas/exec-v1/", import.meta.url);

Deno.test("protocolJsonSchemas() are what docs/schemas/exec-v1 holds; scripts/exec_schemas.ts writes it", async () => {
  const committed: Record<string, unknown> = {};
  for await (const { name } of Deno.readDir(DIRECTORY)) {
    committed[name] = JSON.parse(await Deno.readTextFile(new URL(name, DIRECTORY)));
  }
  assert.deepEqual(committed, protocolJsonSchemas());
});

const VERDICTS: readonly (readonly [schema: string, own: z.ZodType, value: unknown, valid: boolean])[] = [
  ["metadata.json", METADATA, { protocol: [1], name: "a:b", version: "1.0.0", stage: "tag" }, true],
  ["metadata.json", METADATA, { protocol: [1], name: "a:b", version: "1.0.0", stage: "upload" }, false],
  ["metadata.json", METADATA, { protocol: [1], name: "a:b", version: "1.0.0", stage: "tag", extra: 1 }, false],
  ["filter.response.json", responseSchema("filter"), { output: { drop: [{ path: "a", reason: "b" }] } }, true],
  ["filter.response.json", responseSchema("filter"), { results: [{ severity: "info", message: "x" }] }, false],
  ["filter.response.json", responseSchema("filter"), { skipped: "nothing" }, true],
  ["after-tag.response.json", responseSchema("after:tag"), {}, true],
  ["after-tag.response.json", responseSchema("after:tag"), { output: {} }, false],
  ["tag.response.json", responseSchema("tag"), { output: { tags: ["a", { name: "b", immutable: true }] } }, true],
  ["tag.response.json", responseSchema("tag"), { output: { tags: [1] } }, false],
  ["archive.response.json", responseSchema("archive"), { output: { layers: [] } }, false],
  ["archive.response.json", responseSchema("archive"), { failed: { code: "A", message: "b" } }, true],
];

for (const [name, own, value, valid] of VERDICTS) {
  Deno.test(`protocolJsonSchemas() ${valid ? "takes" : "refuses"} ${JSON.stringify(value)} by ${name}, as gantry does`, () => {
    const schema = z.fromJSONSchema({ ...protocolJsonSchemas()[name] });
    assert.equal(schema.safeParse(value).success, valid);
    assert.equal(own.safeParse(value).success, valid);
  });
}
