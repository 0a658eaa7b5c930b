/**
 * The rules of ARCHITECTURE.md that a machine can hold: who imports whom, and what a file of the sources looks like.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { CONSUMER_NAMES } from "../src/consumers/consumers.ts";
import { PROFILE_NAMES } from "../src/profiles/profiles.ts";
import { findCycle, type Import, type ModuleGraph, readModuleGraph } from "./support/module_graph.ts";
import { isBarrel, withoutComments } from "./support/source_text.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const LINE_LIMIT = 350;
const COLUMNS = 120;
/** Modules of Node that touch nothing: what the specs' vocabulary and the stages may use. */
const PURE_NODE_MODULES = [
  "node:buffer",
  "node:crypto",
  "node:path/posix",
  "node:stream",
  "node:stream/promises",
  "node:zlib",
];

const SOURCES = await sourceFiles("src");
const ENTRIES = ["main.ts", "mod.ts", "plugin.ts", "testing.ts"];
const GRAPH = await readModuleGraph(ROOT, [...ENTRIES, ...SOURCES]);

Deno.test("every import resolves", () => {
  assert.deepEqual(GRAPH.errors, []);
});

Deno.test("the graph has every source file and every module that others import", () => {
  assert.deepEqual(GRAPH.files.filter((file) => file.endsWith(".ts")), [...ENTRIES, ...SOURCES].sort());
});

/** Who may import whom, from the bottom of the house to its top. A room may always import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/oci": [],
  "src/yaml": [],
  "src/work": ["src/oci"],
  "src/system": ["src/work", "src/oci"],
  "src/consumers": ["src/work", "src/oci"],
  "src/store": ["src/work", "src/oci"],
  "src/bundle": ["src/store", "src/work", "src/oci"],
  "src/pipeline": ["src/store", "src/work", "src/oci"],
  "src/driver": ["src/pipeline", "src/store", "src/work", "src/oci"],
  "src/cache": ["src/system", "src/work", "src/oci"],
  "src/pack": ["src/cache", "src/pipeline", "src/system", "src/work", "src/oci"],
  "src/profiles": [
    "src/consumers",
    "src/plugins/filter",
    "src/plugins/annotate",
    "src/pack",
    "src/pipeline",
    "src/yaml",
    "src/work",
    "src/oci",
  ],
  "src/plugins/collect": ["src/pipeline", "src/system", "src/work", "src/oci"],
  "src/plugins/filter": ["src/pipeline", "src/system", "src/work", "src/oci"],
  "src/plugins/annotate": ["src/pipeline", "src/system", "src/work", "src/oci"],
  "src/plugins/tag": ["src/pipeline", "src/system", "src/work", "src/oci"],
  "src/plugins/sign": ["src/sign", "src/pipeline", "src/work", "src/oci"],
  "src/plugins/load": ["src/pipeline", "src/system", "src/work", "src/oci"],
  "src/plugins/exec": ["src/driver", "src/pipeline", "src/store", "src/system", "src/work", "src/oci"],
  "src/options": [
    "src/consumers",
    "src/plugins/collect",
    "src/profiles",
    "src/pack",
    "src/pipeline",
    "src/registry",
    "src/sign",
    "src/work",
    "src/oci",
  ],
  "src/verbs": [
    "src/consumers",
    "src/places",
    "src/options",
    "src/host",
    "src/driver",
    "src/plugins/collect",
    "src/plugins/filter",
    "src/plugins/annotate",
    "src/plugins/tag",
    "src/plugins/sign",
    "src/plugins/load",
    "src/plugins/exec",
    "src/profiles",
    "src/pack",
    "src/cache",
    "src/registry",
    "src/layout",
    "src/extract",
    "src/sign",
    "src/bundle",
    "src/pipeline",
    "src/store",
    "src/system",
    "src/yaml",
    "src/work",
    "src/oci",
  ],
  "src/sign": ["src/store", "src/system", "src/work", "src/oci"],
  "src/registry": ["src/store", "src/system", "src/work", "src/oci"],
  "src/layout": ["src/bundle", "src/store", "src/system", "src/work", "src/oci"],
  "src/extract": ["src/store", "src/system", "src/work", "src/oci"],
  "src/host": ["src/pack", "src/pipeline", "src/system", "src/work", "src/oci", "deno.json"],
  "src/places": [
    "src/layout",
    "src/registry",
    "src/options",
    "src/store",
    "src/system",
    "src/work",
    "src/oci",
  ],
  "src/testing": ["src/host", "src/driver", "src/pipeline", "src/system", "src/work", "src/oci"],
};

Deno.test("every source file is in a room with rules", () => {
  const known = ["src/cli", ...Object.keys(MAY_IMPORT)];
  assert.deepEqual(SOURCES.filter((file) => !known.includes(folderOf(file))), []);
});

for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
  Deno.test(`${room} imports nothing of ours but ${["itself", ...allowed].join(", ")}`, () => {
    assertImports(room, [room, ...allowed]);
  });
}

Deno.test("nothing imports src/cli but src/cli and main.ts", () => {
  const importers = GRAPH.imports.filter(({ to }) => folderOf(to) === "src/cli").map(({ from }) => folderOf(from));
  assert.deepEqual([...new Set(importers)].sort(), ["main.ts", "src/cli"]);
});

Deno.test("main.ts imports nothing but src/cli", () => {
  assertImports("main.ts", ["src/cli"]);
});

Deno.test("plugin.ts has types and nothing else", async () => {
  assert.deepEqual(Object.keys(await import("../plugin.ts")), []);
  const text = withoutComments(await Deno.readTextFile(`${ROOT}plugin.ts`));
  assert.deepEqual(text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("export type ")), []);
});

Deno.test("zod is imported by one module, and nothing that every run loads imports that one", () => {
  const importers = GRAPH.imports.filter(({ to }) => to.startsWith("npm:") && to.includes("zod"));
  assert.deepEqual(importers.map(({ from }) => from), ["src/pipeline/schema.ts"]);
});

Deno.test("a profile's name stands in its own file and in the list of profiles, and nowhere else", async () => {
  // How a revision is written and how patterns are read have the names of those who do it, and any profile may ask for
  // it; who takes artifacts may be called as the profile for it, and so may the tools that people come from; generic is
  // what is left, and files are a part of reports, too.
  const names = PROFILE_NAMES.filter((name) => name !== "generic" && name !== "files");
  const others = SOURCES.filter((file) =>
    !/^src\/(?:profiles|consumers|cli\/habits|plugins\/(?:annotate|filter))\//.test(file)
  );
  const texts = await Promise.all(others.map((file) => Deno.readTextFile(`${ROOT}${file}`)));
  const mention = new RegExp(`["'](?:${names.join("|")})["']`);
  assert.deepEqual(others.filter((_, at) => mention.test(withoutComments(texts[at] ?? ""))), []);
  for (const name of PROFILE_NAMES) assert.ok(SOURCES.includes(`src/profiles/${name}.ts`), name);
});

Deno.test("no name is exported twice", async () => {
  const files = SOURCES.filter((file) => !file.startsWith("src/pack/deflate/assembly/"));
  const exported = await Promise.all(files.map(async (file) => {
    const text = await Deno.readTextFile(`${ROOT}${file}`);
    return [...text.matchAll(/^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm)]
      .map(([, name = ""]) => ({ file, name }));
  }));
  // Overloads of one function stand in one file.
  const places = Map.groupBy(exported.flat(), ({ name }) => name);
  const twice = [...places].filter(([, found]) => new Set(found.map(({ file }) => file)).size > 1);
  assert.deepEqual(twice.map(([name, found]) => `${name}: ${found.map(({ file }) => file).join(", ")}`), []);
});

Deno.test("each consumer has a file of its own", () => {
  for (const name of CONSUMER_NAMES) {
    const file = `src/consumers/${name.replaceAll("-", "_")}.ts`;
    assert.ok(SOURCES.includes(file), file);
  }
});

Deno.test("a verb calls an option what its caller calls it: it knows no flag", async () => {
  for (const room of ["src/verbs", "src/places", "src/driver", "src/pipeline", "src/registry", "src/layout"]) {
    await assertNoFile(room, (text) => /--[a-z]{2,}/.test(withoutComments(text)));
  }
});

Deno.test("there are no cycles, type imports included", () => {
  assert.deepEqual(findCycle(GRAPH), []);
});

/**
 * What touches the world, or differs from one run to the next. A message may speak of a "version of Deno", and a store
 * has a method of its own that is called fetch.
 */
const WORLDLY_REGEXP =
  /\b(?:(?<!version of )Deno|process|globalThis|performance|WebSocket|Worker|(?<!\.)fetch(?=\((?!\w+: ))|Date\.now|new Date(?!\([^)])|set(?:Timeout|Interval)|Math\.random|randomUUID|getRandomValues)\b/;

Deno.test("WORLDLY_REGEXP finds every call of the global fetch and of the clock, and nothing that is called alike", () => {
  for (const call of ["fetch(url);", "  fetch(url)", "await fetch({ a: 1 })", "x = fetch(u, v)", "void fetch(a)"]) {
    assert.match(call, WORLDLY_REGEXP);
  }
  for (const clock of ["new Date()", "new Date", "Date.now()"]) assert.match(clock, WORLDLY_REGEXP);
  for (const method of ["new Date(0)", "store.fetch(d, c)", "  fetch(descriptor: Descriptor): Promise<void>;"]) {
    assert.doesNotMatch(method, WORLDLY_REGEXP);
  }
});

for (
  const folder of [
    "src/oci",
    "src/work",
    "src/consumers",
    "src/store",
    "src/sign",
    "src/bundle",
    "src/pipeline",
    "src/driver",
  ]
) {
  Deno.test(`${folder} uses no Deno, no fetch, no clock and no chance`, async () => {
    await assertNoFile(folder, (text) => WORLDLY_REGEXP.test(withoutComments(text)));
  });

  Deno.test(`${folder} uses only modules of Node that touch nothing`, () => {
    const used = GRAPH.imports.filter(({ from, to }) => folderOf(from) === folder && to.startsWith("node:"));
    assert.deepEqual(used.filter(({ to }) => !PURE_NODE_MODULES.includes(to)).map(show), []);
  });
}

Deno.test("no source file is a barrel: mod.ts is the only file that passes on what others export", async () => {
  await assertNoFile("src", isBarrel);
});

Deno.test(`every source file has fewer than ${LINE_LIMIT} lines`, async () => {
  await assertNoFile("src", (text) => text.trimEnd().split("\n").length >= LINE_LIMIT);
});

Deno.test(`no comment of a source file is wider than ${COLUMNS} columns, unless an address is in it`, async () => {
  const tooWide = (line: string): boolean => line.length > COLUMNS && /^\s*(?:\/\/|\/?\*)(?!.*https?:\/\/)/.test(line);
  await assertNoFile("src", (text) => text.split("\n").some(tooWide));
});

Deno.test("names of files and folders are snake_case, and no folder is called utils", () => {
  const wrong = SOURCES.filter((file) => {
    return !/^(?:[a-z0-9]+(?:_[a-z0-9]+)*\/)*[a-z0-9]+(?:_[a-z0-9]+)*\.ts$/.test(file) ||
      /(?:^|\/)(?:utils?|helpers?|common|misc)\//.test(file);
  });
  assert.deepEqual(wrong, []);
});

Deno.test("packages are imported by the names in deno.json, and from nowhere but npm", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const wrong = GRAPH.imports.filter(({ specifier, to }) => {
    if (!to.includes(":") || to.startsWith("node:")) return false;
    return !to.startsWith("npm:") || !Object.keys(imports).includes(packageName(specifier));
  });
  assert.deepEqual(wrong.map(show), []);
});

Deno.test("each package is used in one folder", () => {
  const packages = Map.groupBy(
    GRAPH.imports.filter(({ to }) => to.startsWith("npm:")),
    ({ specifier }) => packageName(specifier),
  );
  assert.ok(packages.size > 0);
  const spread = [...packages].filter(([, uses]) => new Set(uses.map(({ from }) => folderOf(from))).size > 1);
  assert.deepEqual(spread.map(([name, uses]) => `${name}: ${uses.map(({ from }) => from).join(", ")}`), []);
});

Deno.test("findCycle() finds a cycle, of one file as well", () => {
  const graph = (...pairs: readonly (readonly [from: string, to: string])[]): ModuleGraph => ({
    files: [...new Set(pairs.flat())],
    imports: pairs.map(([from, to]) => ({ from, to, specifier: to })),
    errors: [],
  });
  assert.deepEqual(findCycle(graph(["a", "b"], ["b", "c"], ["a", "c"])), []);
  assert.deepEqual(findCycle(graph(["a", "b"], ["b", "c"], ["c", "d"], ["d", "b"])), ["b", "c", "d", "b"]);
  assert.deepEqual(findCycle(graph(["a", "a"])), ["a", "a"]);
});

Deno.test("isBarrel() tells files that only pass on exports from those that do more", () => {
  const barrels = [
    'export * from "./a.ts";',
    '/** A. */\nexport { a, type B } from "./a.ts";\nexport type * from "./b.ts"',
  ];
  const imported = 'import { a } from "./a.ts";\nimport type { B } from "./b.ts";\nexport { a };\nexport type { B };\n';
  const others = ["", 'export const A = "b";', 'export * from "./a.ts";\nexport function b() {}', 'import "./a.ts";'];
  assert.deepEqual([...barrels, imported].filter(isBarrel), [...barrels, imported]);
  assert.deepEqual(others.filter(isBarrel), []);
});

Deno.test("withoutComments() takes comments and nothing else", () => {
  const source = 'a; // Deno.a\nb /* Deno.b\n * Deno.c */ c "//d" \'/*\' `https://${e}` f; // "g';
  const code = withoutComments(source);
  assert.equal(code.replaceAll(/ +/g, " "), "a; \nb \n c \"//d\" '/*' `https://${e}` f; ");
});

/** A room as the rules see it: `src/oci`, `src/plugins/collect`; a file at the root is its own. */
function folderOf(file: string): string {
  return /^src\/plugins\/[^/]+(?=\/)/.exec(file)?.[0] ?? /^src\/[^/]+(?=\/)/.exec(file)?.[0] ?? file;
}

function assertImports(folder: string, allowed: readonly string[]): void {
  assert.ok(GRAPH.files.some((file) => folderOf(file) === folder), `there are no files in ${folder}`);
  const wrong = GRAPH.imports.filter(({ from, to }) => {
    return folderOf(from) === folder && !to.includes(":") && !allowed.includes(folderOf(to));
  });
  assert.deepEqual(wrong.map(show), []);
}

async function assertNoFile(folder: string, isWrong: (text: string) => boolean): Promise<void> {
  const files = SOURCES.filter((file) => file.startsWith(`${folder}/`));
  assert.ok(files.length > 0, `there are no files in ${folder}`);
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(`${ROOT}${file}`)));
  assert.deepEqual(files.filter((_, at) => isWrong(texts[at] ?? "")), []);
}

async function sourceFiles(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}${folder}`)) {
    if (isDirectory) files.push(...await sourceFiles(`${folder}/${name}`));
    else if (name.endsWith(".ts")) files.push(`${folder}/${name}`);
  }
  return files.sort();
}

/** `@scope/name/sub/path` is of the package `@scope/name`. */
function packageName(specifier: string): string {
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

function show({ from, specifier }: Import): string {
  return `${from} imports ${specifier}`;
}
