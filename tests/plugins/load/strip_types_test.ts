import assert from "node:assert/strict";
import { stripTypes } from "../../../src/plugins/load/strip_types.ts";

Deno.test("stripTypes() leaves every line and column where it was", async () => {
  const source = 'const a: number = 1;\ninterface X {}\nexport default (b: X): string => "ü😀" as string;\n';
  const stripped = await stripTypes(source, "a.ts");
  assert.equal(
    stripped,
    'const a         = 1;\n              \nexport default (b   )         => "ü😀"          ;\n',
  );
});

Deno.test("stripTypes() names the file, the line and the column of what it cannot parse", async () => {
  const problem = { name: "LoadError", message: /^Cannot parse a\.ts:2:10: \S/ };
  await assert.rejects(stripTypes("const a = 1;\nlet b = (;\n", "a.ts"), problem);
});
