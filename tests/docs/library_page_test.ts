/** The programs in `docs/library.md` and on the front page do what is said of them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import { gantryOk } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { blocksIn, pageBlocks, readPage } from "../support/examples/pages.ts";
import { sampleKey } from "../support/sample_keys.ts";
import { runTool } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const PAGE = await readPage("docs/library.md");
const PROGRAMS = [...await blocksIn("docs/library.md", "ts"), ...await blocksIn("README.md", "ts")];

/** What each program prints, by the functions that it imports. In the order of the page, as one builds on another. */
const PRINTED: readonly (readonly [names: string, output: RegExp])[] = [
  ["push", /^sha256:[0-9a-f]{64} generic\n$/],
  ["plan", /^sha256:[0-9a-f]{64} 2 web\n$/],
  ["planStages", /^collect: .*\nfilter: ignore\n.*archive: /s],
  ["type PluginFactory, push", /^\[ "edge" \]\n$/],
  ["list", /^1\.1\.0 sha256:[0-9a-f]{64}\n1\.0\.0 sha256:[0-9a-f]{64}\n$/],
  ["inspect", /^sha256:[0-9a-f]{64} .*"org\.opencontainers\.image\.version": "1\.0\.0".*path: "a\.yaml"/s],
  ["inspect", /^flux (?:true|false) .*^argocd (?:true|false) /ms],
  ["readManifest", /^1\n$/],
  ["pull", /^sha256:[0-9a-f]{64}: 2 files\n$/],
  ["diff", /^false \[ "removed b\.yaml" \]\n$/],
  ["copy", /^\[ "app-layout: \d", "app\.tar: \d" \]\n$/],
  ["TagExistsError, tagStored", /^1\.1\.0 is something else already\n$/],
  ["deleteStored", /^\[ "1\.0\.0" \]\n$/],
  ["exportBundle, formatInventory, inventory", /^sha256:[0-9a-f]{64} \[.*origin: ".*\/acme\/app"/s],
  ["verify", /^$/],
  ["attachStored, keygen, push, signStored", /^release\.pub \[ "bundle", "legacy" \] 1 1\n$/],
  [
    "NotVerifiedError, pull, verifySignatures",
    /^false \[\s*"sha256:[0-9a-f]{64}: 0"\s*\]\noci:\/\/.*\/acme\/app \[[^]*\]\n$/,
  ],
  ["importBundle, planImport", /^\d\n$/],
  ["push", /^sha256:[0-9a-f]{64}\n$/],
];

Deno.test("the programs in docs/library.md and README.md run one after the other, and print what is promised", async (t) => {
  assert.deepEqual(PROGRAMS.map(importedNames), PRINTED.map(([names]) => names));
  await using registry = startFakeRegistry();
  await using directory = await tempDirectory();
  const { imports, compilerOptions } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const programs = PROGRAMS.map((program, at) => [`program_${at}.ts`, program] as const);
  await writeTree(directory.path, {
    "source/a.yaml": "a: 1\n",
    "source/b.yaml": "b: 2\n",
    "cosign.pub": sampleKey("p256.pub"),
    "cosign.key": sampleKey("p256.pem"),
    "sbom.json": JSON.stringify({ spdxVersion: "SPDX-2.3" }),
    "deno.json": JSON.stringify({
      imports: { ...imports, "@gantry/gantry": join(ROOT, "mod.ts") },
      compilerOptions,
      nodeModulesDir: "none",
      lock: false,
    }),
    // One process for all of them: most of the time goes into checking their types.
    "all.ts": programs.map(([file]) => `await import("./${file}");\nconsole.log("${END}");\n`).join(""),
    ...Object.fromEntries(
      programs.map(([file, program]) => [file, program.replaceAll("oci://ghcr.io", `oci://${registry.host}`)]),
    ),
  });
  await publishVersions(join(directory.path, "source"), registry);
  const { code, stdout, stderr } = await runTool(Deno.execPath(), ["run", "-A", "--check", "all.ts"], {
    cwd: directory.path,
  });
  assert.equal(code, 0, stderr);
  const printed = stdout.split(`${END}\n`);
  for (const [at, [names, expected]] of PRINTED.entries()) {
    await t.step(names, () => assert.match(printed[at] ?? "", expected));
  }
});

Deno.test("mod.ts exports the functions of docs/library.md and the classes of errors in it, and nothing else", async () => {
  const names = PROGRAMS.flatMap((program) => importedNames(program).split(", "));
  const shown = names.filter((name) => !name.startsWith("type "));
  const errors = [...PAGE.matchAll(/^\| `(\w+Error)` /gm)].map(([, name = ""]) => name);
  assert.ok(errors.length > 10);
  assert.deepEqual(Object.keys(await import("../../mod.ts")).sort(), [...new Set([...shown, ...errors])].sort());
});

Deno.test("there are no programs in other pages, but the plugin of docs/plugins.md", async () => {
  const pages = new Set((await pageBlocks(["ts", "js"])).map(({ page }) => page));
  assert.deepEqual([...pages], ["README.md", "docs/library.md", "docs/plugins.md"]);
});

/** What stands after the output of each program. */
const END = "=== end of program";

/** Two versions that differ, and something in the registry of the isolated side. */
async function publishVersions(source: string, { host }: FakeRegistry): Promise<void> {
  for (const version of ["1.0.0", "1.1.0"]) {
    await gantryOk(["push", source, `oci://${host}/acme/app`, "--version", version]);
  }
  await gantryOk(["push", source, `oci://${host}/mirror:old`]);
}

function importedNames(program: string): string {
  return /^import \{ (.*?) \} from "@gantry\/gantry";$/m.exec(program)?.[1] ?? "";
}
