import assert from "node:assert/strict";
import { MIGRATIONS } from "../../../src/cli/habits/migrations.ts";

const TOOLS = [
  "flux",
  "timoni",
  "helm",
  "conftest",
  "cue",
  "oras",
  "docker",
  "skopeo",
  "crane",
  "cosign",
  "hauler",
  "zarf",
];

Deno.test("MIGRATIONS has the tools that people come from", () => {
  assert.deepEqual([...new Set(MIGRATIONS.map(({ tool }) => tool))], TOOLS);
});
