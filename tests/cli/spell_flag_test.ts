import assert from "node:assert/strict";
import { spellFlag } from "../../src/cli/spell_flag.ts";

Deno.test("spellFlag() writes options as flags: by the table of publishing, or else with dashes", () => {
  assert.equal(spellFlag("ignoreFile"), "--ignore-file");
  assert.equal(spellFlag("tags"), "--tag");
  assert.equal(spellFlag("outputArchive"), "--output-archive");
  assert.equal(spellFlag("map", "a=b"), "--map a=b");
});
