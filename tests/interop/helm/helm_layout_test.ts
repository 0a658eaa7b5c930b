/** A chart that gantry packs of its directory is what `helm package` and `helm push` make of it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { gantry, gantryOk } from "../../support/gantry.ts";
import { helmIn } from "../../support/helm.ts";
import { type ArchiveMember, readArchiveMembers } from "../../support/helm_archive.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runTool, toolTest } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

type Files = Readonly<Record<string, string>>;

const CHART = `apiVersion: v2
name: app
version: 1.2.3+build.5
`;

const DEPENDENCY = `apiVersion: v2
name: dep
version: "1.0"
icon: https://example.com/icon.png
`;

/** Charts, each with what is special about it. */
const CHARTS: readonly (readonly [what: string, files: Files])[] = [
  ["nothing but a Chart.yaml", { "Chart.yaml": CHART }],
  ["everything that Chart.yaml can say", {
    "Chart.yaml": `# A comment.
type: application
version: 1.2.3-rc.1
name: app
apiVersion: v2
appVersion: "1.10"
deprecated: true
kubeVersion: ">= 1.30.0-0 < 2"
condition: a.enabled
tags: a,b
unknown: { is: lost }
description: |
  Two lines,	with a tab and a <b>&amp; that HTML would take, \u00a0and
  the second one is long enough that it has to be broken somewhere behind the eightieth column.
home: https://example.com/?a=b&c=d
icon: https://example.com/icon.svg
keywords: [a, "yes", "1.0", '', "n: o", "#x"]
sources:
  - https://github.com/acme/app
  - https://example.com
maintainers:
  - name: Anna
    email: anna@example.com
    url: https://example.com/anna
  - name: Otto
annotations:
  a10: '10'
  a9: "2020-01-01"
  category: \ud83d\ude00
  org.opencontainers.image.licenses: Apache-2.0
  artifacthub.io/changes: |
    - kind: added
      description: Something
`,
    "values.yaml": "a: &a 1\nb: *a\n---\nc: 1\n",
    "values.schema.json": '{"type": "object"}\n',
    "README.md": "\ufeff# With a byte order mark\n",
    "templates/_helpers.tpl": "{{/* */}}\n",
    "templates/a-b.yaml": "a: 1\n",
    "templates/a/b.yaml": "\ufeffa: 1\n",
    "templates/.hidden": "left out\n",
    "templates/deep/.hidden": "stays\n",
    "crds/a.yaml": "kind: CustomResourceDefinition\n",
    "files/\u00fcn\u00ef \u65e5\u672c.txt": "x\n",
    [`files/${"long/".repeat(30)}name.txt`]: "x\n",
    "files/run.sh": "#!/bin/sh\n",
    "LICENSE": "Apache-2.0\n",
  }],
  ["dependencies and a lock", {
    "Chart.yaml": `${CHART}dependencies:
  - name: dep
    version: ">=1.0"
    repository: "file://../dep"
    condition: dep.enabled
    tags: [a, "1"]
    import-values: [data, { child: "x", parent: 'y', k: [1, true, 1.5, null] }]
    alias: other
  - name: dep
    repository: ''
`,
    "Chart.lock": `generated: "2024-05-01T12:00:00.120000+02:00"
digest: sha256:00
dependencies:
- name: dep
  repository: file://../dep
  version: "1.0"
`,
    "charts/dep/Chart.yaml": DEPENDENCY,
    "charts/dep/values.yaml": "b: 1\n",
    "charts/dep/charts/inner/Chart.yaml": "name: inner\nversion: 0.1.0\n",
    "charts/_draft/x": "left out\n",
    "charts/.hidden/x": "left out\n",
    "charts/dep-1.0.tgz.prov": "signature\n",
  }],
  ["the first version of charts", {
    "Chart.yaml": "apiVersion: v1\nname: app\nversion: 0.1.0\n",
    "requirements.yaml": "dependencies:\n- name: dep\n  version: 1.0\n  repository: https://example.com\n",
    "requirements.lock": "dependencies: []\ngenerated: 2024-05-01T12:00:00Z\n",
    "Chart.lock": "dependencies: []\n",
    "charts/dep/Chart.yaml": DEPENDENCY,
  }],
  ["requirements of the first version in one of the second", {
    "Chart.yaml": `${CHART}type: library\n`,
    "requirements.yaml": 'dependencies:\n- name: dep\n  version: "1.0"\n  repository: https://example.com\n',
    "requirements.lock": "generated: 2024-05-01T12:00:00Z\n",
    "charts/dep/Chart.yaml": DEPENDENCY,
  }],
];

for (const [what, files] of CHARTS) {
  toolTest(`gantry packs as helm does a chart with ${what}`, ["helm"], async () => {
    await using directory = await tempDirectory();
    await writeTree(join(directory.path, "app"), files);
    assert.deepEqual(sorted(await packedByGantry(directory.path)), sorted(await packedByHelm(directory.path)));
    const args = ["--version", "9.8.7", "--app-version", "1: 2"];
    const ours = await packedByGantry(directory.path, ...args);
    assert.deepEqual(sorted(ours), sorted(await packedByHelm(directory.path, ...args)));
  });
}

toolTest("gantry unpacks the charts that a chart depends on, as helm does", ["helm"], async () => {
  await using directory = await tempDirectory();
  const helm = helmIn(directory.path);
  await writeTree(join(directory.path, "dep"), { "Chart.yaml": DEPENDENCY, "templates/a.yaml": "a: 1\n", ".x": "x\n" });
  await writeTree(join(directory.path, "app"), { "Chart.yaml": CHART, ".helmignore": ".x\n" });
  await helm("package", "dep", "--destination", "app/charts");
  const ours = await packedByGantry(directory.path);
  assert.deepEqual(ours, await packedByHelm(directory.path));
  assert.ok(ours.some(([name]) => name === "app/charts/dep/.x"));
});

toolTest("gantry writes the texts of a Chart.yaml as helm does, whatever they are", ["helm"], async () => {
  await using directory = await tempDirectory();
  const texts = fc.sample(text, 1_500);
  const names = ["a", "b/c", "io.x/y", "A", "z-", "z_"].flatMap((name) =>
    ["", 1, 2, 9, 10, "01", "1.5", "b"].map((end) => name + end)
  );
  const values = [...names.entries()].map(([at, name]) => `  ${quote(name)}: ${quote(texts[at] ?? "")}\n`);
  // Each key in an object of its own: Go's order of any keys at all depends on how they are sorted.
  const objects = texts.map((each, at) => `  - { ${quote(texts.at(-1 - at)?.slice(0, 140) ?? "")}: ${quote(each)} }\n`);
  const chart = `${CHART}annotations:\n${values.join("")}dependencies:\n- name: dep\n  import-values:\n${
    objects.join("")
  }`;
  await writeTree(join(directory.path, "app"), { "Chart.yaml": chart, "charts/dep/Chart.yaml": DEPENDENCY });
  const [[, , ours = ""] = []] = await packedByGantry(directory.path);
  const [[, , theirs = ""] = []] = await packedByHelm(directory.path);
  assert.deepEqual(ours.split("\n"), theirs.split("\n"));
});

/** Line breaks of Unicode end a line in one version of YAML, and in the other they do not. */
function quote(each: string): string {
  const code = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(each).replaceAll(/[\u0080-\u2fff]/g, code);
}

/** Texts that YAML has something to say about. */
const text: fc.Arbitrary<string> = fc.oneof(
  fc.array(
    fc.constantFrom(..." \n\t#:-?,[]{}&*!|>'\"%@`~.0123456789abeEfxyN\u00e9\u00a0\u2028\u{1f600}\ufffd"),
    {
      maxLength: 6,
    },
  ).map((characters) => characters.join("")),
  fc.array(fc.constantFrom("a", "word", "x: y", "it's", "\u65e5\u672c", "", "longer-word-than-others"), {
    maxLength: 40,
  })
    .map((words) => words.join(" ")),
  fc.constantFrom(
    ...["yes", "No", "null", "~", "<<", ".inf", "-.INF", ".nan", "1_000", "0x1F", "0o17", "0b11", "017", "08", "1e3"],
    ...["1e999", ".5", "5.", "+.5e-3", "-", "--", "---", "--- a", "...", "1:30", "1:90", "190:20:30.15", "2020-1-2"],
    ...["2020-13-01", "2021-02-29", "2020-02-29", "2020-01-02T03:04:05Z", "2020-01-02 03:04:05", "12345-01-01"],
    ...["=", "18446744073709551616", "a #b", "a#b", "#", "a: ", "a:", ": a", "? a", "?", "- a", "-a", "%", "@a", "`"],
    ...[" lead", "trail ", "a\nb", "a\n", "\na", "a\n\n", "a \nb", "a\n b", "\n", "a\tb", "tab\t", "it's", '"q"'],
  ),
);

const LISTS = [
  "*.md\n!README.md\n",
  "!README.md\n",
  "docs\n",
  "docs/\n",
  "/docs/a.md\ndocs/*.txt\n",
  "a.md/\n*/b.md\n",
  "# a comment\n  *.txt  \n\n\t/values.yaml\t\n",
  "\ufeff*.md\r\n*.txt\r\n",
  ".*\n",
  "templates/*.yaml\n",
  "!templates/\n",
  "[!a].md\n[^a].md\n",
  "doc?\n*\\.md\n",
  "*s/[a-b].*\n",
  "",
];
const UNREADABLE = ["docs/**\n", "a\n**\n", "[a\n", "a\\\n", "[]a]\n", "[a-]\n"];

toolTest("gantry leaves out what helm leaves out, and refuses the patterns that helm refuses", ["helm"], async () => {
  await using directory = await tempDirectory();
  const files = {
    "Chart.yaml": CHART,
    "README.md": "",
    "values.yaml": "",
    "a.md": "",
    "docs/a.md": "",
    "docs/b.md": "",
    "docs/c.txt": "",
    "docs/deep/b.md": "",
    "doc": "",
    ".env": "",
    "templates/a.yaml": "",
    "templates/.b.yaml": "",
    "templates/sub/.c.yaml": "",
    "src/docs": "",
  };
  const random = fc.sample(fc.array(fc.oneof(pattern, pattern, fc.constantFrom("# x", "")), { maxLength: 4 }), 40);
  for (const list of [...LISTS, ...UNREADABLE, ...random.map((lines) => lines.join("\n"))]) {
    await writeTree(join(directory.path, "app"), { ...files, ".helmignore": list });
    const theirs = await runTool("helm", ["package", "app"], { cwd: directory.path });
    const ours = await gantry(["plan", join(directory.path, "app"), "-o", "json"]);
    assert.equal(ours.code === 0, theirs.code === 0, `${JSON.stringify(list)}: ${ours.stderr}${theirs.stderr}`);
    if (theirs.code !== 0) {
      // Without Chart.yaml it is no chart at all, whatever the patterns are.
      assert.equal(ours.code, 2);
      assert.match(ours.stderr, /\(\.helmignore:\d+\) as Helm does|there is no Chart\.yaml|every file was left out/);
      continue;
    }
    const packed = (await readArchiveMembers(await Deno.readFile(join(directory.path, "app-1.2.3+build.5.tgz"))))
      .map(([name]) => name.replace("app/", ""));
    const { files: kept } = JSON.parse(ours.stdout);
    assert.deepEqual(kept.map(({ path }: { readonly path: string }) => path), packed.toSorted(byWalk), list);
  }
});

const pattern = fc.array(
  fc.constantFrom(
    "*",
    "?",
    "a",
    "b",
    "docs",
    "/",
    "!",
    ".md",
    ".txt",
    "[ab]",
    "[^a]",
    "README",
    "templates",
    ".",
    "c",
    " ",
  ),
  { minLength: 1, maxLength: 4 },
).map((parts) => parts.join(""));

/** What is not in a fixed order in Helm, the charts that others depend on, is compared in one. */
function sorted(members: readonly ArchiveMember[]): readonly ArchiveMember[] {
  const isNested = (name: string): boolean => name.startsWith("app/charts/");
  return [
    ...members.filter(([name]) => !isNested(name)),
    ...members.filter(([name]) => isNested(name)).toSorted(([a], [b]) => a < b ? -1 : 1),
  ];
}

function byWalk(a: string, b: string): number {
  const [left, right] = [a.replaceAll("/", "\0"), b.replaceAll("/", "\0")];
  return left < right ? -1 : left > right ? 1 : 0;
}

async function packedByHelm(directory: string, ...args: readonly string[]): Promise<readonly ArchiveMember[]> {
  const said = await helmIn(directory)("package", "app", "--destination", "packed", ...args);
  const path = said.trim().split(": ").at(-1) ?? "";
  return await readArchiveMembers(await Deno.readFile(join(directory, path)));
}

async function packedByGantry(directory: string, ...args: readonly string[]): Promise<readonly ArchiveMember[]> {
  const layout = `oci-layout:${join(directory, crypto.randomUUID())}`;
  await gantryOk(["push", join(directory, "app"), layout, "-t", "x", ...args]);
  const saved = join(directory, "saved.tgz");
  await gantryOk(["pull", `${layout}:x`, "--output-archive", saved, "--overwrite"]);
  return await readArchiveMembers(await Deno.readFile(saved));
}
