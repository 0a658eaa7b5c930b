/** Argo CD's own client, with the repo-server's usual settings, takes what gantry published. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, push } from "../support/gantry.ts";
import { htpasswdAuth, PASSWORD, USER } from "../support/network/htpasswd.ts";
import { startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, type ToolResult, toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const FILES = { "app/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: app }\n", "README.md": "# app\n" };
const CHART = { "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n", "values.yaml": "{}\n" };

function argocd(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ToolResult> {
  return runTool("argocd-oci", args, { env });
}

toolTest("Argo CD", { tools: ["argocd-oci", "registry"], timeout: 300_000 }, async (t) => {
  await using registry = await startRegistry("registry");
  await using directory = await tempDirectory();
  const [tree, chart] = [join(directory.path, "tree"), join(directory.path, "chart")];
  await writeTree(tree, FILES);
  await writeTree(chart, CHART);
  const at = (name: string): string => `oci://${registry.host}/acme/${name}`;

  for (const profile of ["generic", "image"]) {
    await t.step(`Argo CD extracts an artifact of profile ${profile} by its version, a range and a tag`, async () => {
      const { digest } = await push([tree, at(profile), "--profile", profile, "--version", "1.0.0", "--latest"]);
      for (const revision of ["1.0.0", ">=1.0.0 <2.0.0", "latest", digest]) {
        const { code, stdout, stderr } = await argocd([at(profile), revision]);
        assert.equal(code, 0, stderr);
        assert.deepEqual(stdout.trim().split("\n"), [digest, "README.md", "app/cm.yaml"]);
      }
    });
  }

  await t.step("Argo CD extracts a chart of profile helm", async () => {
    const { digest } = await push([chart, at("charts"), "--profile", "helm"]);
    const { code, stdout, stderr } = await argocd([at("charts/web"), "1.0.0"]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout.split("\n")[0], digest);
    assert.match(stdout, /^Chart\.yaml$/m);
  });

  const shapes: Readonly<Record<string, readonly string[]>> = {
    "flux": ["--profile", "flux"],
    "generic with zstd": ["--profile", "generic", "--compression", "zstd"],
    "generic without compression": ["--profile", "generic", "--compression", "none"],
    "image with zstd": ["--profile", "image", "--compression", "zstd"],
    "image without compression": ["--profile", "image", "--compression", "none"],
    "files": ["--profile", "files"],
  };
  for (const [number, [shape, args]] of Object.entries(shapes).entries()) {
    await t.step(`Argo CD does with an artifact of profile ${shape} what gantry --for argocd says`, async () => {
      const url = at(`shape-${number}`);
      await push([tree, url, "--version", "1.0.0", ...args]);
      const said = await gantry(["inspect", `${url}:1.0.0`, "--for", "argocd", "-o", "json"]);
      const [{ accepted }] = JSON.parse(said.stdout).consumers;
      const { code, stderr } = await argocd([url, "1.0.0"]);
      assert.equal(code === 0, accepted, stderr);
    });
  }

  await t.step("Argo CD takes an artifact of profile flux when its media type is allowed", async () => {
    await push([tree, at("allowed"), "--version", "1.0.0", "--profile", "flux"]);
    const type = "application/vnd.cncf.flux.content.v1.tar+gzip";
    const { code, stderr } = await argocd([at("allowed"), "1.0.0", type]);
    assert.equal(code, 0, stderr);
  });

  await t.step("Argo CD extracts from a private registry with credentials, and not without", async () => {
    await using secured = await startRegistry("registry", { auth: await htpasswdAuth(directory.path) });
    const url = `oci://${secured.host}/acme/app`;
    await push([tree, url, "--profile", "generic", "--version", "1.0.0", "--creds", `${USER}:${PASSWORD}`]);
    assert.notEqual((await argocd([url, "1.0.0"])).code, 0);
    const { code, stderr } = await argocd([url, "1.0.0"], { OCI_USERNAME: USER, OCI_PASSWORD: PASSWORD });
    assert.equal(code, 0, stderr);
  });
});
