/** What gantry publishes for conftest is what conftest pulls and tests with, and what conftest pushes is read here. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { REGISTRIES, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, tool, toolTest } from "../support/tools.ts";
import { readTree, type Tree, writeTree } from "../support/tree.ts";

const POLICIES = {
  "deny.rego":
    'package main\n\ndeny contains msg if {\n  not input.name in data.names\n  msg := sprintf("%s is no name", [input.name])\n}\n',
  "lib/twice.rego": "package lib.twice\n",
  "lib/same.rego": "package lib.twice\n",
  "ünï.yaml": "names: [anna, otto]\n",
  "lib/more.json": '{"more": {"a": 1}}\n',
};

for (const { name, command } of REGISTRIES) {
  toolTest(`conftest pulls policies from ${name}, and tests with them`, [command, "conftest"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const at = (path: string): string => join(directory.path, path);
    await writeTree(at("source"), { ...POLICIES, "README.md": "# Not for conftest\n" });
    const repository = `${registry.host}/acme/policies`;
    const published = await push([at("source"), `oci://${repository}`, "--profile", "conftest", "--version", "1.0.0"]);
    assert.equal(published.tag, "1.0.0");

    // conftest takes the path of a policy from the directory that it runs in.
    const cwd = directory.path;
    await tool("conftest", ["pull", `oci://${repository}:1.0.0`, "--policy", "pulled"], { cwd });
    assert.deepEqual(withoutModes(await readTree(at("pulled"))), await treeOf(POLICIES, at("expected")));

    await writeTree(directory.path, { "good.yaml": "name: anna\n", "bad.yaml": "name: bob\n" });
    for (const [file, code] of [["good.yaml", 0], ["bad.yaml", 1]] as const) {
      const updated = `updated for ${file}`;
      const args = ["test", "--update", `oci://${repository}:1.0.0`, "--policy", updated, "--data", updated, file];
      const result = await runTool("conftest", args, { cwd });
      assert.equal(result.code, code, result.stdout + result.stderr);
      if (code === 1) assert.match(result.stdout, /bob is no name/);
    }
  });

  toolTest(`gantry reads what conftest pushes to ${name}`, [command, "conftest"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const at = (path: string): string => join(directory.path, path);
    await writeTree(at("policy"), POLICIES);
    const repository = `${registry.host}/acme/policies`;
    await tool("conftest", ["push", repository, "--policy", ".", "--data", "."], { cwd: at("policy") });

    await gantryOk(["pull", `oci://${repository}:latest`, at("pulled")]);
    assert.deepEqual(withoutModes(await readTree(at("pulled"))), withoutModes(await readTree(at("policy"))));
    await Deno.writeTextFile(at("policy/README.md"), "# Not for conftest\n");
    assert.deepEqual(await gantry(["diff", `oci://${repository}:latest`, at("policy")]), {
      code: 0,
      stdout: "",
      stderr: "",
    });
    const inspected = JSON.parse(
      (await gantryOk(["inspect", `oci://${repository}:latest`, "--files", "-o", "json"])).stdout,
    );
    assert.equal(inspected.config.mediaType, "application/vnd.unknown.config.v1+json");

    const ours = await push([at("policy"), `oci://${repository}`, "--profile", "conftest", "--tag", "ours"]);
    const { layers } = JSON.parse((await gantryOk(["inspect", ours.url, "-o", "json"])).stdout);
    const described = (all: typeof layers): readonly string[] => all.map(digestAndType).sort();
    assert.deepEqual(described(layers), described(inspected.layers));

    await gantryOk(["copy", `oci://${repository}:latest`, `oci-layout:${at("layout")}:x`]);
    await gantryOk(["copy", `oci-layout:${at("layout")}:x`, `oci://${registry.host}/mirror/policies:x`]);
    await tool("conftest", ["pull", `oci://${registry.host}/mirror/policies:x`, "--policy", "mirrored"], {
      cwd: directory.path,
    });
    assert.deepEqual(withoutModes(await readTree(at("mirrored"))), await treeOf(POLICIES, at("expected")));
  });
}

function digestAndType({ digest, mediaType, annotations }: Record<string, unknown>): string {
  return JSON.stringify([digest, mediaType, annotations]);
}

/** conftest writes with modes of its own, and artifacts of single files have none. */
function withoutModes(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).map(([path, what]) => [path, what.replace(/^\d{4} /, "")]));
}

async function treeOf(files: Readonly<Record<string, string>>, path: string): Promise<Tree> {
  await writeTree(path, files);
  return withoutModes(await readTree(path));
}
