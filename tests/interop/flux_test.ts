/** What gantry publishes is taken by the command line of Flux, and what that publishes is taken by gantry. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { REGISTRIES, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { readTree, writeTree } from "../support/tree.ts";

const SOURCE = "https://github.com/acme/app";
const REVISION = "main@sha1:0123456789012345678901234567890123456789";
const TREE = { "a.yaml": "a: 1\n", "sub/b.yaml": "b: 1\n", "sub/deep/c.yaml": "c: 1\n" };

for (const { name, command } of REGISTRIES) {
  toolTest(`flux pulls, lists and tags what gantry published in ${name}`, [command, "flux"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const [tree, pulled] = [join(directory.path, "tree"), join(directory.path, "pulled")];
    await writeTree(tree, TREE);
    await Deno.mkdir(pulled);
    const url = `oci://${registry.host}/acme/app`;
    const metadata = ["--profile", "flux", "--source", SOURCE, "--revision", REVISION];
    const { digest } = await push([tree, url, "--version", "1.2.3", ...metadata]);

    await flux(["pull", "artifact", `${url}:1.2.3`, "--output", pulled]);
    assert.deepEqual(await readTree(pulled), await readTree(tree));
    const listed = await flux(["list", "artifacts", url]);
    for (const said of [`${url.slice("oci://".length)}:1.2.3`, digest, SOURCE, REVISION]) {
      assert.ok(listed.includes(said));
    }
    await flux(["tag", "artifact", `${url}:1.2.3`, "--tag", "stable"]);
    const { stdout } = await gantryOk(["list", url, "--all", "-o", "json"]);
    const tags = JSON.parse(stdout).map((
      { version, digest }: { version: string; digest: string },
    ) => [version, digest]);
    assert.deepEqual(Object.fromEntries(tags), { "1.2.3": digest, stable: digest });
  });

  toolTest(`gantry takes what flux pushed to ${name}`, [command, "flux"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const [tree, pulled] = [join(directory.path, "tree"), join(directory.path, "pulled")];
    await writeTree(tree, TREE);
    const url = `oci://${registry.host}/acme/app`;
    await flux(["push", "artifact", `${url}:1.2.3`, "--path", tree, "--source", SOURCE, "--revision", REVISION]);

    await gantryOk(["pull", `${url}:1.2.3`, pulled]);
    assert.deepEqual(await readTree(pulled), await readTree(tree));
    const { annotations } = JSON.parse((await gantryOk(["inspect", `${url}:1.2.3`, "-o", "json"])).stdout);
    assert.deepEqual(
      [annotations["org.opencontainers.image.source"], annotations["org.opencontainers.image.revision"]],
      [SOURCE, REVISION],
    );
    // Flux's own diff compares the bytes of gzip; gantry's compares files.
    assert.equal((await gantry(["diff", `${url}:1.2.3`, tree])).code, 0);
    const next = ["push", tree, url, "--profile", "flux", "--version", "1.2.4", "--source", SOURCE, "-o", "json"];
    assert.equal(JSON.parse((await gantryOk([...next, "--if-changed", "--revision", "next"])).stdout).changed, false);
  });
}

async function flux(args: readonly string[]): Promise<string> {
  return await tool("flux", args);
}
