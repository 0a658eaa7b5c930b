/** A module that gantry packs holds the files that Timoni itself would have packed, whatever its ignore file says. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { push } from "../support/gantry.ts";
import { startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { readTree, writeTree } from "../support/tree.ts";

const MODULE = {
  "timoni.cue": "x: 1",
  "values.cue": "y: 1",
  "README.md": "r",
  "templates/config.cue": "z: 1",
  "templates/deep/a.cue": "a: 1",
  "templates/deep/b.txt": "b",
  "templates/cue.mod/x.cue": "b: 1",
  "docs/README.md": "r",
  "docs/keep.yaml": "k: 1",
  "cue.mod/module.cue": 'module: "x.sh/m"',
  "cue.mod/gen/g.cue": "g: 1",
};

const LISTS = [
  "*\n!*.cue\n",
  "/*\n!/templates\n!/timoni.cue\n",
  "docs/\n!docs/keep.yaml\n",
  "docs/**\ncue.mod/gen/\n!*.yaml\r\n",
  "**/deep/[!a].*\ntemplates/d**p\n*.md  \n",
  "",
];

for (const patterns of LISTS) {
  toolTest(`gantry packs what timoni packs with ${JSON.stringify(patterns)}`, ["registry", "timoni"], async () => {
    await using registry = await startRegistry("registry");
    await using room = await tempDirectory();
    const source = join(room.path, "module");
    await writeTree(source, { ...MODULE, "timoni.ignore": patterns });
    const [ours, theirs] = [`oci://${registry.host}/ours`, `oci://${registry.host}/theirs`];
    await push([source, ours, "--profile", "timoni", "--version", "1.0.0"]);
    await tool("timoni", ["mod", "push", source, theirs, "--version", "1.0.0", "--registry-insecure"]);
    const [own, its] = [join(room.path, "ours"), join(room.path, "theirs")];
    await tool("timoni", ["mod", "pull", ours, "--version", "1.0.0", "--output", own, "--registry-insecure"]);
    await tool("timoni", ["mod", "pull", theirs, "--version", "1.0.0", "--output", its, "--registry-insecure"]);
    assert.deepEqual(await readTree(own), await readTree(its));
  });
}
