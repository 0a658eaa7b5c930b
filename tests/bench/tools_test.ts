import assert from "node:assert/strict";
import { findTools, parseVersion } from "../../bench/tools.ts";

Deno.test("parseVersion() finds the version in what programs say of themselves", () => {
  for (
    const [text, version] of [
      ["gantry 0.1.0 (deno 2.9.6, x86_64-unknown-linux-gnu)", "0.1.0"],
      ["api: timoni.sh/v1alpha1\nclient: 0.31.0\ncue: 0.17.1", "0.31.0"],
      ["Version:        1.3.6\nGo version: go1.27.1", "1.3.6"],
      ["/opt/bin/registry github.com/distribution/distribution/v3 v3.1.2+unknown", "v3.1.2+unknown"],
      ["(devel)\n", "(devel)"],
      ["", ""],
    ] as const
  ) assert.equal(parseVersion(text), version);
});

Deno.test("findTools() throws when a tool that was named is unknown or not there", () => {
  assert.throws(() => findTools({ peers: ["docker"] }), /Unknown peer "docker": there are flux, timoni, oras/);
  assert.throws(() => findTools({ peers: [], binary: "no/such/gantry" }), /no\/such\/gantry/);
});
