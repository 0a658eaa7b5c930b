import assert from "node:assert/strict";
import { wrappedLine } from "../../../src/cli/help/wrapped_line.ts";

Deno.test("wrappedLine() leaves a line alone that fits", () => {
  assert.deepEqual(wrappedLine("gantry list oci://a/b", 21), ["gantry list oci://a/b"]);
});

Deno.test("wrappedLine() tells the shell that the line goes on", () => {
  assert.deepEqual(wrappedLine("gantry push ./deploy oci://ghcr.io/acme/app --latest", 30), [
    "gantry push ./deploy \\",
    "  oci://ghcr.io/acme/app \\",
    "  --latest",
  ]);
});

Deno.test("wrappedLine() keeps a quoted text and a word that is too long whole", () => {
  assert.deepEqual(wrappedLine("gantry push --options '{\"a b\": 1}' oci://ghcr.io/acme/app", 20), [
    "gantry push \\",
    "  --options \\",
    "  '{\"a b\": 1}' \\",
    "  oci://ghcr.io/acme/app",
  ]);
});
