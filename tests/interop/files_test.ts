/** What gantry publishes file by file is what oras pulls, and what oras pushes file by file is read here. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { REGISTRIES, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { readTree, writeTree } from "../support/tree.ts";

const FILES = {
  "artifacthub-repo.yml": "repositoryID: 5\n",
  "models/a.bin": new Uint8Array(300_000).fill(7),
  "models/same.bin": new Uint8Array(300_000).fill(7),
  "models/ünï 日本.txt": "x\n",
};
const TYPE = "application/vnd.acme.files.v1";
const HUB_TYPE = "application/vnd.cncf.artifacthub.repository-metadata.layer.v1.yaml";

for (const { name, command } of REGISTRIES) {
  toolTest(`oras pulls files from ${name} as they were`, [command, "oras"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const at = (path: string): string => join(directory.path, path);
    await writeTree(at("source"), FILES);
    const repository = `${registry.host}/acme/files`;
    const types = ["--artifact-type", TYPE, "--media-type", `/artifacthub-repo.yml=${HUB_TYPE}`];
    const target = `oci://${repository}:artifacthub.io`;
    const { digest } = await push([at("source"), target, "--profile", "files", ...types]);

    await tool("oras", ["pull", `${repository}:artifacthub.io`, "--plain-http", "-o", at("pulled")]);
    assert.deepEqual(await readTree(at("pulled")), await readTree(at("source")));
    const manifest = JSON.parse(await tool("oras", ["manifest", "fetch", `${repository}@${digest}`, "--plain-http"]));
    assert.equal(manifest.artifactType, TYPE);
    assert.equal(manifest.layers[0].mediaType, HUB_TYPE);
    await gantryOk(["pull", target, at("ours")]);
    assert.deepEqual(await readTree(at("ours")), await readTree(at("source")));
  });

  toolTest(`gantry reads the files that oras pushes to ${name}`, [command, "oras"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const at = (path: string): string => join(directory.path, path);
    await writeTree(at("source"), FILES);
    const repository = `${registry.host}/acme/theirs`;
    const given = Object.keys(FILES).map((path) => `${path}:application/octet-stream`);
    const args = ["push", `${repository}:1`, "--plain-http", "--artifact-type", TYPE, ...given];
    await tool("oras", args, { cwd: at("source") });

    await gantryOk(["pull", `oci://${repository}:1`, at("pulled")]);
    assert.deepEqual(await readTree(at("pulled")), await readTree(at("source")));
    assert.equal((await gantry(["diff", `oci://${repository}:1`, at("source")])).code, 0);
    const ours = await push([at("source"), `oci://${repository}:2`, "--profile", "files", "--artifact-type", TYPE]);
    assert.equal((await gantry(["diff", `oci://${repository}:1`, ours.url])).stdout.includes("files"), false);
    const read = async (reference: string): Promise<{ readonly artifactType: string; readonly layers: unknown }> =>
      JSON.parse((await gantryOk(["inspect", reference, "-o", "json"])).stdout);
    const [theirs, mine] = [await read(`oci://${repository}:1`), await read(ours.url)];
    assert.deepEqual([mine.artifactType, mine.layers], [theirs.artifactType, theirs.layers]);

    await gantryOk(["copy", `oci://${repository}:1`, `oci-layout:${at("layout")}:1`]);
    await tool("oras", ["pull", "--oci-layout", `${at("layout")}:1`, "-o", at("copied")]);
    assert.deepEqual(await readTree(at("copied")), await readTree(at("source")));
  });
}
