/** OpenTofu installs and uses modules that gantry published. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { makeCertificate } from "../support/network/certificates.ts";
import { push } from "../support/gantry.ts";
import { startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, tool, toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const MODULE = {
  "main.tf": 'output "hello" {\n  value = "from the module"\n}\n',
  "sub/main.tf": 'output "hello" {\n  value = "from below"\n}\n',
};

toolTest("OpenTofu", { tools: ["tofu", "registry"], timeout: 300_000 }, async (t) => {
  await using directory = await tempDirectory();
  const at = (path: string): string => join(directory.path, path);
  // OpenTofu speaks to registries by HTTPS only.
  const authority = await makeCertificate({ name: "authority", authority: true });
  const server = await makeCertificate({ name: "registry", issuer: authority, hosts: ["127.0.0.1"] });
  await writeTree(directory.path, { "ca.crt": authority.cert, "tls.crt": server.cert, "tls.key": server.key });
  const http = `  tls:\n    certificate: ${at("tls.crt")}\n    key: ${at("tls.key")}\n`;
  await using registry = await startRegistry("registry", { http });
  await writeTree(at("module"), MODULE);
  const url = `oci://${registry.host}/acme/module`;
  await push([at("module"), url, "--profile", "opentofu", "--version", "1.0.0", "--latest", "--ca-file", at("ca.crt")]);
  const env = { SSL_CERT_FILE: at("ca.crt"), CHECKPOINT_DISABLE: "1" };

  for (const [by, query] of [["its version", "?tag=1.0.0"], ["the tag latest", ""]] as const) {
    await t.step(
      `OpenTofu installs a module of profile opentofu by ${by}, and uses it and what is below it`,
      async () => {
        const project = at(`project-${query.length}`);
        await writeTree(project, {
          "main.tf": `module "m" {\n  source = "${url}${query}"\n}\n` +
            `module "s" {\n  source = "${url}//sub${query}"\n}\n` +
            'output "m" {\n  value = module.m.hello\n}\noutput "s" {\n  value = module.s.hello\n}\n',
        });
        await tool("tofu", ["init", "-no-color"], { cwd: project, env });
        await tool("tofu", ["apply", "-no-color", "-auto-approve"], { cwd: project, env });
        const { outputs } = JSON.parse(await Deno.readTextFile(join(project, "terraform.tfstate")));
        assert.deepEqual([outputs.m.value, outputs.s.value], ["from the module", "from below"]);
      },
    );
  }

  await t.step("OpenTofu refuses an artifact of profile generic, as gantry --for opentofu says", async () => {
    const generic = `oci://${registry.host}/acme/generic`;
    await push([at("module"), generic, "--profile", "generic", "--version", "1.0.0", "--ca-file", at("ca.crt")]);
    const project = at("refused");
    await writeTree(project, { "main.tf": `module "m" {\n  source = "${generic}?tag=1.0.0"\n}\n` });
    const { code, stderr } = await runTool("tofu", ["init", "-no-color"], { cwd: project, env });
    assert.equal(code, 1, stderr);
  });
});
