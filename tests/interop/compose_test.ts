/**
 * What gantry publishes for Compose is what oras pulls, and what oras pushes as `docker compose publish` would is read
 * here. Compose itself is no tool of these tests: it takes too long to build.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { REGISTRIES, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { readTree, writeTree } from "../support/tree.ts";

const PROJECT = {
  "compose.yaml": "services:\n  web: { image: nginx, env_file: web.env }\n",
  "compose.override.yaml": "services:\n  web: { extends: { file: common.yaml, service: base } }\n",
  "common.yaml": "services:\n  base: { image: nginx, restart: always }\n",
  "web.env": "A=1\n",
};

for (const { name, command } of REGISTRIES) {
  toolTest(`oras pulls the files of a project from ${name}`, [command, "oras"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const at = (path: string): string => join(directory.path, path);
    await writeTree(at("source"), PROJECT);
    const repository = `${registry.host}/acme/project`;
    const args = ["--profile", "compose", "--version", "1.0.0", "--for", "compose"];
    await push([at("source"), `oci://${repository}`, ...args]);
    await tool("oras", ["pull", `${repository}:1.0.0`, "--plain-http", "-o", at("pulled")]);
    assert.deepEqual(await readTree(at("pulled")), await readTree(at("source")));
  });

  toolTest(
    `gantry reads a project in the shape of docker compose publish from ${name}`,
    [command, "oras"],
    async () => {
      await using registry = await startRegistry(command);
      await using directory = await tempDirectory();
      const at = (path: string): string => join(directory.path, path);
      const { "compose.yaml": compose, "web.env": env } = PROJECT;
      await writeTree(at("source"), { "compose.yaml": compose, "web.env": env });
      // oras gives each file a title besides, which Compose does not.
      await Deno.writeTextFile(
        at("annotations.json"),
        JSON.stringify({
          "compose.yaml": { "com.docker.compose.file": "compose.yaml" },
          "web.env": { "com.docker.compose.envfile": "web.env" },
        }),
      );
      const url = `oci://${registry.host}/acme/theirs:1`;
      const type = [
        "--artifact-type",
        "application/vnd.docker.compose.project",
        "--annotation-file",
        at("annotations.json"),
      ];
      const layers = [
        "compose.yaml:application/vnd.docker.compose.file+yaml",
        "web.env:application/vnd.docker.compose.envfile",
      ];
      const args = ["push", url.slice("oci://".length), "--plain-http", ...type, ...layers];
      await tool("oras", args, { cwd: at("source") });

      await gantryOk(["pull", url, at("pulled")]);
      assert.deepEqual(await readTree(at("pulled")), await readTree(at("source")));
      assert.deepEqual(await gantry(["diff", url, at("source")]), { code: 0, stdout: "", stderr: "" });
      await gantryOk(["inspect", url, "--for", "compose"]);
      await gantryOk(["copy", url, `oci-layout:${at("layout")}:1`]);
      assert.equal((await gantry(["diff", url, `oci-layout:${at("layout")}:1`])).code, 0);
    },
  );
}
