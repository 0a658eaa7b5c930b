import assert from "node:assert/strict";
import type { Entry } from "../../../src/pipeline/entry.ts";
import type { Drop } from "../../../src/pipeline/plugin.ts";
import { SourceError } from "../../../src/pipeline/source_error.ts";
import {
  GANTRY_IGNORES,
  TEMPORARY_IGNORES,
  VERSION_CONTROL_IGNORES,
} from "../../../src/plugins/filter/default_ignores.ts";
import { goGitRules } from "../../../src/plugins/filter/go_git_rules.ts";
import { ignore } from "../../../src/plugins/filter/ignore.ts";
import type { PatternSource } from "../../../src/plugins/filter/pattern_source.ts";
import { FLUX_PROFILE } from "../../../src/profiles/flux.ts";
import type { Context } from "../../../src/work/context.ts";
import { runBuiltIn } from "../../support/prepared.ts";

const NOTHING = (): void => {};
const CONTEXT: Context = {
  signal: new AbortController().signal,
  log: { debug: NOTHING, info: NOTHING, warn: NOTHING },
  progress: NOTHING,
  scratch: { keep: () => Promise.reject(new Error("Cannot keep anything here")) },
};

function entry(path: string, content: string | Uint8Array<ArrayBuffer> = ""): Entry {
  const blob = new Blob([content]);
  const kind = path.endsWith("/") ? "directory" : "file";
  return { path: path.replace(/\/$/, ""), kind, executable: false, size: blob.size, open: () => blob.stream() };
}

async function dropsOf(factory: ReturnType<typeof ignore>, entries: readonly Entry[]): Promise<readonly Drop[]> {
  return (await runBuiltIn(factory, { input: { entries }, context: CONTEXT }))?.drop ?? [];
}

async function dropped(entries: readonly Entry[], sources: readonly PatternSource[]): Promise<readonly string[]> {
  return (await dropsOf(ignore({ before: sources }), entries)).map(({ path, reason }) => `${path}: ${reason}`);
}

Deno.test("ignore() reads ignore files from the entries, in their place among the patterns", async () => {
  const entries = [
    entry(".gantryignore", "!b.md\n"),
    entry("a.md"),
    entry("b.md"),
    entry("c.md"),
    entry("timoni.ignore", "# ours\n*.md\n"),
    entry("x.txt"),
  ];
  const sources: readonly PatternSource[] = [
    { from: "default", patterns: ["*.txt"] },
    { file: "timoni.ignore" },
    { file: ".gantryignore" },
    { file: "nowhere.ignore" },
    { from: "--ignore", patterns: ["!c.md", "timoni.ignore"] },
  ];
  assert.deepEqual(await dropped(entries, sources), [
    "a.md: *.md (timoni.ignore:2)",
    "timoni.ignore: timoni.ignore (--ignore)",
    "x.txt: *.txt (default)",
  ]);
});

Deno.test("ignore() reads no ignore file below the root, and no directory for one", async () => {
  const entries = [entry("d/"), entry("d/.gantryignore", "*\n"), entry(".gantryignore/"), entry("x")];
  assert.deepEqual(await dropped(entries, [{ file: ".gantryignore" }]), []);
});

Deno.test("ignore() names everything below a directory that is left out, so that nothing of it stays", async () => {
  const entries = [entry("d/"), entry("d/keep"), entry("d/x"), entry("x")];
  const group = { from: "x", patterns: ["d/", "!d/keep"] };
  assert.deepEqual(await dropped(entries, [group]), ["d: d/ (x)", "d/keep: d/ (x)", "d/x: d/ (x)"]);
});

Deno.test("ignore() keeps the directory of what Flux brings back, and says that git would not", async () => {
  const entries = [
    entry("apps/"),
    entry("apps/a.yaml"),
    entry("apps/b"),
    entry("docs/"),
    entry("docs/c"),
    entry("d.yaml"),
  ];
  const said: string[] = [];
  const context = { ...CONTEXT, log: { ...CONTEXT.log, info: (line: string) => void said.push(line) } };
  const factory = ignore({ after: [{ from: ".sourceignore", patterns: ["*", "!*.yaml"] }], reading: "go-git" });
  const { drop } = await runBuiltIn(factory, { input: { entries }, context }) ?? { drop: [] };
  assert.deepEqual(drop.map(({ path }) => path), ["apps/b", "docs", "docs/c"]);
  assert.deepEqual(said, [
    'Ignore patterns are read as Flux and Timoni read them, not as git does: "apps/a.yaml" stays, and git would leave it out',
  ]);
});

const AGREED: readonly (readonly [patterns: readonly string[], difference: RegExp | undefined])[] = [
  [["*.md", "apps/b"], undefined],
  [["docs/**"], undefined],
  [["docs/"], undefined],
  [["[!x]pps/"], /^Ignore patterns .*: "apps\/a.yaml" stays, and git would leave it out, and 1 more of that kind$/],
  [["[^x]ocs"], undefined],
  [["[!d]ocs"], /: "docs" is left out, and git would keep it$/],
];

for (const [patterns, difference] of AGREED) {
  Deno.test(`ignore() says ${difference ?? "nothing"} of ${JSON.stringify(patterns)} in Flux's reading`, async () => {
    const rules = goGitRules([{ from: "x", patterns }]);
    const walked = ["apps/", "apps/a.yaml", "apps/b", "docs/", "docs/c"].filter((path) => {
      return !path.startsWith("docs/c") || !rules.prunes("docs");
    });
    const said: string[] = [];
    const context = { ...CONTEXT, log: { ...CONTEXT.log, info: (line: string) => void said.push(line) } };
    const factory = ignore({ after: [{ from: "x", patterns }], reading: "go-git" });
    await runBuiltIn(factory, { input: { entries: walked.map((path) => entry(path)) }, context });
    if (difference === undefined) assert.deepEqual(said, []);
    else assert.match(said.join("\n"), difference);
  });
}

Deno.test("ignore() names an ignore file that is not UTF-8", async () => {
  const entries = [entry(".gantryignore", Uint8Array.of(0x61, 0xff))];
  await assert.rejects(
    dropped(entries, [{ file: ".gantryignore" }]),
    (error) =>
      error instanceof SourceError && error.message === 'Cannot read ignore file ".gantryignore": it is not UTF-8 text',
  );
});

const DEFAULTS: readonly (readonly [name: string, patterns: readonly string[], drops: string, keeps: string])[] = [
  [
    "VERSION_CONTROL_IGNORES",
    VERSION_CONTROL_IGNORES,
    ".git/ .git/config sub/.git .hg/ .hg/x .svn/ .bzr/ .jj/ _darcs/ a/_darcs/",
    ".gitignore .gitea/ .github/ .github/x.yaml git/ .hg",
  ],
  [
    "GANTRY_IGNORES",
    GANTRY_IGNORES,
    "gantry.jsonc gantry.json gantry.yaml gantry.yml .gantryignore",
    "d/gantry.yaml d/.gantryignore my-gantry.yaml",
  ],
  [
    "TEMPORARY_IGNORES",
    TEMPORARY_IGNORES,
    ".gantry-pull-92fc4ee0-0bb2-4d9c-9d25-ae3e1ea4a44b.tmp/ d/.gantry-pull-92fc4ee0-0bb2-4d9c-9d25-ae3e1ea4a44b.tmp/tree/a " +
    "blobs/sha256/.gantry-7-92fc4ee0-0bb2-4d9c-9d25-ae3e1ea4a44b.tmp app.tar.92fc4ee0-0bb2-4d9c-9d25-ae3e1ea4a44b.partial",
    "gantry-x.tmp .gantry-x .gantryignore x.tmp app.tar.partial my.partial",
  ],
  [
    "FLUX.defaultIgnores",
    FLUX_PROFILE.defaultIgnores,
    ".git/ .gitignore a/.gitmodules .gitattributes x.jpg a/x.jpeg x.gif x.png x.wmv x.flv x.tar.gz x.zip",
    "x.JPG x.tar x.gz x.svg app.yaml .sourceignore .github/",
  ],
];

for (const [name, patterns, drops, keeps] of DEFAULTS) {
  Deno.test(`${name} leaves out what it names and nothing beside it`, async () => {
    const entries = [...drops.split(" "), ...keeps.split(" ")].map((path) => entry(path));
    const found = await dropsOf(ignore({ before: [{ from: "x", patterns }] }), entries);
    assert.deepEqual(found.map(({ path }) => path), drops.split(" ").map((path) => path.replace(/\/$/, "")));
  });
}
