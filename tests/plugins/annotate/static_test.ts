import assert from "node:assert/strict";
import { staticAnnotations } from "../../../src/plugins/annotate/static.ts";
import { annotated } from "./support.ts";

Deno.test("staticAnnotations() gives what it was given, with its origin", async () => {
  const annotator = staticAnnotations({ source: { value: "https://example.com", from: "--source" } });
  assert.equal(annotator.name, "static");
  const { values, from } = await annotated(annotator, { source: { value: "other", from: "before" } });
  assert.deepEqual([values, from], [{ source: "https://example.com" }, { source: "--source" }]);
});
