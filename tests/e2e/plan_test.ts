/**
 * `gantry plan`: what it shows, and that it contacts nobody.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

const METADATA = ["--version", "1.2.3", "--source", "git@github.com:acme/app.git", "--revision", "0123456"];

Deno.test("plan shows files, rules, content, annotations with their origin, targets, tags and the digest", async () => {
  await using directory = await tempDirectory();
  await writeTree(join(directory.path, "app"), {
    ".sourceignore": "/notes/\n",
    "logo.png": "no picture\n",
    "notes/todo.md": "later\n",
    "run.sh": "#!/bin/sh\n",
    "app.yaml": "a: 1\n",
  });
  const source = join(directory.path, "app");
  const { stdout, stderr } = await gantryOk(
    ["plan", source, "oci://registry.invalid/acme/app:edge", "--profile", "flux", "--latest", ...METADATA],
    { env: { SOURCE_DATE_EPOCH: "1767323045" } },
  );
  assert.equal(stderr, "");
  assert.equal(
    stdout,
    `source   ${source}
profile  flux (chosen explicitly)

files (3 kept, 2 left out)
  + .sourceignore                           8 B
  + app.yaml                                5 B
  + run.sh                                  10 B, executable
  - logo.png                                *.png (flux defaults)
  - notes                                   /notes/ (.sourceignore:1)

content
  config                                    sha256:5b943e2b943f6c81dbbd4e2eca5121f4fcc39139e3d1219d6d89bd925b77d9fe  115 B  application/vnd.cncf.flux.config.v1+json
  layer                                     sha256:cb7f8aabe75f7c03e59b704c6e96e254d43e1d5a5f7761b7186cd6bde3ca910a  195 B  application/vnd.cncf.flux.content.v1.tar+gzip

annotations
  org.opencontainers.image.created          2026-01-02T03:04:05Z  (SOURCE_DATE_EPOCH)
  org.opencontainers.image.revision         0123456  (--revision)
  org.opencontainers.image.source           https://github.com/acme/app  (--source)
  org.opencontainers.image.version          1.2.3  (--version)

target   oci://registry.invalid/acme/app  edge, 1.2.3 (immutable), latest
digest   sha256:3b4433764676602ca84aca6ca41f35895750f2e85bfb108050a93a1a13e99b6e
`,
  );
});

for (const profile of ["generic", "flux", "timoni", "image"]) {
  Deno.test(`plan leaves out what a gantry that was killed has left, profile ${profile}`, async () => {
    await using directory = await tempDirectory();
    const id = crypto.randomUUID();
    await writeTree(directory.path, {
      "a.yaml": "a: 1\n",
      [`.gantry-pull-${id}.tmp/tree/a`]: "half of it",
      [`layout.d/.gantry-7-${id}.tmp`]: "half of it",
      [`app.tar.${id}.partial`]: "half of it",
    });
    const args = ["plan", directory.path, "oci://registry.invalid/acme/app", "--profile", profile, "-o", "json"];
    const { files } = JSON.parse((await gantryOk(args)).stdout);
    assert.deepEqual(files.map(({ path }: { readonly path: string }) => path), ["a.yaml"]);
  });
}

Deno.test("plan has the digest that push has, and push --dry-run is plan", async () => {
  await using directory = await tempDirectory();
  await writeTree(join(directory.path, "app"), { "a.yaml": "a: 1\n" });
  const source = join(directory.path, "app");
  const target = `oci-layout:${join(directory.path, "layout")}`;
  const planned = await gantryOk(["plan", source, target, "-o", "json", ...METADATA]);
  const dry = await gantryOk(["push", source, target, "--dry-run", "-o", "json", ...METADATA]);
  assert.equal(dry.stdout, planned.stdout);
  assert.deepEqual((await Array.fromAsync(Deno.readDir(directory.path))).map(({ name }) => name), ["app"]);
  const pushed = await push([source, target, ...METADATA]);
  assert.equal(JSON.parse(planned.stdout).digest, pushed.digest);
});

Deno.test("plan shows a file name that would fool a terminal with its odd characters spelled out", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "a\u202eb.yaml": "a: 1\n" });
  const { stdout } = await gantryOk(["plan", directory.path]);
  assert.ok(stdout.includes("+ a\\u202eb.yaml "), stdout);
});

Deno.test("plan says which profile it chose, why, and how to choose another", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    "module/timoni.cue": "package main\n",
    "flux/.sourceignore": "",
    "plain/a": "a\n",
  });
  const profileOf = async (name: string): Promise<readonly [string, string]> => {
    const args = ["--version", "1.0.0", "--source", "https://git.example.com/r", "--revision", "1"];
    const { stdout, stderr } = await gantryOk(["plan", join(directory.path, name), "-o", "json", ...args]);
    return [JSON.parse(stdout).profile, stderr];
  };
  const other = "; choose another with --profile\n";
  assert.deepEqual(await profileOf("module"), ["timoni", `Profile timoni: there is a timoni.cue${other}`]);
  assert.deepEqual(await profileOf("flux"), ["flux", `Profile flux: there is a .sourceignore${other}`]);
  assert.deepEqual(await profileOf("plain"), ["generic", `Profile generic: no other fits the source${other}`]);
});

Deno.test("plan warns of what a digest does not hold for, and of annotations that the profile's tools expect", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "a.yaml": "a: 1\n" });
  const warnings = async (...args: readonly string[]): Promise<string> =>
    (await gantry(["plan", directory.path, ...args])).stderr;
  assert.match(await warnings("--profile", "flux"), /warning: No source and no revision found, and flux shows them/);
  assert.doesNotMatch(await warnings("--compression-level", "1"), /digest holds/);
  assert.equal(await warnings("--profile", "image", "--compression", "none", "-q"), "");
  assert.match(await warnings("--source", "localhost"), /warning: The source "localhost" \(--source\) is no URL/);
  assert.doesNotMatch(await warnings("--source", "https://git.example.com/r.git"), /is no URL/);
});

Deno.test("plan shows the files on a terminal before it packs them, and the rest after that", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "app/a.yaml": "a: 1\n", "app/b.draft": "b: 1\n" });
  const args = ["plan", join(directory.path, "app"), "--profile", "flux", "--ignore", "*.draft", "--version", "1.0.0"];
  const plain = (await gantryOk(args)).stdout.split("\n");
  const shown = (await gantryOk(args, { columns: 80 })).stdout.split("\n");
  // On a terminal what matters least of a blob has no place, and names are followed by their values.
  const words = (lines: readonly string[]): readonly string[] =>
    lines.map((line) => line.replace(/^( {2}(?:config|layer) +)sha256:\S+ +/, "$1").replaceAll(/ +/g, " ")).toSorted();
  assert.deepEqual(words(shown), words(plain));
  assert.ok(shown.indexOf("content") > shown.findIndex((line) => line.includes("b.draft")));
});

Deno.test("plan shows on a terminal what a step before the archive has left", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    "app/a.yaml": "a: 1\n",
    "app/b.yaml": "b: 1\n",
    "app/gantry.json": JSON.stringify({ pipeline: { custom: [{ before: "archive", use: "./drop.ts" }] } }),
    "app/drop.ts": `export default (kit) => kit.plugin({
      name: "test:drop", version: "1.0.0", apiVersion: 1, stage: "before:archive",
      options: kit.z.strictObject({}),
      run: ({ entries }) => ({ entries: entries.filter(({ path }) => path !== "b.yaml") }),
    });`,
  });
  const config = join(directory.path, "app/gantry.json");
  const args = ["plan", join(directory.path, "app"), "--profile", "generic", "--config", config];
  const { stdout } = await gantryOk(args, { columns: 80 });
  assert.match(stdout, /^ {2}\+ b\.yaml.*^ {2}- b\.yaml +left out by/ms);
});

Deno.test("plan --no-digest shows the same files, and packs nothing", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "app/a.yaml": "a: 1\n", "app/b.draft": "b: 1\n" });
  const args = ["plan", join(directory.path, "app"), "--profile", "flux", "--ignore", "*.draft"];
  const { files, dropped } = JSON.parse((await gantryOk([...args, "-o", "json"])).stdout);
  const planned = JSON.parse((await gantryOk([...args, "--no-digest", "-o", "json"])).stdout);
  assert.deepEqual(planned, {
    source: join(directory.path, "app"),
    profile: "flux",
    profileBecause: "chosen explicitly",
    files,
    dropped,
  });
  const { stdout } = await gantryOk([...args, "--no-digest"]);
  assert.match(stdout, /^files \(1 kept, 1 left out\)\n {2}\+ a\.yaml/m);
  assert.doesNotMatch(stdout, /sha256|content/);
});
