import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { digestOf } from "../../src/oci/digest.ts";
import { type TarEntry, writeTar } from "../../src/oci/tar/write.ts";
import { tarFile } from "../oci/tar/tar_entries.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { startFakeRegistry } from "../support/fake_registry.ts";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

type Files = Readonly<Record<string, string>>;

const CHART = `apiVersion: v2
name: app
description: An <app> & more
version: 1.2.3
appVersion: 1.10
home: https://example.com
sources:
  - https://github.com/acme/app
  - https://example.com/other
maintainers:
  - name: Anna
    email: anna@example.com
  - name: Otto
annotations:
  org.opencontainers.image.title: never
  org.opencontainers.image.version: never
  org.opencontainers.image.licenses: Apache-2.0
`;

const MINIMAL = "apiVersion: v2\nname: app\nversion: 1.2.3\n";

const FILES: Files = {
  "Chart.yaml": CHART,
  "values.yaml": "a: 1\n",
  "templates/a.yaml": "a: 1\n",
  "templates/.b.yaml": "never\n",
  "NOTES.md": "x\n",
  ".helmignore": "*.md\n",
};

interface Plan {
  readonly profile: string;
  readonly profileBecause: string;
  readonly dropped: readonly { readonly path: string; readonly reason: string }[];
  readonly layers: readonly { readonly mediaType: string; readonly digest: string }[];
  readonly config: { readonly mediaType: string };
  readonly annotations: Readonly<Record<string, { readonly value: string; readonly from: string }>>;
  readonly targets: readonly { readonly url: string; readonly tags: readonly { readonly name: string }[] }[];
  readonly digest: string;
}

async function plan(args: readonly string[]): Promise<Plan> {
  return JSON.parse((await gantryOk(["plan", ...args, "-o", "json"])).stdout);
}

/** What `plan` says of a source that it refuses. */
async function refusal(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await gantry(["plan", ...args, "-q"]);
  assert.deepEqual([code, stdout], [2, ""], stderr);
  return stderr;
}

async function chartArchive(files: Files, more: readonly TarEntry[] = []): Promise<Uint8Array<ArrayBuffer>> {
  const entries = Object.entries(files).map(([path, text]) => tarFile(path, text));
  return new Uint8Array(gzipSync(await collectBytes(writeTar([...entries, ...more]))));
}

Deno.test("the profile helm packs a chart's directory with Helm's annotations, and always the same", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, FILES);
  const report = await plan([directory.path]);
  assert.deepEqual([report.profile, report.profileBecause], ["helm", "there is a Chart.yaml"]);
  assert.deepEqual(report.dropped, [
    { path: "NOTES.md", reason: "*.md (.helmignore:1)" },
    { path: "templates/.b.yaml", reason: "templates/.?* (helm profile)" },
  ]);
  const from = "Chart.yaml";
  assert.deepEqual(report.annotations, {
    "org.opencontainers.image.authors": { value: "Anna (anna@example.com), Otto", from },
    "org.opencontainers.image.description": { value: "An <app> & more", from },
    "org.opencontainers.image.licenses": { value: "Apache-2.0", from },
    "org.opencontainers.image.source": { value: "https://github.com/acme/app", from },
    "org.opencontainers.image.title": { value: "app", from },
    "org.opencontainers.image.url": { value: "https://example.com", from },
    "org.opencontainers.image.version": { value: "1.2.3", from },
  });
  assert.deepEqual(report.layers.map(({ mediaType }) => mediaType), [
    "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
  ]);
  assert.equal(report.digest, "sha256:41e018dee3f971fda37a65f82c95225d81533c8ddf332126da605ab050b32949");
});

Deno.test("the config is Chart.yaml as Helm writes it, and no number is made of what looks like one", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, FILES);
  const layout = `oci-layout:${join(directory.path, "layout")}`;
  const { url } = await push([directory.path, layout]);
  const { config } = JSON.parse((await gantryOk(["inspect", url, "-o", "json"])).stdout);
  const [algorithm = "", hash = ""] = config.digest.split(":");
  assert.equal(
    await Deno.readTextFile(join(directory.path, "layout/blobs", algorithm, hash)),
    '{"name":"app","home":"https://example.com","sources":["https://github.com/acme/app",' +
      '"https://example.com/other"],"version":"1.2.3","description":"An \\u003capp\\u003e \\u0026 more",' +
      '"maintainers":[{"name":"Anna","email":"anna@example.com"},{"name":"Otto"}],"apiVersion":"v2",' +
      '"appVersion":"1.10","annotations":{"org.opencontainers.image.licenses":"Apache-2.0",' +
      '"org.opencontainers.image.title":"never","org.opencontainers.image.version":"never"}}',
  );
});

Deno.test("the repository ends in the chart's name, and the version is the tag", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "Chart.yaml": MINIMAL.replace("1.2.3", "1.2.3-rc.1+build.5") });
  const targets = ["oci://registry.invalid/charts", "oci://registry.invalid/other/app:edge", "oci-layout:layout"];
  const report = await plan([directory.path, ...targets]);
  const version = "1.2.3-rc.1_build.5";
  assert.deepEqual(report.targets.map(({ url, tags }) => [url, tags.map(({ name }) => name)]), [
    ["oci://registry.invalid/charts/app", [version]],
    ["oci://registry.invalid/other/app", ["edge", version]],
    ["oci-layout:layout", [version]],
  ]);
  assert.match(
    await refusal([directory.path, "--latest"]),
    /Cannot tag the pre-release 1\.2\.3-rc\.1\+build\.5 as "lat/,
  );
  assert.match(
    await refusal([directory.path, "oci://a.invalid/charts", "oci://a.invalid/charts/app"]),
    /The target oci:\/\/a\.invalid\/charts\/app is named twice/,
  );
  await Deno.writeTextFile(join(directory.path, "Chart.yaml"), MINIMAL.replace("app", "MyApp"));
  assert.match(await refusal([directory.path, "oci://a.invalid/charts"]), /Cannot publish "MyApp" to oci:\/\/a\.inv/);
  assert.equal((await plan([directory.path, "oci-layout:layout"])).targets[0]?.url, "oci-layout:layout");
});

Deno.test("--version and --app-version say another version than the chart", async () => {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  await writeTree(at("app"), FILES);
  const layout = `oci-layout:${at("layout")}`;
  const flags = ["--version", "2.0.0+x-1", "--app-version", "7", "--latest"];
  const { digest, tag } = await push([at("app"), layout, ...flags]);
  assert.equal(tag, "2.0.0_x-1");
  const inspected = JSON.parse((await gantryOk(["inspect", `${layout}:latest`, "-o", "json"])).stdout);
  assert.equal(inspected.digest, digest);
  assert.equal(inspected.annotations["org.opencontainers.image.version"], "2.0.0+x-1");
  await gantryOk(["pull", `${layout}:latest`, at("pulled")]);
  assert.match(await Deno.readTextFile(at("pulled/Chart.yaml")), /^appVersion: "7"$[^]*^version: 2\.0\.0\+x-1$/m);

  const key = "org.opencontainers.image.version";
  assert.match(await refusal([at("app"), "-a", `${key}=9.9.9`]), /Cannot annotate .* with "9\.9\.9" \(--annotation\)/);
  await gantryOk(["plan", at("app"), "-a", `${key}=1.2.3`]);
  const config = at("gantry.json");
  await Deno.writeTextFile(config, JSON.stringify({ source: "app", version: "3.0.0+b", appVersion: "8" }));
  const configured = await plan(["--config", config]);
  assert.equal(configured.annotations[key]?.value, "3.0.0+b");
  assert.match(await refusal(["--config", config, "--profile", "generic"]), /build metadata \("\+…"\) cannot stand/);
});

Deno.test("a packaged chart is published byte for byte, with what signs it", async () => {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  const bytes = await chartArchive({ "app/Chart.yaml": CHART, "app/values.yaml": "a: 1\n" });
  await Deno.writeFile(at("app-1.2.3.tgz"), bytes);
  const unsigned = await plan([at("app-1.2.3.tgz")]);
  assert.deepEqual([unsigned.profile, unsigned.profileBecause], ["helm", "it is a packaged Helm chart"]);
  assert.deepEqual(unsigned.layers.map(({ digest }) => digest), [digestOf(bytes)]);
  await Deno.writeTextFile(at("app-1.2.3.tgz.prov"), `files:\n  app-1.2.3.tgz: ${digestOf(bytes)}\n`);
  const signed = await plan([at("app-1.2.3.tgz"), "oci://registry.invalid/charts"]);
  assert.deepEqual(signed.layers.map(({ mediaType }) => mediaType), [
    "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
    "application/vnd.cncf.helm.chart.provenance.v1.prov",
  ]);
  assert.deepEqual(signed.annotations, unsigned.annotations);
  assert.equal(signed.targets[0]?.url, "oci://registry.invalid/charts/app");
  await gantryOk(["plan", at("app-1.2.3.tgz"), "--version", "1.2.3"]);
  assert.match(
    await refusal([at("app-1.2.3.tgz"), "--version", "1.2.4"]),
    /Cannot publish version 1\.2\.4: the source/,
  );
  assert.match(await refusal([at("app-1.2.3.tgz"), "--app-version", "2"]), /Cannot set an app version: the source is /);
  await Deno.writeTextFile(at("app-1.2.3.tgz.prov"), `files:\n  app-1.2.3.tgz: sha256:${"0".repeat(64)}\n`);
  assert.match(
    await refusal([at("app-1.2.3.tgz")]),
    /app-1\.2\.3\.tgz\.prov signs another archive than app-1\.2\.3\.tgz/,
  );
});

/** What is wrong with a chart, and what is said of it. */
const WRONG: readonly (readonly [what: string, files: Files, said: string | RegExp])[] = [
  ["no name", { "Chart.yaml": "apiVersion: v2\nversion: 1.2.3\n" }, "Chart.yaml:1: the name is missing"],
  [
    "an empty name",
    { "Chart.yaml": 'apiVersion: v2\nname: ""\nversion: 1.2.3\n' },
    "Chart.yaml:2: the name is missing",
  ],
  [
    "a name that is a path",
    { "Chart.yaml": MINIMAL.replace("app", "../app") },
    'Chart.yaml:2: the name "../app" is no name of a directory',
  ],
  ["no version", { "Chart.yaml": "apiVersion: v2\nname: app\n" }, "Chart.yaml:1: the version is missing"],
  [
    "a number for a version",
    { "Chart.yaml": MINIMAL.replace("1.2.3", "1.10") },
    'Chart.yaml:3: the version must be a text in SemVer 2, such as "1.2.3", and 1.10 is a number',
  ],
  [
    "a version that is none",
    { "Chart.yaml": MINIMAL.replace("1.2.3", "1.2").replace("1.2", '"1.2"') },
    'Chart.yaml:3: the version "1.2" is not SemVer 2, such as "1.2.3" or "1.2.3-rc.1+build.5"',
  ],
  [
    "no apiVersion",
    { "Chart.yaml": "name: app\nversion: 1.2.3\n" },
    'Chart.yaml:1: the apiVersion is missing: it must be "v1" or "v2"',
  ],
  [
    "an unknown apiVersion",
    { "Chart.yaml": MINIMAL.replace("v2", "v3") },
    'Chart.yaml:1: the apiVersion must be "v1" or "v2", not "v3"',
  ],
  [
    "an unknown type",
    { "Chart.yaml": `${MINIMAL}type: plugin\n` },
    'Chart.yaml:4: the type must be "application" or "library", not "plugin"',
  ],
  ["a list for a text", { "Chart.yaml": `${MINIMAL}home: [a]\n` }, 'Chart.yaml:4: "home" must be a text'],
  ["a text for a list", { "Chart.yaml": `${MINIMAL}sources: a\n` }, 'Chart.yaml:4: "sources" must be a list'],
  [
    "a text for a flag",
    { "Chart.yaml": `${MINIMAL}deprecated: "true"\n` },
    'Chart.yaml:4: "deprecated" must be true or false',
  ],
  ["a list", { "Chart.yaml": "- a\n" }, "Chart.yaml:1: there must be an object"],
  ["broken YAML", { "Chart.yaml": `${MINIMAL}a: [\n` }, /Chart\.yaml:\d: the syntax is broken/],
  [
    "an alias that is none",
    { "Chart.yaml": `${MINIMAL}dependencies:\n- name: a\n  alias: a.b\n` },
    'Chart.yaml:6: the alias "a.b" must be of letters, digits, "_" and "-"',
  ],
  [
    "the same dependency twice",
    { "Chart.yaml": `${MINIMAL}dependencies:\n- name: a\n- name: a\n` },
    'Chart.yaml:6: there is another dependency with the name or alias "a"',
  ],
  [
    "dependencies where charts of the first version have none",
    { "Chart.yaml": `${MINIMAL.replace("v2", "v1")}dependencies:\n- name: a\n` },
    'Chart.yaml:5: dependencies stand in a requirements.yaml when the apiVersion is "v1"',
  ],
  [
    "dependencies that are not there",
    { "Chart.yaml": `${MINIMAL}dependencies:\n- name: a\n- name: b\n` },
    'Chart.yaml:4: it depends on "a", "b", and charts/ has no such charts\n' +
    "advice: `helm dependency build` brings what a chart depends on",
  ],
  [
    "requirements that are not there",
    {
      "Chart.yaml": MINIMAL.replace("v2", "v1"),
      "requirements.yaml": "# x\ndependencies:\n- name: a\n",
    },
    'requirements.yaml:2: it depends on "a", and charts/ has no such chart\n' +
    "advice: `helm dependency build` brings what a chart depends on",
  ],
  [
    "a file below charts/ that is no chart",
    { "Chart.yaml": MINIMAL, "charts/README.md": "x\n" },
    "charts/README.md is no chart: below charts/ there may be nothing else",
  ],
  [
    "a directory below charts/ that is no chart",
    { "Chart.yaml": MINIMAL, "charts/a/b": "x\n" },
    "there is no charts/a/Chart.yaml",
  ],
  [
    "a chart below charts/ that is wrong",
    { "Chart.yaml": MINIMAL, "charts/a/Chart.yaml": "name: a\nversion: x\n" },
    'charts/a/Chart.yaml:2: the version "x" is not SemVer 2, such as "1.2.3"',
  ],
  [
    "two charts of one name below charts/",
    {
      "Chart.yaml": MINIMAL,
      "charts/a/Chart.yaml": "name: a\nversion: 1.0.0\n",
      "charts/b/Chart.yaml": "name: a\nversion: 1.0.0\n",
    },
    'there are two charts called "a" below charts/, and room for one',
  ],
  [
    "an archive below charts/ that is none",
    { "Chart.yaml": MINIMAL, "charts/a.tgz": "x\n" },
    /charts\/a\.tgz is no chart as/,
  ],
  [
    "values that are no YAML",
    { "Chart.yaml": MINIMAL, "values.yaml": "a: 1\nb: [\n" },
    /values\.yaml:\d: the syntax is broken/,
  ],
  [
    "a schema that is no JSON",
    { "Chart.yaml": MINIMAL, "values.schema.json": "{" },
    /values\.schema\.json is no JSON: /,
  ],
  [
    "a lock without a time",
    { "Chart.yaml": MINIMAL, "Chart.lock": "generated: today\n" },
    /Chart\.lock:1: "generated" must be a time/,
  ],
  [
    "a file that is too large",
    { "Chart.yaml": MINIMAL, "templates/a.yaml": "#".repeat(5 * 1024 * 1024 + 1) },
    '"templates/a.yaml" has 5.1 MiB, and Helm before 4.3 and Flux read no file of more than 5 MiB',
  ],
  [
    "a source that may be a password",
    { "Chart.yaml": `${MINIMAL}sources: ["bot:token@/x"]\n` },
    "Chart.yaml gives a source that cannot be told from credentials: it must be the URL of a repository",
  ],
  [
    "a time that is none",
    { "Chart.yaml": `${MINIMAL}annotations:\n  org.opencontainers.image.created: today\n` },
    /Chart\.yaml has an annotation org\.opencontainers\.image\.created that is no time: /,
  ],
  [
    "an ignore file that Helm cannot read",
    { "Chart.yaml": MINIMAL, ".helmignore": "a\nb/**\n" },
    /"b\/\*\*" \(\.helmignore:2\) as Helm does/,
  ],
];

for (const [what, files, said] of WRONG) {
  Deno.test(`a chart with ${what} is refused in one sentence, and nobody is contacted`, async () => {
    await using directory = await tempDirectory();
    await using registry = startFakeRegistry();
    await writeTree(directory.path, files);
    const { code, stdout, stderr } = await gantry(["push", directory.path, `oci://${registry.host}/charts`, "-q"]);
    assert.deepEqual([code, stdout, registry.requests.length], [2, "", 0], stderr);
    if (typeof said === "string") assert.equal(stderr, `error: Cannot publish the chart: ${said}\n`);
    else assert.match(stderr, said);
    assert.equal(stderr.split("\n").filter((line) => line.startsWith("error: ")).length, 1);
  });
}

Deno.test("the source that a chart gives is published without its credentials, and --source says another", async () => {
  await using directory = await tempDirectory();
  const sources = "sources: [https://bot:hunter2@github.com/acme/app.git]\n";
  await writeTree(directory.path, { "Chart.yaml": `${MINIMAL}${sources}` });
  const key = "org.opencontainers.image.source";
  const own = await plan([directory.path]);
  assert.deepEqual(own.annotations[key], { value: "https://github.com/acme/app.git", from: "Chart.yaml" });
  const given = await plan([directory.path, "--source", "https://example.com/app"]);
  assert.deepEqual(given.annotations[key], { value: "https://example.com/app", from: "--source" });
});

Deno.test("a chart whose files lead out of it by a link is refused", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "app/Chart.yaml": MINIMAL, "secret.txt": "x\n" });
  await Deno.symlink("../secret.txt", join(directory.path, "app/link.txt"));
  assert.match(
    await refusal([join(directory.path, "app")]),
    /symbolic link "link\.txt" to "\.\.\/secret\.txt": it leads out/,
  );
});

Deno.test("an archive that is no chart as helm packs it is refused with profile helm", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app.tgz");
  const big = tarFile("app/big", new Uint8Array(5 * 1024 * 1024 + 1));
  const link: TarEntry = { ...tarFile("app/link", ""), type: "file" };
  const cases: readonly (readonly [bytes: Uint8Array<ArrayBuffer>, said: RegExp])[] = [
    [await chartArchive({ "Chart.yaml": MINIMAL }), /"Chart\.yaml" in .*app\.tgz lies beside the chart's directory/],
    [await chartArchive({ "app/values.yaml": "" }), /there is no Chart\.yaml in .*app\.tgz, below its one directory/],
    [await chartArchive({ "app/Chart.yaml": "name: app\n" }), /app\.tgz: Chart\.yaml:1: the version is missing/],
    [await chartArchive({ "app/Chart.yaml": MINIMAL }, [big]), /"big" has 5\.1 MiB, and Helm before 4\.3 and Flux/],
    [
      await chartArchive({ "app/Chart.yaml": MINIMAL, "app/../x": "" }),
      /"app\/\.\.\/x" in .*app\.tgz is no path below/,
    ],
    [
      new Uint8Array(await collectBytes(writeTar([tarFile("app/Chart.yaml", MINIMAL), link]))),
      /it is not compressed with gzip/,
    ],
    [
      (await chartArchive({ "app/Chart.yaml": MINIMAL })).slice(0, 60),
      /cannot read .*app\.tgz: Its compressed bytes end/,
    ],
  ];
  for (const [bytes, said] of cases) {
    await Deno.writeFile(path, bytes);
    assert.match(await refusal([path, "--profile", "helm"]), said);
  }
});

Deno.test("diff compares a chart's directory with what was published of it", async () => {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  await writeTree(at("app"), { ...FILES, "run.sh": "#!/bin/sh\n" });
  const { url } = await push([at("app"), `oci-layout:${at("layout")}`]);
  assert.deepEqual(await gantry(["diff", url, at("app")]), { code: 0, stdout: "", stderr: "" });
  await Deno.writeTextFile(at("app/values.yaml"), "a: 2\n");
  const { code, stdout } = await gantry(["diff", url, at("app")]);
  assert.equal(code, 1);
  assert.match(stdout, /^files\n +~ +values\.yaml .*\n$/);
  await Deno.remove(at("app/Chart.yaml"));
  const broken = await gantry(["diff", url, at("app")]);
  assert.match(broken.stderr, /compared as it is, because profile helm could not pack it: .*there is no Chart\.yaml/);
});
