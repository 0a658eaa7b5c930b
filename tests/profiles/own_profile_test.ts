/** Profiles of the user's own: what a configuration declares, and what is wrong with it, with its place. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { plan } from "../../mod.ts";
import { gantry, gantryOk } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { readTree, writeTree } from "../support/tree.ts";

const EXAMPLES = new URL("../../examples/profiles/", import.meta.url).pathname;

const SHAPES: readonly (readonly [name: string, args: readonly string[], shape: object])[] = [
  ["falco", ["--version", "0.1.0"], {
    config: "application/vnd.cncf.falco.rulesfile.config.v1+json",
    json: {
      name: "acme-rules",
      version: "0.1.0",
      requirements: [{ name: "engine_version_semver", version: "0.40.0" }],
    },
    layers: [["application/vnd.cncf.falco.rulesfile.layer.v1+tar.gz", "acme-rules.tar.gz"]],
    files: { "acme_rules.yaml": "0644" },
    tags: ["0.1.0"],
    annotations: { "org.opencontainers.image.version": "0.1.0" },
  }],
  ["wasm", ["--version", "0.1.0"], {
    artifactType: "application/wasm",
    config: "application/vnd.wasm.config.v0+json",
    json: {
      architecture: "wasm",
      os: "wasip2",
      layerDigests: ["sha256:24eaf3439a60c96764c4f2c92a0a81b52bd4fe5d5b91f090184a0f6486b1bf29"],
      component: { exports: [], imports: [] },
    },
    layers: [["application/wasm", "nothing.wasm"]],
    files: { "nothing.wasm": "0644" },
    tags: ["0.1.0"],
    annotations: { "org.opencontainers.image.version": "0.1.0" },
  }],
  ["feature", [], {
    config: "application/vnd.devcontainers",
    json: undefined,
    layers: [["application/vnd.devcontainers.layer.v1+tar", "devcontainer-feature-hello.tgz"]],
    files: { "devcontainer-feature.json": "0644", "install.sh": "0755" },
    tags: ["1.2.3"],
    annotations: {
      "com.github.package.type": "devcontainer_feature",
      "dev.containers.metadata": '{"id":"hello","version":"1.2.3"}',
      "org.opencontainers.image.version": "1.2.3",
    },
  }],
];

for (const [name, args, shape] of SHAPES) {
  Deno.test(`the example of the profile ${name} has the shape that its consumers expect`, async () => {
    await using directory = await tempDirectory();
    const at = (path: string): string => join(directory.path, path);
    const config = ["--config", join(EXAMPLES, "gantry.jsonc"), "--profile", name];
    // What git knows is not what this is about.
    await Deno.mkdir(at("source"));
    for await (const { name: file } of Deno.readDir(join(EXAMPLES, name))) {
      await Deno.copyFile(join(EXAMPLES, name, file), join(at("source"), file));
    }
    const target = `oci-layout:${at("layout")}`;
    const { stdout } = await gantryOk(["push", at("source"), target, ...config, ...args, "-o", "json"]);
    const { digest, targets: [{ tags }] } = JSON.parse(stdout);
    const blob = (of: string): Uint8Array<ArrayBuffer> =>
      Deno.readFileSync(join(at("layout"), "blobs", of.replace(":", "/")));
    const text = (of: string): string => new TextDecoder().decode(blob(of));
    const manifest = JSON.parse(text(digest));
    const content = text(manifest.config.digest);
    const [layer] = manifest.layers;
    // Whoever takes the layer for a file unpacks it by himself.
    await Deno.writeFile(at("layer.tar"), blob(layer.digest));
    const isArchive = !layer.mediaType.endsWith("wasm");
    if (isArchive) await gantryOk(["push", at("layer.tar"), `oci-layout:${at("unpacked")}:1`, "--profile", "generic"]);
    const from = isArchive ? `oci-layout:${at("unpacked")}:1` : `${target}:${tags[0]}`;
    await gantryOk(["pull", from, at("pulled")]);
    const files = await readTree(at("pulled"));
    assert.deepEqual({
      ...(manifest.artifactType === undefined ? {} : { artifactType: manifest.artifactType }),
      config: manifest.config.mediaType,
      json: content === "" ? undefined : JSON.parse(content),
      layers: manifest.layers.map(({ mediaType, annotations }: Layer) => [mediaType, annotations[TITLE]]),
      files: Object.fromEntries(Object.entries(files).map(([path, what]) => [path, what.slice(0, 4)])),
      tags,
      annotations: manifest.annotations,
    }, shape);
  });
}

const FILES = {
  "a.json": '{"a": 1}',
  "docs/b.md": "# B\n",
  "docs/deep/c.md": "# C\n",
  "run.sh": "#!/bin/sh\n",
  "config.json": '{"of": "the source"}\n',
  "rest.txt": "",
  "skipped.md": "",
  ".acmeignore": "skipped.md\n",
  "acme.yaml": "package:\n  version: 2.0.0+build.1\n",
};

Deno.test("a profile of one's own packs each file into the first layer that matches it, in every way there is", async () => {
  const declared = {
    artifactType: "application/vnd.acme.v1",
    config: { mediaType: "application/vnd.acme.config.v1+json", file: "config.json" },
    layers: [
      { files: ["*.sh"], as: "raw", mediaType: "text/x-sh", prefix: "bin/", annotations: { "acme.of": "{version}" } },
      { files: ["*.md", "!c.md"], as: "zip", mediaType: "application/zip", prefix: "site" },
      { files: ["docs/", "*.json"], as: "tar", mediaType: "application/x-tar", prefix: "all/of/it" },
    ],
    ignoreFile: ".acmeignore",
    ignore: ["*.bak"],
    version: { file: "acme.yaml", at: "/package/version" },
    tag: "v{version}",
  };
  await withProfile(declared, FILES, async ({ at, run }) => {
    await writeTree(at("source"), { "old.bak": "" });
    const { dropped, layers, tags, artifactType } = JSON.parse((await gantryOk(run("plan", "-o", "json"))).stdout);
    assert.equal(artifactType, "application/vnd.acme.v1");
    assert.deepEqual(tags, [{ name: "v2.0.0_build.1", immutable: true }]);
    assert.deepEqual(layers.map(({ mediaType, annotations }: Layer) => [mediaType, annotations]), [
      ["text/x-sh", { "acme.of": "2.0.0+build.1", [TITLE]: "bin/run.sh" }],
      ["application/zip", undefined],
      ["application/x-tar", undefined],
    ]);
    assert.deepEqual(dropped.map(({ path, reason }: Dropped) => `${path}: ${reason}`), [
      "old.bak: *.bak (acme defaults)",
      "skipped.md: skipped.md (.acmeignore:1)",
      ".acmeignore: no layer of profile acme takes it",
      "acme.yaml: no layer of profile acme takes it",
      "rest.txt: no layer of profile acme takes it",
    ]);
    const target = `oci-layout:${at("layout")}`;
    await gantryOk(run("push", target));
    await gantryOk(["pull", `${target}:v2.0.0_build.1`, at("pulled")]);
    assert.deepEqual(Object.keys(await readTree(at("pulled"))), [
      "all",
      "all/of",
      "all/of/it",
      "all/of/it/a.json",
      "all/of/it/config.json",
      "all/of/it/docs",
      "all/of/it/docs/deep",
      "all/of/it/docs/deep/c.md",
      "bin",
      "bin/run.sh",
      "site",
      "site/docs",
      "site/docs/b.md",
    ]);
    const compared = await gantry(["diff", `${target}:v2.0.0_build.1`, at("source"), "--config", at("gantry.jsonc")]);
    assert.deepEqual([compared.code, compared.stdout], [0, ""], compared.stderr);
    assert.equal(JSON.parse((await gantryOk(run("push", target, "--if-changed", "-o", "json"))).stdout).changed, false);
  });
});

const LAYER = { files: ["*.json"], as: "tar+gzip", mediaType: "a/b" };
const WRONG_SOURCES: readonly (readonly [declared: object, args: readonly string[], said: RegExp])[] = [
  [
    { layers: [{ ...LAYER, files: ["*.json", "*.yml"] }] },
    [],
    /profile "acme": no file matches "\*\.yml" \(.*gantry\.jsonc:1:\d+\)/,
  ],
  [
    { layers: [LAYER, { ...LAYER, files: ["/a.json"] }] },
    [],
    /layers before this one take all of its files \(.*:1:\d+\)/,
  ],
  [{ layers: [LAYER], config: { mediaType: "a/b", file: "no.json" } }, [], /there is no file "no\.json" \(.*:1:\d+\)/],
  [{ layers: [LAYER], config: { mediaType: "a/b", json: ["{version}"] } }, [], /there is no version for the config/],
  [{ layers: [{ ...LAYER, title: "{version}.tgz" }] }, [], /there is no version for it \(.*:1:\d+\)/],
  [{ layers: [LAYER], annotations: { "a.b": "{version}" } }, [], /there is no version for "a\.b" \(.*:1:\d+\)/],
  [
    { layers: [LAYER], version: { file: "no.yaml", at: "/v" } },
    [],
    /there is no file "no\.yaml", which says the version/,
  ],
  [{ layers: [LAYER], version: { file: "acme.yaml", at: "/no" } }, [], /there is no text at "\/no" in acme\.yaml/],
  [
    { layers: [LAYER], version: { file: "acme.yaml", at: "/package" } },
    [],
    /there is no text at "\/package" in acme\.yaml/,
  ],
  [
    { layers: [LAYER], version: { file: "bad.json", at: "/v" } },
    [],
    /bad\.json:2: Cannot parse version "1": SemVer has three numbers/,
  ],
  [
    { layers: [LAYER], version: { file: "acme.yaml", at: "/package/version" } },
    ["--version", "3.0.0"],
    /acme\.yaml:2: the version is 2\.0\.0\+build\.1, and 3\.0\.0 was asked for/,
  ],
  [
    { layers: [{ files: ["docs/"], as: "raw", mediaType: "a/b", title: "same" }] },
    [],
    /two layers have the title "same"/,
  ],
  [{ layers: [LAYER] }, ["--compression", "none"], /Cannot use compression "none" with profile "acme"/],
  [{ layers: [LAYER] }, ["--label", "a=b"], /Cannot use labels with profile "acme": its consumers expect none/],
];

for (const [declared, args, said] of WRONG_SOURCES) {
  Deno.test(`a profile of one's own refuses a source: ${said.source}`, async () => {
    const files = { ...FILES, "bad.json": '{\n"v": 1}' };
    await withProfile({ artifactType: "a/b", ...declared }, files, async ({ run }) => {
      const { code, stderr } = await gantry(run("push", "oci://registry.invalid/a", ...args));
      assert.equal(code, 2, stderr);
      assert.match(stderr, said);
      assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
    });
  });
}

Deno.test("everything that is wrong with a declaration is said at once, with its place", async () => {
  const text = `{
  "profile": "acme",
  "profiles": {
    "acme": { "layers": [] },
    "Flux": { "artifactType": "a/b", "layers": [{ "files": ["a"], "as": "raw", "mediaType": "a/b" }] },
    "helm": { "artifactType": "a/b", "layers": [{ "files": ["a"], "as": "raw", "mediaType": "a/b" }] },
    "b": {
      "artifactType": "rules",
      "config": { "mediaType": "a/b", "file": "../a", "text": "" },
      "layers": [
        { "files": [], "as": "rar", "mediaType": "a/b", "titel": "x" },
        { "files": ["a"], "as": "zip", "mediaType": "a/b", "title": "{path}" },
        { "files": ["a"], "as": "raw", "mediaType": "a/b", "title": "{sha}", "prefix": "/x" }
      ],
      "annotations": { "a": "{name}" },
      "version": { "file": "a.json", "at": "version" },
      "tag": "latest"
    }
  }
}
`;
  await using directory = await tempDirectory();
  const config = join(directory.path, "gantry.jsonc");
  await Deno.writeTextFile(config, text);
  const { code, stderr } = await gantry(["plan", directory.path, "--config", config]);
  assert.equal(code, 2);
  assert.deepEqual(stderr.replace("error: ", "").trimEnd().split("\n").map((line) => line.split("gantry.jsonc:")[1]), [
    '4:13: "profiles.acme": must have an "artifactType" or a "config", or nobody could tell its artifacts from others',
    '4:25: "profiles.acme.layers": must have at least one layer',
    '5:5: "profiles": the name of a profile has lower-case letters, digits and dashes, and begins with a letter',
    '6:5: "profiles": there is a profile of this name already',
    '8:23: "profiles.b.artifactType": must be a media type, such as application/vnd.acme.rules.v1',
    '9:17: "profiles.b.config": must have exactly one of "file", "json" and "text"',
    '9:47: "profiles.b.config.file": must be a path in the source, without "..", such as config/falco.json',
    '11:20: "profiles.b.layers[0].files": must name at least one pattern',
    '11:30: "profiles.b.layers[0].as": must be one of "raw", "tar", "tar+gzip", "zip", not "rar"',
    '11:57: "profiles.b.layers[0]": unknown key "titel", did you mean "title"?',
    '12:69: "profiles.b.layers[1].title": "{path}" and "{name}" stand for a file, and this layer is an archive',
    '13:69: "profiles.b.layers[2].title": {sha} stands for nothing here: there is {version}, {path}, {name}',
    '13:88: "profiles.b.layers[2].prefix": must be a path in the source, without "..", such as config/falco.json',
    '15:29: "profiles.b.annotations.a": {name} stands for nothing here: there is {version}',
    '16:44: "profiles.b.version.at": must be a JSON Pointer, such as /version',
    '17:14: "profiles.b.tag": must have "{version}" in it',
  ]);
});

Deno.test("a profile that nobody has declared is refused, and those that are declared are named", async () => {
  await withProfile({ artifactType: "a/b", layers: [LAYER] }, FILES, async ({ at, run }) => {
    const { code, stderr } = await gantry(run("plan", "--profile", "acne"));
    assert.equal(code, 2);
    assert.match(
      stderr,
      /Cannot use profile "acne": it must be one of "auto", "generic", .*"files", "acme", did you mean "acme"\?$/m,
    );
    await Deno.writeTextFile(at("gantry.jsonc"), '{"profile": "acne", "profiles": {}}');
    const configured = await gantry(["plan", at("source"), "--config", at("gantry.jsonc")]);
    assert.equal(configured.code, 2);
    assert.match(configured.stderr, /gantry\.jsonc:1:13: "profile": must be one of "auto", .*"files", not "acne"$/m);
  });
});

Deno.test("a program declares a profile as an option", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "a.json": "{}" });
  const declare = (pattern: string) =>
    plan({
      source: directory.path,
      profile: "acme",
      profiles: { acme: { artifactType: "a/b", layers: [{ files: [pattern], as: "raw", mediaType: "a/json" }] } },
    });
  assert.deepEqual((await declare("*.json")).layers.map(({ mediaType }) => mediaType), ["a/json"]);
  await assert.rejects(declare("*.md"), /no file matches "\*\.md" \(option profiles\.acme\.layers\[0\]\.files\[0\]\)/);
});

const TITLE = "org.opencontainers.image.title";

interface Layer {
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Dropped {
  readonly path: string;
  readonly reason: string;
}

interface Declared {
  readonly at: (path: string) => string;
  /** A command line about the source. */
  readonly run: (verb: string, ...args: readonly string[]) => readonly string[];
}

async function withProfile(
  declared: object,
  files: Readonly<Record<string, string>>,
  use: (declared: Declared) => Promise<void>,
): Promise<void> {
  await using directory = await tempDirectory();
  const at = (path: string): string => join(directory.path, path);
  await writeTree(at("source"), files);
  await Deno.writeTextFile(at("gantry.jsonc"), JSON.stringify({ profile: "acme", profiles: { acme: declared } }));
  await use({ at, run: (verb, ...args) => [verb, at("source"), "--config", at("gantry.jsonc"), ...args] });
}
