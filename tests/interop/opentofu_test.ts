/** What gantry publishes for OpenTofu is what its own fetcher installs, and what others push for it is read here. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantryOk, push } from "../support/gantry.ts";
import { REGISTRIES, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, tool, toolTest } from "../support/tools.ts";
import { readTree, writeTree } from "../support/tree.ts";

const MODULE = {
  "main.tf": 'output "hello" { value = "hello" }\n',
  "variables.tofu": 'variable "name" {}\n',
  "modules/ünï — 文/main.tf.json": "{}\n",
  "scripts/run.sh": "#!/bin/sh\n",
  "large.txt": "a line of a large file\n".repeat(100_000),
  "empty.txt": "",
  "empty/": "",
};
const TYPE = "application/vnd.opentofu.modulepkg";

async function writeModule(path: string): Promise<void> {
  await writeTree(path, MODULE);
  await Deno.chmod(join(path, "scripts/run.sh"), 0o755);
}

for (const { name, command } of REGISTRIES) {
  toolTest(`OpenTofu installs a module from ${name}`, [command, "tofu-module"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const at = (path: string): string => join(directory.path, path);
    await writeModule(at("source"));
    await Deno.writeTextFile(at("source/terraform.tfstate"), '{"secret": 1}');
    const repository = `oci://${registry.host}/acme/net`;
    const { digest } = await push([at("source"), repository, "--version", "1.0.0", "--latest", "--for", "opentofu"]);
    await Deno.remove(at("source/terraform.tfstate"));

    for (const [to, query] of [["tagged", "?tag=1.0.0"], ["latest", ""], ["exact", `?digest=${digest}`]] as const) {
      await tool("tofu-module", [at(to), `${repository}${query}`]);
      assert.deepEqual(await readTree(at(to)), await readTree(at("source")), to);
    }
  });

  toolTest(
    `gantry reads a module that was pushed to ${name} with oras`,
    [command, "oras", "zip", "tofu-module"],
    async () => {
      await using registry = await startRegistry(command);
      await using directory = await tempDirectory();
      const at = (path: string): string => join(directory.path, path);
      await writeModule(at("source"));
      await tool("zip", ["-qr", at("module.zip"), "."], { cwd: at("source"), env: { LC_ALL: "C.UTF-8" } });
      const theirs = `${registry.host}/acme/net:theirs`;
      await tool("oras", ["push", `--artifact-type=${TYPE}`, "--plain-http", theirs, "module.zip:archive/zip"], {
        cwd: directory.path,
      });

      await gantryOk(["pull", `oci://${theirs}`, at("pulled")]);
      assert.deepEqual(await readTree(at("pulled")), await readTree(at("source")));
      await gantryOk(["diff", `oci://${theirs}`, at("source")]);
      const inspected = JSON.parse((await gantryOk(["inspect", `oci://${theirs}`, "--files", "-o", "json"])).stdout);
      const paths = inspected.layers[0].files.map(({ path }: { readonly path: string }) => path.replace(/\/$/, ""))
        .sort();
      assert.deepEqual(paths, Object.keys(await readTree(at("source"))).map((path) => path.replace(/\/$/, "")).sort());

      const ours = await push([at("source"), `oci://${registry.host}/acme/net`, "--tag", "ours"]);
      await gantryOk(["diff", ours.url, at("pulled")]);
      const copied = `oci://${registry.host}/mirror/net:theirs`;
      await gantryOk(["copy", `oci://${theirs}`, `oci-archive:${at("layout.tar")}:x`]);
      await gantryOk(["copy", `oci-archive:${at("layout.tar")}:x`, copied]);
      await tool("tofu-module", [at("mirrored"), `oci://${registry.host}/mirror/net?tag=theirs`]);
      assert.deepEqual(await readTree(at("mirrored")), await readTree(at("source")));
    },
  );
}

toolTest("OpenTofu refuses what --for opentofu refuses", ["ociregistry", "tofu-module"], async () => {
  await using registry = await startRegistry("ociregistry");
  await using directory = await tempDirectory();
  const at = (path: string): string => join(directory.path, path);
  await writeModule(at("source"));
  const cases: readonly (readonly string[])[] = [
    ["--profile", "generic"],
    ["--profile", "generic", "--artifact-type", TYPE],
    ["--profile", "files", "--artifact-type", TYPE, "--media-type", "*.tf=archive/zip"],
    ["--profile", "files", "--artifact-type", TYPE, "--media-type", "*=archive/zip"],
    ["--profile", "image"],
    ["--profile", "opentofu"],
  ];
  for (const [number, args] of cases.entries()) {
    const { url } = await push([at("source"), `oci://${registry.host}/acme/case${number}`, "--tag", "x", ...args]);
    const { consumers } = JSON.parse((await gantryOk(["inspect", url, "--for", "opentofu", "-o", "json"])).stdout);
    const { code } = await runTool("tofu-module", [
      at(`out${number}`),
      `oci://${registry.host}/acme/case${number}?tag=x`,
    ]);
    assert.equal(consumers[0].accepted, code === 0, args.join(" "));
    assert.equal(code === 0, args.includes("opentofu"), args.join(" "));
  }
});
