/** `gantry init`: what it writes fits, and `plan` works right after it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parseConfig } from "../../src/cli/config/parse_config.ts";
import { gantry, gantryOk } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const REMOTE = '[remote "origin"]\n\turl = git@github.com:Acme/App.git\n';

/** An example, the flags, and the profile that is written. */
const EXAMPLES: readonly (readonly [source: string, flags: readonly string[], profile: string, because: string])[] = [
  ["flux", [], "flux", "there is a .sourceignore"],
  ["timoni", [], "timoni", "there is a timoni.cue"],
  ["cue", [], "cue", "there is a cue.mod/module.cue"],
  ["helm", [], "helm", "there is a Chart.yaml"],
  ["opentofu", [], "opentofu", "there is a main.tf"],
  ["plain", [], "generic", "no other fits the source"],
  ["plain", ["--profile", "image"], "image", "chosen explicitly"],
];

for (const [source, flags, profile, because] of EXAMPLES) {
  Deno.test(`init writes a configuration for examples/${source} that plan takes as ${profile}`, async () => {
    await using directory = await tempDirectory();
    const copy = join(directory.path, "source");
    await copyTree(join(ROOT, "examples", source), copy);
    const before = await planned(copy, "--profile", profile);
    const { stdout, stderr } = await gantryOk(["init", copy, ...flags]);
    assert.equal(stdout, `${join(copy, "gantry.jsonc")}\n`);
    const more = flags.length === 0 ? "; choose another with --profile" : "";
    assert.ok(stderr.startsWith(`Profile ${profile}: ${because}${more}\n`), stderr);
    assert.match(stderr, /^`gantry plan .*source --config .*gantry\.jsonc` shows/m);
    const after = await planned(copy, ...configIn(copy));
    assert.equal(after.profile, profile);
    assert.equal(after.digest, before.digest, "the configuration itself is not published");
  });
}

/** Nothing but what Compose reads. */
const PROJECT = { "compose.yaml": "services: { a: { image: a } }\n", "a.env": "" };

Deno.test("init and push choose the same profile, for the same reason", async () => {
  await using directory = await tempDirectory();
  const trees: readonly Readonly<Record<string, string>>[] = [
    {},
    { ".sourceignore": "" },
    { "timoni.cue": "" },
    { "kustomization.yaml": "" },
    { "Chart.yaml/a": "" },
    { "main.tf": "" },
    { "a.rego": "package a\n" },
    { "a.rego": "package a\n", ".manifest": "{}" },
    { "cue.mod/module.cue": 'module: "acme.example/a@v0"\nlanguage: version: "v0.9.0"\nsource: kind: "self"\n' },
  ];
  for (const [at, tree] of [...trees.map((tree) => ({ "a.yaml": "", ...tree })), PROJECT].entries()) {
    const path = join(directory.path, String(at));
    await writeTree(path, tree);
    // Some are found by their versions alone.
    const { stderr } = await gantryOk([
      "push",
      path,
      `oci-layout:${join(directory.path, `out${at}`)}`,
      "--version",
      "0.1.0",
    ]);
    const { profile, profileBecause } = JSON.parse((await gantryOk(["init", path, "-o", "json"])).stdout);
    const line = `Profile ${profile}: ${profileBecause}; choose another with --profile`;
    assert.ok(stderr.split("\n").includes(line), stderr);
  }
});

Deno.test("init says the next command, and that works as it stands", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "my module");
  await writeTree(path, { "a.yaml": "a: 1\n" });
  const { stderr } = await gantryOk(["init", path]);
  const [, line = ""] = /^`gantry (.*)` shows what a push would publish$/m.exec(stderr) ?? [];
  assert.equal(line, `plan '${path}' --config '${path}/gantry.jsonc'`);
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  const planned = await gantryOk(words);
  assert.match(planned.stdout, /^ *\+ a\.yaml/m);
});

Deno.test("init suggests the registry of the remote's host, with a part for a directory below the root", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { ".git/HEAD": "", ".git/config": REMOTE, "a.yaml": "", "Deploy/b.yaml": "" });
  await gantryOk(["init", directory.path]);
  await gantryOk(["init", join(directory.path, "Deploy")]);
  assert.deepEqual((await planned(directory.path, ...configIn(directory.path))).targets, [{
    url: "oci://ghcr.io/acme/app",
    tags: [],
  }]);
  const part = join(directory.path, "Deploy");
  assert.deepEqual((await planned(part, ...configIn(part))).targets, [
    { url: "oci://ghcr.io/acme/app/deploy", tags: [] },
  ]);
});

/** The directory is none in which the tests run. */
function configIn(directory: string): readonly [flag: string, path: string] {
  return ["--config", join(directory, "gantry.jsonc")];
}

const REMOTES: readonly (readonly [config: string, target: string | undefined])[] = [
  ['[remote "origin"]\nurl = https://bot:hunter2@gitlab.com/a/b/c.git', "oci://registry.gitlab.com/a/b/c"],
  ['[remote "origin"]\nurl = https://git.acme.example/a/b', undefined],
  ['[remote "origin"]\nurl = https://github.com/a_-_b/--', undefined],
  ['[remote "origin"]\nurl = ../elsewhere', undefined],
  ["[broken", undefined],
  ["", undefined],
];

for (const [config, target] of REMOTES) {
  Deno.test(`init suggests ${target ?? "no target"} for ${JSON.stringify(config.slice(-40))}`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, { ".git/HEAD": "", ".git/config": config, "a.yaml": "" });
    const { stdout } = await gantryOk(["init", directory.path, "-o", "json"]);
    assert.deepEqual(JSON.parse(stdout), {
      directory: directory.path,
      profile: "generic",
      profileBecause: "no other fits the source",
      ...(target === undefined ? {} : { target }),
      written: [join(directory.path, "gantry.jsonc")],
    });
    const text = await Deno.readTextFile(join(directory.path, "gantry.jsonc"));
    assert.deepEqual(parseConfig(text, { path: "gantry.jsonc" }).config.targets, target && [target]);
    assert.doesNotMatch(text, /hunter2/);
  });
}

Deno.test("init writes suggestions that hold as they stand", async () => {
  await using directory = await tempDirectory();
  await gantryOk(["init", directory.path]);
  const text = await Deno.readTextFile(join(directory.path, "gantry.jsonc"));
  const fields = text.match(/^ {2}\/\/ "/gm)?.length ?? 0;
  const { config } = parseConfig(text.replaceAll(/^ {2}\/\/ "/gm, '  "'), { path: "gantry.jsonc" });
  assert.equal(Object.keys(config).length, fields + 2);
});

Deno.test("init writes an ignore file of what is there and seldom meant", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    ".env": "SECRET=1",
    ".github/workflows/ci.yml": "",
    ".gitignore": "",
    "a.yaml": "",
  });
  const { stdout } = await gantryOk(["init", directory.path]);
  assert.equal(stdout, `${join(directory.path, "gantry.jsonc")}\n${join(directory.path, ".gantryignore")}\n`);
  const { files, dropped } = await planned(directory.path, ...configIn(directory.path));
  assert.deepEqual(files.map(({ path }) => path), ["a.yaml"]);
  assert.deepEqual(dropped.map(({ path }) => path).sort(), [
    ".env",
    ".gantryignore",
    ".github",
    ".gitignore",
    "gantry.jsonc",
  ]);
});

Deno.test("init leaves out what npm has installed, also beside an ignore file of the user's own", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    ".gantryignore": "*.md\n",
    "a.yaml": "",
    "node_modules/zod/index.js": "",
    "web/node_modules/a.js": "",
  });
  const { stderr } = await gantryOk(["init", directory.path]);
  assert.match(stderr, /^gantry\.jsonc leaves out node_modules\/$/m);
  const { files } = await planned(directory.path, ...configIn(directory.path));
  assert.deepEqual(files.map(({ path }) => path), ["a.yaml"]);
});

Deno.test("init replaces nothing unless it is forced", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { ".env": "", ".gantryignore": "mine\n", "gantry.jsonc": "{}" });
  const config = join(directory.path, "gantry.jsonc");
  const refused = await gantry(["init", directory.path]);
  assert.equal(refused.code, 2);
  assert.equal(refused.stdout, "");
  assert.equal(
    refused.stderr,
    `error: Cannot write ${JSON.stringify(config)}: it exists, and only --force replaces it\n`,
  );
  assert.equal(await Deno.readTextFile(config), "{}");

  await Deno.remove(config);
  await gantryOk(["init", directory.path]);
  assert.equal(await Deno.readTextFile(join(directory.path, ".gantryignore")), "mine\n");

  await gantryOk(["init", directory.path, "--force", "--profile", "flux"]);
  assert.match(await Deno.readTextFile(config), /"profile": "flux"/);
  assert.match(await Deno.readTextFile(join(directory.path, ".gantryignore")), /^\.env$/m);
});

Deno.test("init refuses what is no directory, and a directory with a configuration under another name", async () => {
  await using directory = await tempDirectory();
  for (const name of ["gantry.json", "gantry.yaml", "gantry.yml"]) {
    await writeTree(join(directory.path, name), { [name]: "" });
    const other = await gantry(["init", join(directory.path, name), "--force"]);
    assert.equal(other.code, 2);
    assert.match(other.stderr, /^error: Cannot write a gantry\.jsonc: there is ".*gantry\.(?:json|ya?ml)" already\n$/);
    assert.deepEqual([...Deno.readDirSync(join(directory.path, name))].map((entry) => entry.name), [name]);
  }
  for (const path of ["nowhere", "gantry.yaml/gantry.yaml"]) {
    const { code, stderr } = await gantry(["init", join(directory.path, path)]);
    assert.equal(code, 2);
    assert.match(stderr, /^error: Cannot write into "/);
  }
});

interface Planned {
  readonly profile: string;
  readonly digest: string;
  readonly files: readonly { readonly path: string }[];
  readonly dropped: readonly { readonly path: string }[];
  readonly targets: readonly unknown[];
}

async function planned(source: string, ...args: readonly string[]): Promise<Planned> {
  return JSON.parse((await gantryOk(["plan", source, "-o", "json", ...args])).stdout);
}

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (isSymlink) await Deno.symlink(await Deno.readLink(source), target);
    else if (isDirectory) await copyTree(source, target);
    else await Deno.copyFile(source, target);
  }
}
