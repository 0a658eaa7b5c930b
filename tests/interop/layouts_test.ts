/**
 * Layouts that gantry writes are read by the tools that people carry them with.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { push } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { published, readTree } from "../support/tree.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;

toolTest("oras reads a layout directory and a layout tar", ["oras"], async () => {
  await using out = await tempDirectory();
  const source = join(EXAMPLES, "plain");
  const layout = join(out.path, "layout");
  const archive = join(out.path, "archive.tar");
  const { digest } = await push([source, `oci-layout:${layout}`, `oci-archive:${archive}`, "--version", "1.2.3"]);
  const expected = published(await readTree(source), (path) => {
    return path === ".gantryignore" || path.endsWith(".log") && !path.endsWith("keep.log");
  });
  for (const [name, path] of [["layout", layout], ["archive", archive]] as const) {
    const resolved = await tool("oras", ["resolve", "--oci-layout", `${path}:1.2.3`]);
    assert.equal(resolved.trim(), digest, name);
    const tree = join(out.path, `from-${name}`);
    await tool("oras", ["pull", "--oci-layout", `${path}:1.2.3`, "-o", tree]);
    assert.deepEqual(await readTree(tree), expected, name);
  }
});

toolTest("skopeo and crane read a layout directory and a layout tar", ["skopeo", "crane"], async () => {
  await using out = await tempDirectory();
  const layout = join(out.path, "layout");
  const archive = join(out.path, "archive.tar");
  const { digest } = await push([
    join(EXAMPLES, "flux"),
    `oci-layout:${layout}`,
    `oci-archive:${archive}`,
    "--profile",
    "image",
    "--version",
    "1.2.3",
    "--latest",
  ]);
  for (const reference of [`oci:${layout}:1.2.3`, `oci:${layout}:latest`, `oci-archive:${archive}:1.2.3`]) {
    const inspected = JSON.parse(await tool("skopeo", ["inspect", reference]));
    assert.equal(inspected.Digest, digest, reference);
  }
  const copied = join(out.path, "copied");
  await tool("skopeo", ["copy", "--preserve-digests", `oci-archive:${archive}:1.2.3`, `oci:${copied}:1.2.3`]);
  assert.equal(JSON.parse(await Deno.readTextFile(join(copied, "index.json"))).manifests[0].digest, digest);
});

toolTest("gantry adds to a layout that oras made, and oras to one that gantry made", ["oras"], async () => {
  await using out = await tempDirectory();
  const layout = join(out.path, "layout");
  await Deno.writeTextFile(join(out.path, "note.txt"), "a note\n");
  const note = (tag: string): Promise<string> =>
    tool("oras", ["push", "--oci-layout", `layout:${tag}`, "note.txt"], { cwd: out.path });
  await note("by-oras");
  const { digest } = await push([
    join(EXAMPLES, "flux"),
    `oci-layout:${layout}`,
    "--profile",
    "flux",
    "-t",
    "by-gantry",
  ]);
  await note("by-oras-again");
  const tags = (await tool("oras", ["repo", "tags", "--oci-layout", layout])).trim().split("\n").sort();
  assert.deepEqual(tags, ["by-gantry", "by-oras", "by-oras-again"]);
  assert.equal((await tool("oras", ["resolve", "--oci-layout", `${layout}:by-gantry`])).trim(), digest);
});
