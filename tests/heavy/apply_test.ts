/** helm and timoni apply what gantry published to a real API server. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { push } from "../support/gantry.ts";
import { startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";
import { startCluster } from "./support/cluster.ts";

const TOOLS = [
  "kube-apiserver",
  "etcd",
  "source-controller",
  "kustomize-controller",
  "registry",
  "helm",
  "timoni",
] as const;
const ROOT = new URL("../../", import.meta.url).pathname;

toolTest("helm and timoni", { tools: TOOLS, timeout: 300_000 }, async (t) => {
  await using cluster = await startCluster();
  await using registry = await startRegistry("registry");
  await using directory = await tempDirectory();
  const env = { KUBECONFIG: cluster.kubeconfig, HOME: directory.path };

  await t.step("helm installs and upgrades a chart of profile helm from its registry", async () => {
    const chart = join(directory.path, "chart");
    const template = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }}-web }\n" +
      'data: { version: "{{ .Chart.Version }}" }\n';
    for (const [version, verb] of [["1.0.0", "install"], ["1.1.0", "upgrade"]] as const) {
      await writeTree(chart, {
        "Chart.yaml": `apiVersion: v2\nname: web\nversion: ${version}\n`,
        "values.yaml": "{}\n",
        "templates/cm.yaml": template,
      });
      await push([chart, `oci://${registry.host}/charts`, "--profile", "helm"]);
      // This API server has no OpenAPI document in the form that helm asks for.
      const options = ["--version", version, "--plain-http", "--disable-openapi-validation"];
      await tool("helm", [verb, "site", `oci://${registry.host}/charts/web`, ...options], { env });
      const map = await cluster.get({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "site-web" } });
      assert.equal(map?.data?.["version"], version);
    }
  });

  await t.step("timoni applies a module of profile timoni from its registry", async () => {
    const url = `oci://${registry.host}/acme/module`;
    await push([join(ROOT, "examples/timoni"), url, "--profile", "timoni", "--version", "1.0.0", "--latest"]);
    const options = ["--version", "1.0.0", "--registry-insecure", "--wait=false", "-n", "default"];
    await tool("timoni", ["apply", "site", url, ...options], { env });
    const said = await tool("timoni", ["list", "-n", "default"], { env });
    assert.match(said, /site\s+oci:\/\/\S+\/acme\/module\s+1\.0\.0/);
  });
});
