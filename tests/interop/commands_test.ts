/** Further commands of oras, timoni and flux on what gantry published, one after the other as their users type them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, tool, toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

toolTest("oras copies, backs up and restores what gantry published and signed, and gantry verifies each", {
  tools: ["oras", "registry"],
}, async () => {
  await using registry = await startRegistry("registry");
  await using directory = await tempDirectory();
  const at = (path: string): string => join(directory.path, path);
  await writeTree(at("tree"), { "a.yaml": "a: 1\n" });
  await gantryOk(["keygen", at("signer"), "--no-password"]);
  const place = (name: string): string => `${registry.host}/acme/${name}:1.0.0`;
  const signed = ["--profile", "generic", "--version", "1.0.0", "--sign-key", at("signer.key")];
  const { digest } = await push([at("tree"), `oci://${registry.host}/acme/app`, ...signed]);
  const verify = async (reference: string): Promise<void> => {
    const { stdout } = await gantryOk(["verify", reference, "--key", at("signer.pub")]);
    assert.ok(stdout.includes(digest), stdout);
  };

  await tool("oras", ["cp", "-r", "--from-plain-http", "--to-plain-http", place("app"), place("copied")]);
  await verify(`oci://${place("copied")}`);
  for (const kept of ["backup.tar", "backup"]) {
    await tool("oras", ["backup", "--plain-http", "--include-referrers", "--output", at(kept), place("app")]);
    await verify(`oci-${kept.endsWith(".tar") ? "archive" : "layout"}:${at(kept)}:1.0.0`);
  }
  await gantryOk(["export", `oci://${place("app")}`, `oci-archive:${at("export.tar")}`]);
  await tool("oras", ["restore", "--plain-http", "--input", at("export.tar"), place("restored")]);
  await verify(`oci://${place("restored")}`);
});

toolTest("timoni vets, builds, lists and tags a module that gantry published", {
  tools: ["timoni", "registry"],
}, async () => {
  await using registry = await startRegistry("registry");
  await using directory = await tempDirectory();
  const url = `oci://${registry.host}/acme/module`;
  const { digest } = await push([join(ROOT, "examples/timoni"), url, "--version", "1.0.0", "--profile", "timoni"]);
  const insecure = "--registry-insecure";
  const built = await tool("timoni", ["build", "web", url, "--version", "1.0.0", "-n", "default", insecure]);
  assert.match(built, /^kind: /m);
  const pulled = join(directory.path, "module");
  await tool("timoni", ["mod", "pull", url, "--version", "1.0.0", "--output", pulled, insecure]);
  await tool("timoni", ["mod", "vet", pulled]);
  assert.match(await tool("timoni", ["artifact", "list", url, insecure]), /1\.0\.0/);
  await tool("timoni", ["artifact", "tag", `${url}:1.0.0`, "--tag", "stable", insecure]);
  const { stdout } = await gantryOk(["inspect", `${url}:stable`, "-o", "json"]);
  assert.equal(JSON.parse(stdout).digest, digest);
});

toolTest("flux diff compares the bytes of gzip, where gantry compares files", {
  tools: ["flux", "registry"],
}, async () => {
  await using registry = await startRegistry("registry");
  await using directory = await tempDirectory();
  const at = (path: string): string => join(directory.path, path);
  await writeTree(at("tree"), { "a.yaml": "a: 1\n", "b/c.yaml": "c: 1\n" });
  const url = `oci://${registry.host}/acme/app`;
  await push([at("tree"), url, "--version", "1.0.0", "--profile", "flux"]);
  const compared = await runTool("flux", [
    "diff",
    "artifact",
    `${url}:1.0.0`,
    "--path",
    at("tree"),
    "--insecure-registry",
  ]);
  assert.equal(compared.code, 1);
  assert.equal((await gantry(["diff", `${url}:1.0.0`, at("tree")])).code, 0);
});
