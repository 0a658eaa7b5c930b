import assert from "node:assert/strict";
import metadata from "../../deno.json" with { type: "json" };
import { ENVIRONMENT_VARIABLES } from "../../src/cli/environment.ts";

Deno.test("ENVIRONMENT_VARIABLES are the ones that deno.json permits", () => {
  assert.deepEqual(metadata.permissions.default.env, ENVIRONMENT_VARIABLES);
});
