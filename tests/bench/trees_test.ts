import assert from "node:assert/strict";
import { join } from "node:path";
import { manifests } from "../../bench/manifests.ts";
import { prepareTree } from "../../bench/trees.ts";
import { readYaml } from "../../src/yaml/read_yaml.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

Deno.test("prepareTree() copies sources without what some tool leaves out, once", async () => {
  await using directory = await tempDirectory();
  const source = join(directory.path, "source");
  const cache = join(directory.path, "cache");
  await writeTree(source, { "a.go": "a", "b/c.go": "bc", "b/d.PNG": "d", ".git/config": "e", "f/.keep": "f" });

  const tree = await prepareTree("source", { cache, source });
  await Deno.remove(join(source, "a.go"));
  const again = await prepareTree("source", { cache, source });

  assert.deepEqual([tree.files, tree.bytes], [2, 3]);
  assert.deepEqual(again, tree);
  assert.equal(await Deno.readTextFile(join(tree.path, "b", "c.go")), "bc");
  assert.deepEqual(await Array.fromAsync(Deno.readDir(cache), ({ name }) => name.startsWith("source-")), [true]);
});

Deno.test("prepareTree() leaves nothing behind when there are no sources", async () => {
  await using directory = await tempDirectory();
  const source = join(directory.path, "absent");
  await assert.rejects(prepareTree("source", { cache: directory.path, source }), Deno.errors.NotFound);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(directory.path)), []);
});

Deno.test("prepareTree() makes the same chart of ten files each time", async () => {
  await using directory = await tempDirectory();
  const first = await prepareTree("small", { cache: join(directory.path, "first") });
  const second = await prepareTree("small", { cache: join(directory.path, "second") });
  assert.equal(first.files, 10);
  assert.ok(first.isChart);
  for (const name of ["Chart.yaml", "templates/manifest-0.yaml", "templates/manifest-8.yaml"]) {
    const [one, other] = await Promise.all([first, second].map(({ path }) => Deno.readTextFile(join(path, name))));
    assert.ok(one);
    assert.equal(one, other);
  }
});

Deno.test("manifests() differ by their seed, and are YAML", () => {
  const [, document = ""] = manifests(1, 500).split("---\n");
  assert.notEqual(manifests(1, 500), manifests(2, 500));
  assert.equal(manifests(1, 500), manifests(1, 500));
  assert.deepEqual(readYaml(document).problems, []);
});
