import assert from "node:assert/strict";
import { join } from "node:path";
import { refusedPush } from "./refused_push.ts";
import { readModuleFile } from "../../src/profiles/cue/module_file.ts";
import { gantry, gantryOk } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

const MODULE_FILE = 'module: "example.com/greet@v1"\nlanguage: version: "v0.15.0"\nsource: kind: "self"\n';
const MODULE = {
  "cue.mod/module.cue": MODULE_FILE,
  "greet.cue": "package greet\n",
  "lib/lib.cue": "package lib\n",
  "LICENSE": "Apache-2.0\n",
};

interface Plan {
  readonly profile: string;
  readonly profileBecause: string;
  readonly config: { readonly mediaType: string; readonly size: number };
  readonly layers: readonly { readonly mediaType: string; readonly size: number }[];
  readonly dropped: readonly { readonly path: string; readonly reason: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly digest: string;
}

async function plan(...args: readonly string[]): Promise<{ readonly stderr: string; readonly report: Plan }> {
  const { stdout, stderr } = await gantryOk(["plan", ...args, "-o", "json"]);
  return { stderr, report: JSON.parse(stdout) };
}

Deno.test("the profile cue makes a zip and the module file of a module, always the same", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, MODULE);
  const args = [directory.path, "--version", "1.2.0"];
  const { report, stderr } = await plan(...args);
  assert.deepEqual([report.profile, report.profileBecause], ["cue", "there is a cue.mod/module.cue"]);
  assert.equal(stderr, "Profile cue: there is a cue.mod/module.cue; choose another with --profile\n");
  assert.deepEqual([report.config.mediaType, report.config.size], ["application/vnd.cue.module.v1+json", 2]);
  assert.deepEqual(report.layers.map(({ mediaType }) => mediaType), [
    "application/zip",
    "application/vnd.cue.modulefile.v1",
  ]);
  assert.equal(report.layers[1]?.size, MODULE_FILE.length);
  assert.deepEqual(report.tags.map(({ name }) => name), ["v1.2.0"]);
  assert.equal(report.digest, "sha256:4b0854d11b999b4d06d15f5617eb0ab194302592fd327de75d600ade31fa6c84");
  const judged = JSON.parse((await gantryOk(["plan", ...args, "--for", "cue", "-o", "json"])).stdout);
  assert.equal(judged.consumers[0].accepted, true);
});

Deno.test("the profile cue publishes to the repository that the module's path names", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, MODULE);
  for (const target of ["oci://localhost:1/modules", "oci://localhost:1/modules/example.com/greet"]) {
    const { stdout } = await gantryOk(["plan", directory.path, target, "--version", "1.0.0", "-o", "json"]);
    assert.match(stdout, /localhost:1\/modules\/example\.com\/greet"/, target);
  }
});

Deno.test("the profile cue leaves out what no published module has", async () => {
  await using directory = await tempDirectory();
  const extra = { "cue.mod/local-module.cue": "", "cue.mod/vendor/a/a.cue": "", ".hg_archival.txt": "" };
  await writeTree(directory.path, { ...MODULE, ...extra });
  const { report } = await plan(directory.path, "--version", "1.2.0");
  assert.deepEqual(report.dropped, [
    { path: ".hg_archival.txt", reason: "/.hg_archival.txt (cue profile)" },
    { path: "cue.mod/local-module.cue", reason: "/cue.mod/local-module.cue (cue profile)" },
    { path: "cue.mod/vendor", reason: "/cue.mod/vendor/ (cue profile)" },
  ]);
});

Deno.test("a module of Timoni stays one, and a module of CUE with files of OpenTofu is for CUE", async () => {
  await using directory = await tempDirectory();
  await writeTree(join(directory.path, "timoni"), { ...MODULE, "timoni.cue": "" });
  await writeTree(join(directory.path, "both"), { ...MODULE, "main.tf": "" });
  assert.equal((await plan(join(directory.path, "timoni"))).report.profile, "timoni");
  assert.equal((await plan(join(directory.path, "both"))).report.profile, "cue");
});

const at = (text: string): string => `cue.mod/module.cue:${text}`;
const file = (text: string): Readonly<Record<string, string>> => ({ "cue.mod/module.cue": text });
const LANGUAGE = 'language: version: "v0.15.0"\n';
const NAMED = `module: "example.com/greet@v1"\n${LANGUAGE}`;
const WRONG: Readonly<Record<string, readonly [files: Readonly<Record<string, string>>, said: string]>> = {
  "no module file": [{ "a.cue": "" }, "there is no cue.mod/module.cue in "],
  "no module": [file(LANGUAGE), at('1: the field "module" is missing')],
  "a module without a major version": [
    file(`${LANGUAGE}module: "example.com/greet"\n`),
    at('2: the module must be a path and a major version, such as "example.com/module@v1"'),
  ],
  "a module without a domain": [
    file(`module: "greet@v1"\n${LANGUAGE}`),
    at('1: the module path "greet" does not begin with a domain, such as example.com'),
  ],
  "a module that is no repository": [
    file(`module: "example.com/Greet@v1"\n${LANGUAGE}`),
    at('1: the module path "example.com/Greet" is none that a repository can be called by'),
  ],
  "another major version": [file('module: "example.com/greet@v2"\n' + LANGUAGE), at("1: it is example.com/greet@v2, ")],
  "no version of the language": [file('\nmodule: "example.com/greet@v1"\n'), at("1: the version of the language is")],
  "a version of the language without a v": [
    file('module: "example.com/greet@v1"\nlanguage: {\n\tversion: "0.15.0"\n}\n'),
    at('3: the version of the language must be SemVer with a "v"'),
  ],
  "a dependency that is replaced": [
    file(`${NAMED}deps: "example.com/a@v0": {\n\tv: "v0.1.0"\n\treplaceWith: "./a"\n}\n`),
    at('5: the dependency "example.com/a@v0" is replaced, and a module that is published replaces none'),
  ],
  "a dependency of another major version": [
    file(`${NAMED}deps: "example.com/a@v0": v: "v1.1.0"\n`),
    at('3: the dependency "example.com/a@v0" is of another major version than "v1.1.0"'),
  ],
  "an expression": [file(`${NAMED}custom: x: 1 + 1\n`), at('3: a module file is fields with plain values, and "+" is')],
  "a text without an end": [file('module: "example.com\n'), at("1: a text has no end")],
  "a brace without an end": [file(`language: {\n\tversion: "v0.15.0"\n`), at('1: there is no "}" for the "{"')],
  "the same field twice": [file(`${NAMED}module: "example.com/b@v1"\n`), at('3: "module" is there twice')],
  "cue.mod twice": [
    { ...MODULE, "sub/cue.mod/module.cue": NAMED },
    'CUE refuses a cue.mod anywhere but at the root: "sub/cue.mod/module.cue"',
  ],
  "cue.mod in other letters": [
    { ...MODULE, "CUE.mod/a.cue": "" },
    'CUE refuses what is there twice, or differs in upper and lower case only: "CUE.mod/", "cue.mod/"',
  ],
  "names that differ in letter case": [
    { ...MODULE, "lib/Lib.cue": "" },
    'CUE refuses what is there twice, or differs in upper and lower case only: "lib/Lib.cue", "lib/lib.cue"',
  ],
  "a name that is not the same everywhere": [
    { ...MODULE, "a:b.cue": "" },
    'CUE refuses paths that are not the same on every system: "a:b.cue"',
  ],
};
for (const [what, [files, said]] of Object.entries(WRONG)) {
  Deno.test(`push refuses a module of CUE with ${what}, and contacts nobody`, async () => {
    const stderr = await refusedPush(files, "cue");
    assert.ok(stderr.includes(`error: Cannot publish the module: ${said}`), stderr);
  });
}

Deno.test("push refuses what is over the limits of CUE before it is read", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, MODULE);
  for (
    const [name, size, said] of [
      ["LICENSE", 16 * 1024 * 1024 + 1, 'a module.cue and a LICENSE over 16 MiB: "LICENSE"'],
      ["large.bin", 500 * 1024 * 1024, "modules over 500 MiB"],
    ] as const
  ) {
    await Deno.truncate(join(directory.path, "LICENSE"), 10);
    await Deno.writeTextFile(join(directory.path, name), "");
    await Deno.truncate(join(directory.path, name), size);
    const { code, stderr } = await gantry(["plan", directory.path, "--profile", "cue", "--version", "1.0.0"]);
    assert.equal(code, 2);
    assert.ok(stderr.startsWith(`error: Cannot publish the module: CUE refuses ${said}\n`), stderr);
  }
});

Deno.test("push refuses a module of CUE that is no directory", async () => {
  await using directory = await tempDirectory();
  await Deno.writeTextFile(join(directory.path, "module.zip"), "");
  for (
    const [source, named] of [["-", "standard input"], [join(directory.path, "module.zip"), '".*module.zip"']] as const
  ) {
    const { code, stderr } = await gantry(["plan", source, "--profile", "cue", "--version", "1.0.0"]);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`^error: Cannot publish the module: ${named} is no directory, and its path`));
  }
});

Deno.test("push refuses a module of CUE without a version, which nobody could find", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, MODULE);
  const layout = join(directory.path, "layout");
  for (const tags of [[], ["-t", "edge"], ["-t", "1.2.0"]]) {
    const { code, stderr } = await gantry(["push", directory.path, `oci-layout:${layout}`, ...tags]);
    assert.equal(code, 2);
    assert.match(stderr, /error: Cannot publish to oci-layout:.* without a name: .* give one with --version$/m);
  }
  await assert.rejects(Deno.stat(layout), Deno.errors.NotFound);
  await gantryOk(["push", directory.path, `oci-layout:${layout}`, "-t", "v1.2.0"]);
});

Deno.test("readModuleFile() reads every way to write the same data", () => {
  const ways = [
    NAMED,
    `// A comment\npackage config\n\n${NAMED}`,
    "{}\n".slice(3) +
    '"module": "example.com/greet@v1", language: {version: "v0.15.0-rc.1"}, custom: "legacy": {a: [1, -2, {b: null}], c: true}\n',
    `${NAMED}@extern(x)\ndescription: """\n\tseveral { lines "\n\t"""\nsource: kind: "git" @a(b)\n`,
    `${NAMED}deps: {\n\t"example.com/a@v0": {\n\t\tv: "v0.1.0"\n\t\tdefault: true\n\t}\n\t"b.dev/x@v10": v: "v10.0.0"\n}\ncustom: "x.dev": {a: #"raw "text""#, b: 'bytes'}\n`,
    'module: "example.com/greet@v1"\r\nlanguage: {\r\n\tversion: "v0.15.0"\r\n}\r\n',
    `language: {}\n${NAMED}`,
  ];
  for (const text of ways) {
    const { path, major } = readModuleFile(new TextEncoder().encode(text));
    assert.deepEqual([path, major], ["example.com/greet", 1], text);
  }
});
