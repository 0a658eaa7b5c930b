/** The pipeline that flags and configuration come to, and who decided each part. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const FILTER = `export default (kit) => kit.plugin({
  name: "acme:drop", version: "2.0.0", apiVersion: 1, stage: "filter",
  options: kit.z.strictObject({ suffix: kit.z.string().default(".md") }), env: ["SCAN_TOKEN"],
  run: ({ entries }, { suffix }, { env, log, plugin }) => {
    log.info(plugin.id + " has " + env.SCAN_TOKEN);
    const drop = entries.filter(({ path }) => path.endsWith(suffix));
    return { drop: drop.map(({ path }) => ({ path, reason: plugin.id + " " + suffix })) };
  },
});
`;
const FILES = { "source/a.yaml": "a: 1\n", "source/b.md": "b\n", "source/c.txt": "c\n", "drop.mjs": FILTER };

/** The configuration, the flags, and the stages with the plugins in them and who decided each. */
const CASES: readonly (readonly [
  what: string,
  config: object,
  flags: readonly string[],
  stages: Readonly<Record<string, readonly string[]>>,
])[] = [
  ["nothing but defaults", {}, [], {
    collect: ["directory: default"],
    filter: ["ignore: default"],
    archive: ["generic: profile generic: no other fits the source"],
    annotate: ["static: default", "env: default", "git: default"],
    upload: [],
    tag: [],
  }],
  ["flags", { profile: "flux" }, ["--version", "1.0.0", "--latest", "-t", "x", "-a", "a=b", "--ignore", "y"], {
    filter: ["ignore: default, --ignore"],
    archive: ["flux: profile flux"],
    annotate: ["static: --annotation, --version", "env: default", "git: default"],
    tag: ["version: --version", "static: --tag", "latest: --latest"],
  }],
  [
    "lists in the place of defaults, after what flags say",
    {
      pipeline: {
        filter: ["./drop.mjs"],
        annotate: ["git"],
        tag: ["latest", ["static", { tags: ["y"] }]],
      },
    },
    ["--version", "1.0.0", "-t", "x"],
    {
      filter: ["ignore: default", "acme:drop: FILE:5:7"],
      annotate: ["static: --version", "git: FILE:8:7"],
      tag: ["version: --version", "static: --tag", "latest: FILE:11:7", "static#2: FILE:12:7"],
    },
  ],
  [
    "the place of what a list names",
    {
      pipeline: {
        filter: ["./drop.mjs", ["ignore", { patterns: ["x"] }], { use: "./drop.mjs", id: "again" }, "./drop.mjs"],
        annotate: [["static", { c: "d" }], "env"],
        tag: ["version"],
      },
    },
    ["-a", "a=b", "--ignore", "z"],
    {
      filter: ["acme:drop: FILE:5:7", "ignore: FILE:6:7, --ignore", "again: FILE:14:7", "acme:drop#2: FILE:18:7"],
      annotate: ["static: FILE:21:7, --annotation", "env: FILE:27:7"],
      tag: ["version: FILE:30:7"],
    },
  ],
  ["--no-latest over a list", { version: "1.0.0", pipeline: { tag: ["version", "latest"] } }, ["--no-latest"], {
    tag: ["version: FILE:6:7"],
  }],
  ["an archive plugin that is the profile", { pipeline: { archive: ["image"] } }, [], { archive: ["image: FILE:5:7"] }],
  ["--profile over an archive plugin", { pipeline: { archive: ["image"] } }, ["--profile", "flux"], {
    archive: ["flux: profile flux"],
  }],
  ["fields of the file itself", { version: "1.0.0", tags: ["x"], latest: true, annotations: { a: "b" } }, [], {
    annotate: ["static: CONFIG", "env: default", "git: default"],
    tag: ["version: FILE:3:14", "static: FILE:4:11", "latest: FILE:7:13"],
  }],
];

for (const [what, config, flags, expected] of CASES) {
  Deno.test(`plan --stages shows ${what}`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "gantry.json");
    const text = JSON.stringify({ source: "./source", ...config }, undefined, 2);
    await writeTree(directory.path, { ...FILES, "gantry.json": text });
    const { stdout } = await gantryOk(["plan", "--stages", "--config", path, "-o", "json", ...flags]);
    const plugins: readonly { stage: string; id: string; decidedBy: string }[] = JSON.parse(stdout).plugins;
    for (const [stage, lines] of Object.entries(expected)) {
      const found = plugins.filter((plugin) => plugin.stage === stage).map(({ id, decidedBy }) =>
        `${id}: ${decidedBy}`
      );
      assert.deepEqual(found, lines.map((line) => line.replaceAll("FILE", path).replaceAll("CONFIG", path)));
    }
  });
}

Deno.test("plan --stages writes a table, and runs nothing", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "gantry.json");
  await writeTree(directory.path, {
    ...FILES,
    "gantry.json": JSON.stringify({ source: "./source", pipeline: { filter: ["./drop.mjs"] } }),
  });
  const { stdout, stderr } = await gantryOk([
    "plan",
    `oci-layout:${join(directory.path, "out")}`,
    "--stages",
    "--config",
    path,
  ]);
  assert.doesNotMatch(stderr, /SCAN|has undefined/);
  const lines = stdout.trimEnd().split("\n").map((line) => line.split(/ {2,}/));
  assert.deepEqual(lines[0], ["STAGE", "PLUGIN", "FROM", "TARGET", "DECIDED BY"]);
  assert.deepEqual(lines[3]?.slice(0, 2), ["filter", "acme:drop"]);
  assert.match(lines[3]?.[2] ?? "", /drop\.mjs \(2\.0\.0\)$/);
  assert.ok(stdout.includes(`oci-layout:${join(directory.path, "out")}`));
});

Deno.test("the pipeline runs in the order of --stages, with options of the file and of the flags", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "gantry.json");
  const pipeline = {
    filter: ["./drop.mjs", ["./drop.mjs", { suffix: ".txt" }], ["ignore", { patterns: ["*.yaml", "!a.yaml"] }]],
    archive: [["generic", { compression: "none", artifactType: "application/vnd.acme.v1" }]],
    annotate: [["static", { a: "file", b: "file" }]],
  };
  await writeTree(directory.path, {
    ...FILES,
    "source/d.yaml": "",
    "gantry.json": JSON.stringify({ source: "./source", pipeline }),
  });
  const args = ["plan", "--config", path, "-a", "a=flag", "--artifact-type", "application/vnd.acme.v2", "-o", "json"];
  const { stdout, stderr } = await gantryOk(args, { env: { SCAN_TOKEN: "hunter2", OTHER: "x" } });
  const plan = JSON.parse(stdout);
  assert.deepEqual(plan.files.map(({ path }: { path: string }) => path), ["a.yaml"]);
  assert.deepEqual(plan.dropped, [
    { path: "b.md", reason: "acme:drop .md (acme:drop)" },
    { path: "c.txt", reason: "acme:drop#2 .txt (acme:drop#2)" },
    { path: "d.yaml", reason: `*.yaml (${path}:1:90)` },
  ]);
  assert.deepEqual(plan.annotations, {
    a: { value: "flag", from: "--annotation" },
    b: { value: "file", from: `${path}:1:236` },
  });
  assert.equal(plan.artifactType, "application/vnd.acme.v2");
  assert.match(plan.layers[0].mediaType, /tar$/);
  assert.match(stderr, /^acme:drop: acme:drop has \*\*\*$/m);
});

Deno.test("code runs only from a configuration that was named, or that lies where the user works", async () => {
  await using directory = await tempDirectory();
  const config = JSON.stringify({ pipeline: { filter: ["../drop.mjs"] } });
  await writeTree(directory.path, { ...FILES, "source/gantry.json": config });
  const source = join(directory.path, "source");
  const path = join(source, "gantry.json");
  const found = await gantry(["plan", source]);
  assert.equal(found.code, 2);
  assert.equal(
    found.stderr.split("\n").at(-2),
    `error: Cannot use configuration file ${JSON.stringify(path)}: it lies neither in the current directory nor in ` +
      `the git repository around it; pass --config ${path} when you trust it, or --no-config`,
  );
  const named = await gantryOk(["plan", source, "--config", path]);
  assert.match(named.stderr, /^Plugins of .*gantry\.json: .*drop\.mjs$/m);
  const without = await gantryOk(["plan", source, "--no-config", "-o", "json"]);
  assert.equal(JSON.parse(without.stdout).files.length, 3);
  assert.doesNotMatch(without.stderr, /Plugins of|Configuration:/);
});

const REFUSED: readonly (readonly [what: string, pipeline: object, flags: readonly string[], message: RegExp])[] = [
  [
    "a built-in plugin in the list of another stage",
    { filter: ["git"] },
    [],
    /"pipeline\.filter\[0\]": plugin git stands at "annotate" and not at "filter": it belongs into "pipeline\.annotate"$/m,
  ],
  [
    "a plugin beside the stage that it says",
    { custom: [{ after: "archive", use: "./drop.mjs" }] },
    [],
    /"pipeline\.custom\[0\]": plugin acme:drop stands at "filter" and not at "after:archive": it belongs into "pipeline\.filter"$/m,
  ],
  [
    "the same id twice",
    { filter: [{ use: "./drop.mjs", id: "a" }, { use: "./drop.mjs", id: "a" }] },
    [],
    /"pipeline\.filter\[1\]": there is another plugin of filter with the id "a"$/m,
  ],
  [
    "options of built-in plugins that they do not have, all at once",
    {
      collect: [["directory", { symlink: "skip" }]],
      archive: [["flux", { compressionLevel: 10 }]],
      tag: [["static", {}]],
    },
    [],
    /"pipeline\.collect\[0\]\[1\]\.symlink": .*did you mean "symlinks"\?\n.*"pipeline\.archive\[0\]\[1\]\.compressionLevel": .*\n.*"pipeline\.tag\[0\]\[1\]\.tags": is missing\n/,
  ],
  [
    "options of a kind of target that is not among the targets, and two entries for one kind",
    { upload: [["registry", { concurency: 2 }], "oci-layout", "oci-layout"] },
    [],
    /"pipeline\.upload\[0\]\[1\]\.concurency": .*did you mean "concurrency"\?\n.*"pipeline\.upload\[2\]": says for the second time how oci-layout targets are reached$/m,
  ],
  [
    "a source and a time in a list that could not be published, without showing them",
    {
      annotate: [
        ["static", { "org.opencontainers.image.source": "https://x/y@hunter2" }],
        ["static", { "org.opencontainers.image.created": "now" }],
      ],
    },
    [],
    /^(?!.*hunter2).*"pipeline\.annotate\[0\]": the source must be the URL of a repository.*\n.*"pipeline\.annotate\[1\]": .*"now"/m,
  ],
  [
    "an archive plugin of one's own together with --profile",
    { archive: ["./drop.mjs"] },
    ["--profile", "flux"],
    /^error: Cannot use profile "flux" together with the archive plugin .*drop\.mjs \(.*gantry\.json:1:\d+\): it packs by itself$/m,
  ],
  [
    "a compression together with an archive plugin of one's own, which would not hear of it",
    { archive: ["./drop.mjs"] },
    ["--compression", "zstd"],
    /^error: Cannot use "compression" together with the archive plugin .*drop\.mjs \(.*\): it packs by itself$/m,
  ],
];

for (const [what, pipeline, flags, message] of REFUSED) {
  Deno.test(`plan refuses ${what}`, async () => {
    await using directory = await tempDirectory();
    const config = JSON.stringify({ source: "./source", pipeline });
    await writeTree(directory.path, { ...FILES, "gantry.json": config });
    const { code, stderr } = await gantry(["plan", "--config", join(directory.path, "gantry.json"), ...flags]);
    assert.equal(code, 2);
    assert.match(stderr, message);
  });
}

Deno.test("a source that is written in a list loses its credentials, as that of a flag does", async () => {
  await using directory = await tempDirectory();
  const pipeline = {
    annotate: [["static", { "org.opencontainers.image.source": "https://me:hunter2@git.example/a/b.git" }]],
  };
  await writeTree(directory.path, { ...FILES, "gantry.json": JSON.stringify({ source: "./source", pipeline }) });
  const { stdout } = await gantryOk(["plan", "--config", join(directory.path, "gantry.json"), "-o", "json"]);
  assert.equal(JSON.parse(stdout).annotations["org.opencontainers.image.source"].value, "https://git.example/a/b.git");
});

Deno.test("one entry says how several registries are reached, and flags win over it", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "gantry.json");
  await writeTree(directory.path, {
    ...FILES,
    "gantry.json": JSON.stringify({
      source: "./source",
      targets: ["oci://localhost:1/a", "oci://localhost:1/b", "oci-layout:./out"],
      pipeline: { upload: [{ use: "registry", id: "mine", options: { concurrency: 2 } }] },
    }),
  });
  const { stdout } = await gantryOk(["plan", "--stages", "--config", path, "-o", "json", "--concurrency", "3"]);
  const uploads = JSON.parse(stdout).plugins.filter(({ stage }: { stage: string }) => stage === "upload");
  assert.deepEqual(uploads.map(({ id, target }: { id: string; target: string }) => [id, target]), [
    ["registry", "oci://localhost:1/a"],
    ["registry#2", "oci://localhost:1/b"],
    ["oci-layout", `oci-layout:${join(directory.path, "out")}`],
  ]);
});

Deno.test("diff compares with what the plugins of the directory's configuration would publish", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    ...FILES,
    "gantry.json": JSON.stringify({ pipeline: { filter: ["./drop.mjs"] } }),
    "left/a.yaml": "a: 1\n",
    "left/c.txt": "c\n",
  });
  const config = ["--config", join(directory.path, "gantry.json")];
  await gantryOk(["diff", join(directory.path, "left"), join(directory.path, "source"), ...config]);
});

Deno.test("a version that a plugin has found is a tag where the list names it, and push says when nothing does", async () => {
  await using directory = await tempDirectory();
  const finder = (value: string): string =>
    `export default (kit) => kit.plugin({
      name: "acme:found", version: "1.0.0", apiVersion: 1, stage: "annotate", options: kit.z.strictObject({}),
      run: () => ({ set: { "org.opencontainers.image.version": "${value}" } }),
    });`;
  const pushed = async (value: string, tag: readonly string[], content = "a"): ReturnType<typeof gantry> => {
    await writeTree(directory.path, {
      "source/a.yaml": content,
      // A module is loaded once in a process, so each version needs a file of its own.
      [`${value}.mjs`]: finder(value),
      "gantry.json": JSON.stringify({ source: "./source", pipeline: { annotate: [`./${value}.mjs`], tag } }),
    });
    const target = `oci-layout:${join(directory.path, "out")}`;
    return await gantry(["push", target, "--config", join(directory.path, "gantry.json"), "-o", "json"]);
  };
  const tagsIn = (stdout: string): unknown => JSON.parse(stdout).targets[0].tags;

  const silent = await pushed("3.4.5", []);
  assert.deepEqual(tagsIn(silent.stdout), []);
  assert.match(silent.stderr, /^The version 3\.4\.5, which acme:found gives, is no tag: "version" in the list "tag" /m);

  const tagged = await pushed("3.4.5", ["version", "latest"]);
  assert.deepEqual(tagsIn(tagged.stdout), ["3.4.5", "latest"]);
  assert.doesNotMatch(tagged.stderr, /is no tag/);

  const moved = await pushed("3.4.5", ["version"], "b");
  assert.equal(moved.code, 1);
  assert.match(moved.stderr, /^error: Cannot move tag "3\.4\.5" of .* it is immutable /m);

  const invalid = await pushed("v3.4.5", ["version"]);
  assert.deepEqual(tagsIn(invalid.stdout), []);
  assert.match(invalid.stderr, /^warning: Skipped version: what acme:found gives is no version .*"v3\.4\.5"/m);
});
