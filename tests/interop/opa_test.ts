/**
 * What gantry publishes for OPA is what oras and conftest, which has OPA in it, unpack and test with, and what oras
 * pushes of a bundle is read here. OPA itself is among the heavy consumers.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { REGISTRIES, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, tool, toolTest } from "../support/tools.ts";
import { readTree, writeTree } from "../support/tree.ts";

const BUNDLE = {
  "main.rego": 'package main\n\ndeny contains "not allowed" if not input.name in data.acme.names\n',
  "acme/data.json": '{"names": ["anna"]}\n',
};

for (const { name, command } of REGISTRIES) {
  toolTest(`oras and conftest unpack a bundle from ${name}`, [command, "oras", "conftest"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const at = (path: string): string => join(directory.path, path);
    await writeTree(at("source"), BUNDLE);
    const repository = `${registry.host}/acme/bundle`;
    const args = ["--profile", "opa", "--version", "1.0.0", "--revision", "abc", "--for", "opa,conftest,oras"];
    await push([at("source"), `oci://${repository}`, ...args]);

    await tool("oras", ["pull", `${repository}:1.0.0`, "--plain-http", "-o", at("pulled")]);
    const { ".manifest": manifest, ...others } = await readTree(at("pulled"));
    assert.ok(manifest !== undefined);
    assert.deepEqual(others, await readTree(at("source")));
    assert.deepEqual(JSON.parse(await Deno.readTextFile(at("pulled/.manifest"))), { revision: "abc", roots: [""] });

    const cwd = directory.path;
    await tool("conftest", ["pull", `oci://${repository}:1.0.0`, "--policy", "policies"], { cwd });
    await writeTree(cwd, { "good.yaml": "name: anna\n", "bad.yaml": "name: bob\n" });
    for (const [file, code] of [["good.yaml", 0], ["bad.yaml", 1]] as const) {
      const tested = await runTool("conftest", ["test", "--policy", "policies", "--data", "policies", file], { cwd });
      assert.equal(tested.code, code, tested.stdout + tested.stderr);
    }
  });

  toolTest(`gantry reads a bundle that oras pushes to ${name}`, [command, "oras", "tar"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const at = (path: string): string => join(directory.path, path);
    await writeTree(at("source"), { ...BUNDLE, ".manifest": '{"revision":"r1","roots":["main","acme"]}\n' });
    await tool("tar", ["-czf", at("bundle.tar.gz"), "-C", at("source"), "."]);
    const url = `oci://${registry.host}/acme/bundle:1`;
    await writeTree(directory.path, { "config.json": "{}" });
    const layer = "bundle.tar.gz:application/vnd.oci.image.layer.v1.tar+gzip";
    const config = "config.json:application/vnd.cncf.openpolicyagent.config.v1+json";
    const args = ["push", url.slice("oci://".length), "--plain-http", "--config", config, layer];
    await tool("oras", args, { cwd: directory.path });

    await gantryOk(["pull", url, at("pulled")]);
    assert.deepEqual(await readTree(at("pulled")), await readTree(at("source")));
    assert.deepEqual(await gantry(["diff", url, at("source")]), { code: 0, stdout: "", stderr: "" });
    await gantryOk(["inspect", url, "--for", "opa"]);
    await gantryOk(["copy", url, `oci-layout:${at("layout")}:1`]);
    assert.equal((await gantry(["diff", url, `oci-layout:${at("layout")}:1`])).code, 0);
  });
}
