import assert from "node:assert/strict";
import { loadPackage } from "../../../src/plugins/load/load_package.ts";
import { startPackageRegistry } from "../../support/network/package_registry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runTool } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

const MODULE = new URL("../../../src/plugins/load/load_package.ts", import.meta.url).href;
const PACKAGE = { name: "@acme/strip", version: "1.2.0", source: 'export default () => "made";\n' };

const CASES: readonly (readonly [what: string, specifier: string, flags: readonly string[], said: RegExp])[] = [
  ["fetches an npm package", "npm:@acme/strip@1", [], /^made$/],
  ["fetches a JSR package", "jsr:@acme/strip@1", [], /^made$/],
  [
    "names an npm package that is not there",
    "npm:@acme/nope@1",
    [],
    /^import: Cannot load npm:@acme\/nope@1: .*'@acme\/nope' does not exist$/,
  ],
  [
    "names a JSR package that is not there",
    "jsr:@acme/nope",
    [],
    /^import: Cannot load jsr:@acme\/nope: .*@acme\/nope/,
  ],
  ["names a version that is not there", "npm:@acme/strip@2", [], /^import: Cannot load npm:@acme\/strip@2: .*'2'/],
  [
    "says that a frozen lock file has no such npm package",
    "npm:@acme/strip@1",
    ["--frozen"],
    FROZEN("npm:@acme/strip@1"),
  ],
  [
    "says that a frozen lock file has no such JSR package",
    "jsr:@acme/strip@1",
    ["--frozen"],
    FROZEN("jsr:@acme/strip@1"),
  ],
];

function FROZEN(specifier: string): RegExp {
  return new RegExp(`^frozen: Cannot load ${specifier}: the lock file does not have it and is frozen$`);
}

for (const [what, specifier, flags, said] of CASES) {
  Deno.test(`loadPackage() ${what}`, async () => {
    await using registry = startPackageRegistry([PACKAGE]);
    await using directory = await tempDirectory();
    await writeTree(directory.path, {
      "deno.json": '{ "nodeModulesDir": "none" }',
      "deno.lock": '{ "version": "5" }',
      "main.ts": `import { loadPackage } from ${JSON.stringify(MODULE)};
        const factory: unknown = await loadPackage(Deno.args[0] ?? "").catch((error) => () => error.problem + ": " + error.message);
        console.log(typeof factory === "function" ? factory() : typeof factory);`,
    });
    const { stdout, stderr, code } = await runTool(Deno.execPath(), [
      "run",
      "-A",
      "--no-check",
      ...flags,
      "main.ts",
      specifier,
    ], {
      cwd: directory.path,
      env: { ...registry.env, DENO_DIR: `${directory.path}/cache`, NO_COLOR: "1" },
    });
    assert.equal(code, 0, stderr);
    assert.match(stdout.trim(), said);
    assert.ok(registry.requests.length > 0);
  });
}

Deno.test("loadPackage() loads nothing in the compiled program", async () => {
  await assert.rejects(loadPackage("npm:@acme/strip@1", true), {
    name: "LoadError",
    problem: "compiled",
    message: "Cannot load npm:@acme/strip@1: the compiled gantry loads no packages",
  });
});
