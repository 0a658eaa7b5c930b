/** Docker Compose reads projects that gantry published, and gantry reads what it publishes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { makeCertificate } from "../support/network/certificates.ts";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, type ToolResult, toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const PROJECT = {
  "compose.yaml": "services:\n  web:\n    image: nginx\n    env_file: web.env\n",
  "compose.override.yaml": "services:\n  web:\n    extends:\n      file: common.yaml\n      service: base\n",
  "common.yaml": "services:\n  base:\n    image: nginx\n    restart: always\n",
  "web.env": "A=1\n",
};

toolTest("Docker Compose", { tools: ["docker-compose", "registry"], timeout: 300_000 }, async (t) => {
  await using directory = await tempDirectory();
  // Compose publishes by HTTPS only.
  const authority = await makeCertificate({ name: "authority", authority: true });
  const server = await makeCertificate({ name: "registry", issuer: authority, hosts: ["127.0.0.1"] });
  await writeTree(directory.path, { "ca.crt": authority.cert, "tls.crt": server.cert, "tls.key": server.key });
  const [ca, cert, key] = ["ca.crt", "tls.crt", "tls.key"].map((name) => join(directory.path, name));
  await using registry = await startRegistry("registry", {
    http: `  tls:\n    certificate: ${cert}\n    key: ${key}\n`,
  });
  const trusting = ["--ca-file", ca ?? ""];
  const env = { HOME: directory.path, XDG_CACHE_HOME: directory.path, SSL_CERT_FILE: ca ?? "" };
  const tree = join(directory.path, "project");
  await writeTree(tree, PROJECT);
  const at = (name: string): string => `${registry.host}/acme/${name}:1.0.0`;
  const config = (reference: string): Promise<ToolResult> =>
    runTool("docker-compose", ["-f", `oci://${reference}`, "config"], { cwd: directory.path, env });

  await t.step("Docker Compose merges a project of profile compose: overrides, extends and env files", async () => {
    await push([
      tree,
      `oci://${registry.host}/acme/project`,
      "--profile",
      "compose",
      "--version",
      "1.0.0",
      ...trusting,
    ]);
    const { code, stdout, stderr } = await config(at("project"));
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^ {4}image: nginx$/m);
    assert.match(stdout, /^ {4}restart: always$/m);
    assert.match(stdout, /^ {6}A: "1"$/m);
  });

  const shapes: Readonly<Record<string, readonly string[]>> = {
    "compose": ["--profile", "compose"],
    "generic": ["--profile", "generic"],
    "files": ["--profile", "files"],
    "image": ["--profile", "image"],
    "flux": ["--profile", "flux"],
  };
  for (const [shape, args] of Object.entries(shapes)) {
    await t.step(
      `Docker Compose does with an artifact of profile ${shape} what gantry --for compose says`,
      async () => {
        await push([tree, `oci://${registry.host}/acme/${shape}`, "--version", "1.0.0", ...trusting, ...args]);
        const said = await gantry(["inspect", `oci://${at(shape)}`, "--for", "compose", "-o", "json", ...trusting]);
        const [{ accepted }] = JSON.parse(said.stdout).consumers;
        const { code, stderr } = await config(at(shape));
        assert.equal(code === 0, accepted, stderr);
      },
    );
  }

  await t.step("gantry reads and copies a project that Docker Compose publishes", async () => {
    const options = ["--project-directory", tree, "publish", "-y", "--with-env"];
    const { code, stderr } = await runTool("docker-compose", [...options, at("published")], { cwd: tree, env });
    assert.equal(code, 0, stderr);
    await gantryOk(["inspect", `oci://${at("published")}`, "--for", "compose", ...trusting]);
    await gantryOk(["pull", `oci://${at("published")}`, join(directory.path, "pulled"), ...trusting]);
    await gantryOk(["copy", `oci://${at("published")}`, `oci://${at("copied")}`, ...trusting]);
    const copied = await config(at("copied"));
    assert.equal(copied.code, 0, copied.stderr);
  });
});
