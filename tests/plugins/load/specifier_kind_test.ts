import assert from "node:assert/strict";
import { type SpecifierKind, specifierKind } from "../../../src/plugins/load/specifier_kind.ts";

const KINDS: readonly (readonly [specifier: string, kind: SpecifierKind])[] = [
  ["ignore", "name"],
  ["oci-layout", "name"],
  ["acme:strip-secrets", "name"],
  ["./plugin", "file"],
  ["../plugin.ts", "file"],
  ["/opt/plugin.mjs", "file"],
  ["plugins/strip.ts", "file"],
  ["strip.ts", "file"],
  ["npm:@acme/strip@1", "package"],
  ["jsr:@acme/strip", "package"],
  ["exec:./gate.sh", "exec"],
  ["exec:conftest", "exec"],
  ["https://example.com/plugin.ts", "url"],
  ["file:///plugin.ts", "url"],
];

for (const [specifier, kind] of KINDS) {
  Deno.test(`specifierKind() takes ${specifier} for a ${kind}`, () => {
    assert.equal(specifierKind(specifier), kind);
  });
}
