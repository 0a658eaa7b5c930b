/** What commands print with `-o json` is what `docs/schemas/output` says, and nothing else. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { createProgram } from "../../src/cli/program.ts";
import { fakeWorld } from "../cli/fake_world.ts";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import { gantry, type GantryOptions } from "../support/gantry.ts";
import { schemaProblems } from "../support/json_schema.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DIRECTORY = join(ROOT, "docs/schemas/output");

// deno-lint-ignore no-explicit-any -- a schema is what is looked into
async function schemaOf(name: string): Promise<any> {
  return JSON.parse(await Deno.readTextFile(join(DIRECTORY, `${name}.json`)));
}

/** What prints in a format of its own: completion scripts, manual pages, a schema, and what a plugin gives. */
const OTHERS = ["schema", "plugin_test", "plugin_build"];

Deno.test("every command that prints JSON has a schema of it, and there is no other schema", async () => {
  const below = (command: Command, name: string): readonly string[] => [
    ...(command.options.some(({ long, argChoices }) => long === "--output" && argChoices?.includes("json"))
      ? [name]
      : []),
    ...command.commands.flatMap((each) => below(each, `${name}_${each.name()}`.replace(/^_/, ""))),
  ];
  const commands = below(createProgram(fakeWorld(), () => {}), "").filter((name) => !OTHERS.includes(name));
  const files = await Array.fromAsync(Deno.readDir(DIRECTORY), ({ name }) => name.replace(".json", ""));
  assert.deepEqual(files.sort(), [...commands, "error"].sort());
});

Deno.test({
  name: "the schemas of what is printed are made from the types of the results",
  // Before, `deno doc` writes another tree.
  ignore: Deno.version.deno < "2.9",
  fn: async () => {
    const { code, stderr } = await runTool(Deno.execPath(), ["run", "-A", "scripts/output_schemas.ts", "--check"], {
      cwd: ROOT,
    });
    assert.equal(code, 0, stderr);
  },
});

/** DIR is a directory with what the commands name, and HOST a registry. */
const RUNS: readonly (readonly [schema: string, args: readonly string[], code?: number])[] = [
  ["push", [
    "push",
    "DIR/source",
    "oci://HOST/acme/app",
    "oci-layout:DIR/out",
    "--profile",
    "flux",
    "--version",
    "2.0.0",
  ]],
  ["error", ["push", "DIR/nowhere", "oci://HOST/acme/app"], 2],
  ["error", ["push", "DIR/other", "oci://HOST/acme/app", "oci-layout:DIR/layout", "--version", "1.0.0"], 1],
  ["error", ["list", "oci://HOST/acme/none"], 1],
  ["plan", ["plan", "DIR/source", "--profile", "flux", "--for", "flux,argocd"]],
  ["plan", ["plan", "DIR/source", "--no-digest"]],
  ["plan", ["plan", "DIR/source", "--stages"]],
  ["list", ["list", "oci://HOST/acme/app"]],
  ["list", ["list", "oci-layout:DIR/layout", "--wide", "--all"]],
  ["inspect", ["inspect", "oci://HOST/acme/app:1.0.0", "--files", "--referrers", "--for", "flux"], 0],
  ["pull", ["pull", "oci://HOST/acme/app:1.0.0", "DIR/pulled"]],
  ["diff", ["diff", "oci://HOST/acme/app:1.0.0", "DIR/other", "--text"], 1],
  ["tag", ["tag", "oci://HOST/acme/app:1.0.0", "stable"]],
  ["copy", ["copy", "oci://HOST/acme/app:1.0.0", "oci-layout:DIR/copy", "--referrers"]],
  ["delete", ["delete", "oci-layout:DIR/copy:1.0.0", "--yes"]],
  ["export", ["export", "oci://HOST/acme/app:1.0.0", "oci-archive:DIR/bundle.tar"]],
  ["import", ["import", "oci-archive:DIR/bundle.tar", "oci://HOST/mirror", "--dry-run"]],
  ["import", ["import", "--yes", "oci-archive:DIR/bundle.tar", "oci://HOST/mirror"]],
  ["inventory", ["inventory", "oci://HOST/acme/app"]],
  ["verify", ["verify", "oci-archive:DIR/bundle.tar"]],
  ["consumers", ["consumers"]],
  ["doctor", ["doctor"]],
  ["doctor", ["doctor", "HOST/acme/app"]],
  ["init", ["init", "DIR/source"]],
  ["login", ["login", "HOST", "-u", "ann", "--password-stdin", "--registry-config", "DIR/auth.json"]],
  ["logout", ["logout", "HOST", "--registry-config", "DIR/auth.json"]],
  ["plugin_list", ["plugin", "list", "--no-config"]],
  ["plugin_info", ["plugin", "info", "ignore"]],
  ["version", ["version"]],
  ["keygen", ["keygen", "DIR/key", "--no-password"]],
  ["sign", ["sign", "oci://HOST/acme/app:1.0.0", "--key", "DIR/key.key"]],
  ["attach", ["attach", "oci://HOST/acme/app:1.0.0", "DIR/scan.json", "--type", "https://acme.example/scan/v1"]],
  ["verify", ["verify", "oci://HOST/acme/app:1.0.0", "--key", "DIR/key.pub"]],
];

Deno.test("what is printed with -o json is as the schema of the command says", async (t) => {
  await using registry = startFakeRegistry();
  await using directory = await tempDirectory();
  const { path } = directory;
  await prepare(path, registry);
  const options: GantryOptions = { stdin: new TextEncoder().encode("hunter2\n"), env: { HOME: join(path, "home") } };
  for (const [name, args, expected = 0] of RUNS) {
    await t.step(args.join(" "), async () => {
      const given = args.map((arg) => arg.replaceAll("DIR", path).replaceAll("HOST", registry.host));
      const { code, stdout, stderr } = await gantry([...given, "-o", "json"], options);
      assert.equal(code, expected, stderr);
      assert.deepEqual(schemaProblems(JSON.parse(stdout), await schemaOf(name)), [], stdout);
    });
  }
});

async function prepare(path: string, { host }: FakeRegistry): Promise<void> {
  await writeTree(path, {
    "source/kustomization.yaml": "resources: []\n",
    "source/run.sh": "#!/bin/sh\n",
    "scan.json": "{}",
    "other/kustomization.yaml": "resources: [x]\n",
  });
  const made = ["--revision", "main@sha1:0123", "--source", "https://h/r", "--version", "1.0.0"];
  const targets = [`oci://${host}/acme/app`, `oci-layout:${join(path, "layout")}`];
  const { code, stderr } = await gantry(["push", join(path, "source"), ...targets, "--profile", "flux", ...made]);
  assert.equal(code, 0, stderr);
}
