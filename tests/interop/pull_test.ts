/** What other tools publish to real registries is pulled as they would pull it themselves. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantryOk, push } from "../support/gantry.ts";
import { REGISTRIES, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { published, readTree, writeTree } from "../support/tree.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;

for (const { name: registryName, command } of REGISTRIES) {
  toolTest(`what oras pushes to ${registryName} is pulled as oras pulls it`, [command, "oras"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const source = join(directory.path, "source");
    await writeTree(source, {
      "hello.txt": "hello\n",
      "empty": "",
      "dir/a.yaml": "a: 1\n",
      "dir/deep/run.sh": "#!/bin/sh\n",
      "dir/none/": "",
    });
    const repository = `${registry.host}/acme/oras:1`;
    const files = ["hello.txt:text/plain", "empty", "dir"];
    await tool("oras", ["push", repository, ...files, "--plain-http"], { cwd: source });

    const theirs = join(directory.path, "theirs");
    const ours = join(directory.path, "ours");
    await tool("oras", ["pull", repository, "--plain-http", "-o", theirs]);
    const { stdout } = await gantryOk(["pull", `oci://${repository}`, ours]);
    assert.equal(
      stdout.trim(),
      `${registry.host}/acme/oras@${(await tool("oras", ["resolve", repository, "--plain-http"])).trim()}`,
    );
    assert.deepEqual(await readTree(ours), published(await readTree(source)));
    assert.deepEqual(contents(await readTree(ours)), contents(await readTree(theirs)));

    const one = join(directory.path, "one");
    await gantryOk(["pull", `oci://${repository}`, one, "--layer-type", "text/plain"]);
    assert.deepEqual(Object.keys(await readTree(one)), ["hello.txt"]);
  });

  toolTest(`what timoni pushes to ${registryName} is pulled as timoni pulls it`, [command, "timoni"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const source = join(EXAMPLES, "timoni");
    const repository = `oci://${registry.host}/acme/timoni`;
    await tool("timoni", ["mod", "push", source, repository, "--version", "1.0.0"]);

    const theirs = join(directory.path, "theirs");
    const ours = join(directory.path, "ours");
    await Deno.mkdir(theirs);
    await tool("timoni", ["mod", "pull", repository, "--version", "1.0.0", "--output", theirs]);
    await gantryOk(["pull", `${repository}:1.0.0`, ours]);
    assert.deepEqual(await readTree(ours), published(await readTree(theirs)));
    assert.ok("timoni.cue" in await readTree(ours));

    // Any tree as one layer, which is Timoni's other kind of artifact.
    const artifact = `oci://${registry.host}/acme/artifact`;
    await tool("timoni", ["artifact", "push", artifact, "--tag", "1", "--filepath", join(EXAMPLES, "flux")]);
    const tree = join(directory.path, "tree");
    await gantryOk(["pull", `${artifact}:1`, tree]);
    assert.deepEqual(await readTree(tree), published(await readTree(join(EXAMPLES, "flux"))));
  });

  toolTest(
    `what crane appends in ${registryName} is pulled as crane exports it`,
    [command, "crane", "tar"],
    async () => {
      await using registry = await startRegistry(command);
      await using directory = await tempDirectory();
      const repository = `${registry.host}/acme/image`;
      const first = join(directory.path, "first");
      const second = join(directory.path, "second");
      await writeTree(first, { "etc/a": "1", "etc/b": "1", "bin/run": "#!/bin/sh\n" });
      await writeTree(second, { "etc/a": "2", "etc/.wh.b": "", "new": "2" });
      await Deno.symlink("run", join(first, "bin/link"));
      await Deno.link(join(first, "bin/run"), join(first, "bin/hard"));
      const layers = await Promise.all([first, second].map(async (layer) => {
        await tool("tar", ["-czf", `${layer}.tgz`, "-C", layer, "."]);
        return `${layer}.tgz`;
      }));
      await tool("crane", [
        "append",
        "--insecure",
        "--oci-empty-base",
        ...layers.flatMap((layer) => ["-f", layer]),
        "-t",
        `${repository}:1`,
      ]);

      const theirs = join(directory.path, "theirs");
      const ours = join(directory.path, "ours");
      await Deno.mkdir(theirs);
      await tool("crane", ["export", "--insecure", `${repository}:1`, `${theirs}.tar`]);
      await tool("tar", ["-xpf", `${theirs}.tar`, "-C", theirs]);
      const { stdout } = await gantryOk(["pull", `oci://${repository}:1`, ours]);
      assert.equal(
        stdout.trim(),
        `${repository}@${(await tool("crane", ["digest", "--insecure", `${repository}:1`])).trim()}`,
      );
      assert.deepEqual(await readTree(ours), published(await readTree(theirs)));
      assert.equal(await Deno.readLink(join(ours, "bin/link")), "run");
      assert.equal("etc/b" in await readTree(ours), false);
    },
  );

  toolTest(`an index that crane makes in ${registryName} is pulled by platform`, [command, "crane"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const source = join(directory.path, "source");
    const repository = `${registry.host}/acme/index`;
    await writeTree(source, { "a": "A" });
    const { digest } = await push([source, `oci://${repository}:image`, "--profile", "image"]);
    await tool("crane", ["index", "append", "--insecure", "-m", `${repository}:image`, "-t", `${repository}:1`]);

    const out = join(directory.path, "out");
    const { stdout } = await gantryOk(["pull", `oci://${repository}:1`, out, "--platform", "linux/amd64"]);
    assert.equal(stdout.trim(), `${repository}@${digest}`);
    assert.deepEqual(Object.keys(await readTree(out)), ["a"]);
  });
}

toolTest("layouts that oras and crane make are pulled", ["registry", "oras", "crane"], async () => {
  await using registry = await startRegistry("registry");
  await using directory = await tempDirectory();
  const source = join(EXAMPLES, "flux");
  const repository = `${registry.host}/acme/app`;
  const args = ["--profile", "image", "--ignore", ".sourceignore"];
  const { digest } = await push([source, `oci://${repository}:1`, ...args]);
  const byOras = join(directory.path, "oras");
  const byCrane = join(directory.path, "crane");
  await tool("oras", ["cp", "--from-plain-http", `${repository}:1`, "--to-oci-layout", `${byOras}:1`]);
  await tool("crane", ["pull", "--insecure", "--format=oci", `${repository}:1`, byCrane]);
  for (const name of [`oci-layout:${byOras}:1`, `oci-layout:${byCrane}@${digest}`]) {
    const out = await Deno.makeTempDir({ dir: directory.path });
    await gantryOk(["pull", name, out]);
    assert.deepEqual(await readTree(out), published(await readTree(source), (path) => path === ".sourceignore"), name);
  }
});

/** Tools have modes of their own; what counts is which files there are and what is in them. */
function contents(tree: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tree).map(([path, what]) => [path, what.replace(/^\d+ /, "")]));
}
