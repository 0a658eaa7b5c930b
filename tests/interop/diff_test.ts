/** What other tools publish to a real registry is the same as the directory that they publish. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry } from "../support/gantry.ts";
import { REGISTRIES, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;

for (const { name: registryName, command } of REGISTRIES) {
  toolTest(`what oras pushes to ${registryName} has no difference to its directory`, [command, "oras"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const source = join(directory.path, "source");
    await writeTree(source, { "hello.txt": "hello\n", "dir/a.yaml": "a: 1\n", "dir/deep/run.sh": "#!/bin/sh\n" });
    const repository = `${registry.host}/acme/oras:1`;
    await tool("oras", ["push", repository, "hello.txt", "dir", "--plain-http"], { cwd: source });
    await assertSame(`oci://${repository}`, source);

    await Deno.writeTextFile(join(source, "dir/a.yaml"), "a: 2\n");
    const { code, stdout } = await gantry(["diff", `oci://${repository}`, source, "--text"]);
    assert.equal(code, 1);
    assert.ok(stdout.endsWith("--- a/dir/a.yaml\n+++ b/dir/a.yaml\n@@ -1,1 +1,1 @@\n-a: 1\n+a: 2\n"), stdout);
  });

  toolTest(`what timoni pushes to ${registryName} has no difference to its module`, [command, "timoni"], async () => {
    await using registry = await startRegistry(command);
    const source = join(EXAMPLES, "timoni");
    const repository = `oci://${registry.host}/acme/timoni`;
    await tool("timoni", ["mod", "push", source, repository, "--version", "1.0.0"]);
    await assertSame(`${repository}:1.0.0`, source);
    const { code, stdout } = await gantry(["diff", source, `${repository}:1.0.0`, "--ignore", "timoni.cue"]);
    assert.equal(code, 1);
    assert.match(stdout, /\+ +timoni\.cue/);
  });
}

async function assertSame(a: string, b: string): Promise<void> {
  assert.deepEqual(await gantry(["diff", a, b]), { code: 0, stdout: "", stderr: "" });
}
