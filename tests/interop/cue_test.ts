/** What gantry publishes for CUE is what cue fetches and evaluates, and what cue publishes is read here. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { REGISTRIES, type RunningRegistry, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, tool, type ToolResult, toolTest } from "../support/tools.ts";
import { readTree, type Tree, writeTree } from "../support/tree.ts";

const LANGUAGE = 'language: version: "v0.15.0"\nsource: kind: "self"\n';
const GREET = {
  "cue.mod/module.cue": `module: "example.com/greet@v1"\n${LANGUAGE}`,
  "greet.cue": 'package greet\n\n#Greet: {name: string, text: "hello \\(name)"}\n',
  "lib/lib.cue": 'package lib\n\nword: "twice"\n',
  "data/ünï.json": "{}\n",
  "LICENSE": "Apache-2.0\n",
};
const POLITE = {
  "cue.mod/module.cue": 'module: "example.com/polite@v0"\n' + LANGUAGE +
    'deps: "example.com/greet@v1": v: "v1.2.0"\n',
  "polite.cue":
    'package polite\n\nimport "example.com/greet@v1"\n\n#Polite: greet.#Greet & {name: "dear \\(who)", who: string}\n',
};
const PROJECT = {
  "cue.mod/module.cue": 'module: "example.org/project@v0"\nlanguage: version: "v0.15.0"\n',
  "project.cue": `package project

import (
	"example.com/greet@v1"
	"example.com/greet/lib"
	dear "example.com/polite@v0:polite"
)

plain:  (greet.#Greet & {name: "you"}).text
polite: (dear.#Polite & {who: "reader"}).text
word:   lib.word
`,
};

/** Runs cue with the registry, and with a cache of its own, which it makes read-only. */
function cueAt(registry: RunningRegistry, cache: string): CueRunner {
  const env = { CUE_REGISTRY: `${registry.host}/modules+insecure`, CUE_CACHE_DIR: cache };
  return async (cwd, ...args) => await runTool("cue", args, { cwd, env });
}

type CueRunner = (cwd: string, ...args: readonly string[]) => Promise<ToolResult>;

async function cueOk(cue: CueRunner, cwd: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cue(cwd, ...args);
  assert.equal(code, 0, `cue ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** cue keeps no modes: what it has fetched nobody may change. */
function contents(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).map(([path, what]) => [path, what.replace(/^\d{4} /, "")]));
}

for (const { name, command } of REGISTRIES) {
  toolTest(`cue fetches modules from ${name}, and evaluates what depends on them`, [command, "cue"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const at = (path: string): string => join(directory.path, path);
    await writeTree(at("greet"), { ...GREET, "cue.mod/local-module.cue": "", "empty/": "" });
    await writeTree(at("polite"), POLITE);
    await writeTree(at("project"), PROJECT);
    const target = `oci://${registry.host}/modules`;
    const published = await push([at("greet"), target, "--version", "1.2.0", "--for", "cue"]);
    assert.equal(published.tag, "v1.2.0");
    await push([at("polite"), target, "--version", "0.1.0", "--for", "cue"]);

    const cache = at("cache");
    const cue = cueAt(registry, cache);
    try {
      await cueOk(cue, at("project"), "mod", "get", "example.com/polite@v0.1.0");
      await cueOk(cue, at("project"), "mod", "tidy");
      const values = JSON.parse(await cueOk(cue, at("project"), "export"));
      assert.deepEqual(values, { plain: "hello you", polite: "hello dear reader", word: "twice" });
      assert.match(await cueOk(cue, at("project"), "eval", "example.com/greet/lib@v1"), /^word: "twice"$/m);
      const fetched = await readTree(join(cache, "mod/extract/example.com/greet@v1.2.0"));
      await writeTree(at("expected"), GREET);
      assert.deepEqual(contents(fetched), contents(await readTree(at("expected"))));
    } finally {
      await tool("chmod", ["-R", "u+w", cache]);
    }
  });

  toolTest(`gantry reads what cue publishes to ${name}`, [command, "cue"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const at = (path: string): string => join(directory.path, path);
    await writeTree(at("greet"), GREET);
    await writeTree(at("project"), PROJECT);
    const cue = cueAt(registry, at("cache"));
    await cueOk(cue, at("greet"), "mod", "publish", "v1.2.0");
    const theirs = `oci://${registry.host}/modules/example.com/greet:v1.2.0`;

    await gantryOk(["pull", theirs, at("pulled")]);
    assert.deepEqual(await readTree(at("pulled")), await readTree(at("greet")));
    assert.deepEqual(await gantry(["diff", theirs, at("greet")]), { code: 0, stdout: "", stderr: "" });
    const { layers, config } = JSON.parse((await gantryOk(["inspect", theirs, "--files", "-o", "json"])).stdout);
    const names = layers[0].files.map(({ path }: { readonly path: string }) => path).sort();
    assert.deepEqual(names, Object.keys(GREET).sort());

    // But for the zip, whose bytes are those of Go there, it is what gantry makes.
    const ours = await push([at("greet"), `oci://${registry.host}/modules`, "--version", "1.3.0"]);
    const inspected = JSON.parse((await gantryOk(["inspect", ours.url, "-o", "json"])).stdout);
    assert.deepEqual(inspected.config, config);
    const { files: _, ...file } = layers[1];
    assert.deepEqual(inspected.layers[1], file);
    assert.equal(inspected.layers[0].mediaType, layers[0].mediaType);

    const mirror = `oci://${registry.host}/mirror/modules/example.com/greet`;
    await gantryOk(["copy", theirs, `oci-layout:${at("layout")}:v1.2.0`]);
    await gantryOk(["copy", `oci-layout:${at("layout")}:v1.2.0`, `${mirror}:v1.2.0`]);
    const env = { CUE_REGISTRY: `${registry.host}/mirror/modules+insecure`, CUE_CACHE_DIR: at("other") };
    try {
      const fetched = await runTool("cue", ["mod", "get", "example.com/greet@v1.2.0"], { cwd: at("project"), env });
      assert.equal(fetched.code, 0, fetched.stderr);
    } finally {
      await tool("chmod", ["-R", "u+w", at("other")]);
    }
  });
}

const WRONG: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "no module": { "cue.mod/module.cue": LANGUAGE },
  "no version of the language": { "cue.mod/module.cue": 'module: "example.com/greet@v1"\nsource: kind: "self"\n' },
  "another major version": { "cue.mod/module.cue": `module: "example.com/greet@v2"\n${LANGUAGE}` },
  "a module without a domain": { "cue.mod/module.cue": `module: "greet@v1"\n${LANGUAGE}` },
  "a module in upper case": { "cue.mod/module.cue": `module: "example.com/Greet@v1"\n${LANGUAGE}` },
  "a module with a device": { "cue.mod/module.cue": `module: "example.com/aux@v1"\n${LANGUAGE}` },
  "an expression": { "cue.mod/module.cue": `module: "example.com/" + "greet@v1"\n${LANGUAGE}` },
  "a text without an end": { "cue.mod/module.cue": `module: "example.com/greet@v1\n${LANGUAGE}` },
  "a wrong dependency": {
    "cue.mod/module.cue": `module: "example.com/greet@v1"\n${LANGUAGE}deps: "example.com/a@v0": v: "1.0.0"\n`,
  },
  "names that differ in letter case": { ...GREET, "lib/Lib.cue": "package lib\n" },
  "directories that differ in letter case": { ...GREET, "Lib/a.cue": "package lib\n" },
  "cue.mod in other letters": { ...GREET, "CUE.mod/a.txt": "" },
  "a colon": { ...GREET, "a:b.txt": "" },
  "a star": { ...GREET, "a*.txt": "" },
  "a device": { ...GREET, "data/aux.txt": "" },
  "a dot at the end": { ...GREET, "data/a.": "" },
};
const RIGHT: typeof WRONG = {
  "all that a name may have": { ...GREET, "a !#$%&()+,-.=@[]^_{}~b.txt": "", "文.txt": "" },
  "an ordinary module": GREET,
  "a module file in another form": {
    ...GREET,
    "cue.mod/module.cue":
      '"module": "example.com/greet@v1", language: {version: "v0.15.0"} // a comment\nsource: kind: "self"\ncustom: "example.com": {list: [1, -2.5, {a: null}], text: #"a "b""#}\n',
  },
};

toolTest("cue refuses what the profile cue refuses, and takes what it takes", ["cue"], async () => {
  await using directory = await tempDirectory();
  const cases = [...Object.entries(WRONG), ...Object.entries(RIGHT)];
  for (const [number, [what, files]] of cases.entries()) {
    const source = join(directory.path, String(number));
    await writeTree(source, { "a.cue": "package a\n", ...files });
    const env = { CUE_REGISTRY: "127.0.0.1:1+insecure", CUE_CACHE_DIR: join(directory.path, "cache") };
    const theirs = await runTool("cue", ["mod", "publish", "--dry-run", "v1.0.0"], { cwd: source, env });
    const ours = await gantry(["plan", source, "--profile", "cue", "--version", "1.0.0"]);
    const isWrong = Object.hasOwn(WRONG, what);
    assert.equal(theirs.code !== 0, isWrong, `${what}: ${theirs.stderr}`);
    assert.equal(ours.code, isWrong ? 2 : 0, `${what}: ${ours.stderr}\n${theirs.stderr}`);
  }
});
