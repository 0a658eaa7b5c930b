import assert from "node:assert/strict";
import { createTree, type DirectoryNode } from "../../src/extract/extracted_tree.ts";
import { DEFAULT_EXTRACTION_RULES } from "../../src/extract/extraction_rules.ts";
import { createMeter } from "../../src/extract/meter.ts";
import { createPlacer, type Placer } from "../../src/extract/placer.ts";
import type { TreeWriter } from "../../src/extract/directory/staging.ts";

const NOWHERE: TreeWriter = {
  directory: () => {},
  file: () => assert.fail("no file is written"),
  copy: () => assert.fail("no file is copied"),
  remove: () => {},
};

const tree = createTree();

function placerOf(layer: number): Placer {
  return createPlacer({
    tree,
    staging: NOWHERE,
    meter: createMeter(DEFAULT_EXTRACTION_RULES),
    names: "portable",
    layer,
    what: `layer ${layer}`,
    replaces: true,
    refuse: (path) => assert.fail(path),
  });
}

function put(layer: number, ...paths: readonly string[]): void {
  const placer = placerOf(layer);
  for (const path of paths) placer.leaf(path.split("/"))({ kind: "file", layer, size: 0, executable: false });
}

function directoryAt(...parts: readonly string[]): DirectoryNode {
  const node = tree.find(parts);
  assert.ok(node?.kind === "directory");
  return node;
}

Deno.test("sec/tar-extract: createPlacer() looks through a directory once for all the whiteouts of a layer", () => {
  const own = Array.from({ length: 20 }, (_, at) => `d/deep/own${at}`);
  put(1, "d/deep/one", "d/two", "e/three");
  put(2, ...own);
  let looks = 0;
  for (const { children } of [directoryAt("d"), directoryAt("d", "deep")]) {
    const { keys } = children;
    children.keys = function (): ReturnType<typeof keys> {
      looks++;
      return keys.call(this);
    };
  }
  const placer = placerOf(2);
  for (let time = 0; time < 10; time++) {
    placer.hideContent(["d", "deep"]);
    placer.hideContent(["d"]);
    placer.hide(["d"]);
  }
  assert.equal(looks, 2);
  assert.deepEqual([...directoryAt("d").children.keys()], ["deep"]);
  assert.equal(directoryAt("d", "deep").children.size, own.length);
  // The next layer takes those away too.
  placerOf(3).hideContent(["d"]);
  assert.equal(directoryAt("d").children.size, 0);
  assert.equal(directoryAt("e").children.size, 1);
});
