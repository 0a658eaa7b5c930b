import assert from "node:assert/strict";
import { staticAnnotations } from "../../../src/plugins/annotate/static.ts";
import { annotated } from "./support.ts";

Deno.test("staticAnnotations() gives what it was given, with its origin", async () => {
  const given = { source: { value: "https://example.com", from: "--source" } };
  const known = { source: { value: "other", from: "before" } };
  const { values, from } = await annotated(staticAnnotations({ given }), {}, { known });
  assert.deepEqual([values, from], [{ source: "https://example.com" }, { source: "--source" }]);
});

Deno.test("staticAnnotations() says of its options where they are from, and what was given wins over them", async () => {
  const given = { version: { value: "2", from: "--version" } };
  const options = { version: "1", title: "" };
  const { values, from } = await annotated(staticAnnotations({ given, from: "gantry.jsonc" }), options);
  assert.deepEqual(values, { version: "2", title: "" });
  assert.deepEqual(from, { version: "--version", title: "gantry.jsonc" });
  assert.deepEqual((await annotated(staticAnnotations(), { title: "x" })).from, { title: "static" });
});
