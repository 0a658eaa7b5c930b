import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../../../src/cli/config/config_error.ts";
import type { Config } from "../../../src/cli/config/config_schema.ts";
import { type ConfigSearch, findConfig, type FoundConfig } from "../../../src/cli/config/find_config.ts";
import { whyUnreadable } from "../../../src/system/io_error.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool, toolTest } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

const CONFIG = fileURLToPath(import.meta.resolve("../../../deno.json"));

/** Files, the source below the temporary directory, and the configuration file that is found there. */
const FOUND: readonly (readonly [what: string, files: readonly string[], source: string, found: string | undefined])[] =
  [
    ["gantry.jsonc in the source", ["app/gantry.jsonc", "app/x"], "app", "app/gantry.jsonc"],
    ["gantry.json in the source", ["app/gantry.json", "app/x"], "app", "app/gantry.json"],
    ["gantry.yaml in the source", ["app/gantry.yaml", "app/x"], "app", "app/gantry.yaml"],
    ["gantry.yml in the source", ["app/gantry.yml", "app/x"], "app", "app/gantry.yml"],
    ["the file beside a source file", ["app/gantry.yaml", "app/x.tar"], "app/x.tar", "app/gantry.yaml"],
    ["the file beside a source that does not exist", ["gantry.yaml"], "nowhere", "gantry.yaml"],
    ["the file in the repository's root", ["gantry.yaml", ".git/HEAD", "a/b/x"], "a/b", "gantry.yaml"],
    ["the file in a worktree's root", ["gantry.yaml", ".git", "a/b/x"], "a/b", "gantry.yaml"],
    ["the file in the source before the root's", ["gantry.json", ".git/HEAD", "a/gantry.yaml"], "a", "a/gantry.yaml"],
    ["the file in the source that is the root", ["gantry.yaml", ".git/HEAD"], ".", "gantry.yaml"],
    ["nothing between the source and the root", ["a/gantry.yaml", ".git/HEAD", "a/b/x"], "a/b", undefined],
    ["nothing above the root", ["gantry.yaml", "a/.git/HEAD", "a/b/x"], "a/b", undefined],
    ["nothing above the source without a repository", ["gantry.yaml", "a/b/x"], "a/b", undefined],
    ["nothing under another name", [".git/HEAD", "gantry.toml", "x"], ".", undefined],
  ];

for (const [what, files, source, found] of FOUND) {
  Deno.test(`findConfig() finds ${what}`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, Object.fromEntries(files.map((file) => [file, "{}"])));
    const here = join(directory.path, dirname(found ?? "."));
    const config = await foundBy({ source: join(directory.path, source), here });
    assert.deepEqual(config, found === undefined ? undefined : { path: join(directory.path, found), config: {} });
  });
}

Deno.test("findConfig() shows a relative path when the source is relative", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "gantry.yaml": "source: a", ".git/HEAD": "", "a/b/x": "", "c/x": "" });
  const { path, config } = await foundIn(join(directory.path, "c"), { source: "../a/b" });
  assert.deepEqual({ path, config }, { path: "../gantry.yaml", config: { source: "../a" } });
});

Deno.test("findConfig() takes the explicit file, whatever lies beside the source", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "gantry.yaml": "latest: true", "other/ci.json": '{"source": "../app"}' });
  const explicit = join(directory.path, "other", "ci.json");
  assert.deepEqual(await foundBy({ source: directory.path, explicit }), {
    path: explicit,
    config: { source: join(directory.path, "app") },
  });
});

for (const source of [undefined, "-", "."]) {
  Deno.test(`findConfig() looks into the current directory when the source is ${source}`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, { "gantry.yaml": "source: ./app\ntargets: ['oci-layout:./dist']" });
    const { path, config } = await foundIn(directory.path, source === undefined ? {} : { source });
    assert.deepEqual({ path, config }, {
      path: "gantry.yaml",
      config: { source: "./app", targets: ["oci-layout:./dist"] },
    });
  });
}

Deno.test("findConfig() makes paths start from the current directory when the file lies above it", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    "gantry.jsonc": '{ "source": "./app", "targets": ["oci-layout:./dist:1.0"], "ignoreFile": ".ignored" } // all',
    ".git/HEAD": "",
    "app/deep/x": "",
  });
  const { path, config } = await foundIn(join(directory.path, "app", "deep"), {});
  assert.deepEqual({ path, config }, {
    path: "../../gantry.jsonc",
    config: { source: "../../app", targets: ["oci-layout:../../dist:1.0"], ignoreFile: "../../.ignored" },
  });
});

Deno.test("findConfig() finds nothing when no file is wanted", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "gantry.yaml": "latest: true" });
  assert.equal(await findConfig({ source: directory.path, explicit: false }), undefined);
});

const SECRETIVE = "env: [TOKEN]\nsource: ${TOKEN}\ntargets: ['oci://h/r']\nannotations: 1";

/** Files, the current directory, the source, and whether the configuration file counts. */
const TRUST: readonly (readonly [
  what: string,
  files: readonly string[],
  here: string,
  search: ConfigSearch,
  trusted: boolean,
])[] = [
  ["in the current directory", ["gantry.yaml", "x"], ".", {}, true],
  [
    "in the current directory, which is a repository in another one",
    [".git/HEAD", "a/.git/HEAD", "a/gantry.yaml"],
    "a",
    {},
    true,
  ],
  ["below it in the same repository", [".git/HEAD", "a/b/gantry.yaml", "a/b/x"], ".", { source: "a/b" }, true],
  ["below it in a worktree", [".git", "a/gantry.yaml"], ".", { source: "a" }, true],
  ["in the root of the repository", ["gantry.yaml", ".git/HEAD", "a/b/x"], "a/b", {}, true],
  ["in the root of the repository, for a source elsewhere in it", ["gantry.yaml", ".git/HEAD", "a/x", "b/x"], "a", {
    source: "../b",
  }, true],
  ["elsewhere in the repository", [".git/HEAD", "a/x", "b/gantry.yaml"], "a", { source: "../b" }, true],
  ["below the current directory and in no repository", ["a/gantry.yaml"], ".", { source: "a" }, false],
  ["of a checkout below the current directory", ["a/gantry.yaml", "a/.git/HEAD"], ".", { source: "a" }, false],
  ["of a checkout in the repository", [".git/HEAD", "a/gantry.yaml", "a/.git/HEAD"], ".", { source: "a" }, false],
  ["of a submodule", [".git/HEAD", "a/gantry.yaml", "a/.git"], ".", { source: "a" }, false],
  ["in the root of a checkout below", ["a/gantry.yaml", "a/.git/HEAD", "a/b/x"], ".", { source: "a/b" }, false],
  ["beside the current directory", ["b/gantry.yaml", "a/x"], "a", { source: "../b" }, false],
  ["above the current directory", ["gantry.yaml", "a/x"], "a", { source: ".." }, false],
  ["in another repository", ["b/gantry.yaml", "b/.git/HEAD", "b/c/x", "a/.git/HEAD"], "a", {
    source: "../b/c",
  }, false],
];

for (const [what, files, here, search, trusted] of TRUST) {
  Deno.test(`findConfig() ${trusted ? "takes" : "reads nothing of"} a file ${what}`, async () => {
    await using directory = await tempDirectory();
    const content = trusted ? "" : SECRETIVE;
    await writeTree(directory.path, Object.fromEntries(files.map((file) => [file, content])));
    const where = { here: join(directory.path, here), source: join(directory.path, here, search.source ?? ".") };
    if (trusted) assert.ok(await findConfig(where) !== undefined);
    else await assertDistrusted(where, /it lies neither in the current directory nor in the git repository around it/);
  });
}

Deno.test("findConfig() takes a file from anywhere when it was asked for", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "b/gantry.yaml": "", "a/x": "" });
  await Deno.chmod(join(directory.path, "b/gantry.yaml"), 0o666);
  const explicit = join(directory.path, "b/gantry.yaml");
  assert.equal((await findConfig({ explicit, here: join(directory.path, "a") }))?.isNamed, true);
});

/** What others may have done to a file in the current directory, which is \`here\`, and what is said of it. */
const FOREIGN: readonly (readonly [what: string, change: (here: string) => Promise<void>, reason: RegExp])[] = [
  [
    "that everybody may write to",
    (here) => Deno.chmod(join(here, "gantry.yaml"), 0o666),
    /: it may be written by everybody;/,
  ],
  [
    "in a directory that everybody may write to",
    (here) => Deno.chmod(here, 0o777),
    /: the directory ".*\/here" above it may be/,
  ],
  [
    "below such a directory",
    (here) => Deno.chmod(dirname(here), 0o777),
    /: the directory ".*" above it may be written by/,
  ],
  ["that leads to one that everybody may write to", async (here) => {
    await Deno.rename(join(here, "gantry.yaml"), join(here, "..", "real.yaml"));
    await Deno.chmod(join(here, "..", "real.yaml"), 0o666);
    await Deno.symlink("../real.yaml", join(here, "gantry.yaml"));
  }, /: it may be written by everybody;/],
  ["that leads into a directory that everybody may write to", async (here) => {
    const open = join(here, "..", "open");
    await Deno.mkdir(open);
    await Deno.rename(join(here, "gantry.yaml"), join(open, "gantry.yaml"));
    await Deno.symlink("../open/gantry.yaml", join(here, "gantry.yaml"));
    await Deno.chmod(open, 0o777);
  }, /: the directory ".*\/open" above it may be/],
];

for (const [what, change, reason] of FOREIGN) {
  Deno.test(`findConfig() reads nothing of a file ${what}`, async () => {
    await using directory = await tempDirectory();
    const here = join(directory.path, "here");
    await writeTree(here, { "gantry.yaml": SECRETIVE });
    await change(here);
    await assertDistrusted({ here, source: here }, reason);
  });
}

Deno.test("findConfig() takes a file below a directory in which everybody has files of their own, such as /tmp", async () => {
  await using directory = await tempDirectory();
  const here = join(directory.path, "here");
  await writeTree(here, { "gantry.yaml": "" });
  await Deno.chmod(directory.path, 0o1777);
  assert.ok(await findConfig({ here, source: here }) !== undefined);
});

for (const [what, name] of [["file", "here/gantry.yaml"], ["directory", "here"]] as const) {
  Deno.test(`findConfig() reads nothing of a ${what} of another user`, async () => {
    await using directory = await tempDirectory();
    const here = join(directory.path, "here");
    await writeTree(here, { "gantry.yaml": SECRETIVE });
    const uid = Deno.uid;
    try {
      // Only root can give a file away; everybody else can only say who runs this.
      if (uid() === 0) await Deno.chown(join(directory.path, name), 12345, null);
      else Deno.uid = (): number => 12345;
      await assertDistrusted({ here, source: here }, /belongs to another user \(uid \d+, and gantry runs as \d+\);/);
    } finally {
      Deno.uid = uid;
    }
  });
}

/** The file is refused with a way to trust it, and no variable that it declares was asked for. */
async function assertDistrusted(search: ConfigSearch, reason: RegExp): Promise<void> {
  const asked: string[] = [];
  const readEnv = (names: readonly string[]): Record<string, string> => {
    asked.push(...names);
    return {};
  };
  await assert.rejects(findConfig({ ...search, readEnv }), (error) => {
    assert.ok(error instanceof Error);
    assert.equal(error.name, "UsageError");
    assert.match(error.message, reason);
    assert.match(
      error.message,
      /^Cannot use configuration file "(.*)": [^\n]*; pass --config \1 when you trust it, or --no-config$/,
    );
    return true;
  });
  assert.deepEqual(asked, []);
}

Deno.test("findConfig() takes a file with a byte order mark", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "gantry.json": "\ufeff{}" });
  assert.deepEqual((await foundBy({ source: directory.path, here: directory.path }))?.config, {});
});

Deno.test("findConfig() puts the path before each problem", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "gantry.yaml": "tag: x\nlatest: 1" });
  const path = join(directory.path, "gantry.yaml");
  await assert.rejects(
    findConfig({ explicit: path }),
    (error) =>
      error instanceof ConfigError &&
      error.message ===
        `${path}:1:1: unknown key "tag", did you mean "tags"?\n${path}:2:9: "latest": must be true or false, not 1`,
  );
});

Deno.test("findConfig() refuses two files in one directory", async () => {
  const pairs = [["gantry.jsonc", "gantry.yaml"], ["gantry.yaml", "gantry.yml"]] as const;
  for (const [one, other] of pairs) {
    await using directory = await tempDirectory();
    await writeTree(directory.path, { [one]: "{}", [other]: "{}" });
    const [first, second] = [one, other].map((name) => JSON.stringify(join(directory.path, name)));
    await assert.rejects(findConfig({ source: directory.path }), {
      name: "UsageError",
      message: `Cannot choose a configuration file: there are ${first} and ${second}, keep one`,
    });
  }
});

/** What of a file that was found is the same in every directory. */
async function foundBy(search: ConfigSearch): Promise<{ path: string; config: Config } | undefined> {
  const found = await findConfig(search);
  return found && { path: found.path, config: found.config };
}

const ABSENT = whyUnreadable(new Deno.errors.NotFound());

/** What stands where the configuration file should be, and why it cannot be read. */
const UNREADABLE: readonly (readonly [what: string, make: (path: string) => Promise<void>, reason: string])[] = [
  ["is a directory", (path) => Deno.mkdir(path), "it is a directory"],
  ["is a link that leads nowhere", (path) => Deno.symlink("nowhere", path), ABSENT],
  ["is too large", (path) => Deno.writeFile(path, new Uint8Array(1024 * 1024 + 1)), "it is larger than 1 MiB"],
  ["is not UTF-8", (path) => Deno.writeFile(path, new Uint8Array([0x7b, 0xff, 0x7d])), "it is not UTF-8"],
];

for (const [what, make, reason] of UNREADABLE) {
  Deno.test(`findConfig() refuses a file that ${what}`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "gantry.json");
    await make(path);
    const refusal = {
      name: "UsageError",
      message: `Cannot read configuration file ${JSON.stringify(path)}: ${reason}`,
    };
    await assert.rejects(findConfig({ source: directory.path, here: directory.path }), refusal);
    await assert.rejects(findConfig({ explicit: path }), refusal);
  });
}

const NO_FILES: readonly (readonly [what: string, make: (path: string) => Promise<unknown>, reason: string])[] = [
  ["is a named pipe", (path) => tool("mkfifo", [path]), "it is a named pipe"],
  ["leads to a device that never ends", (path) => Deno.symlink("/dev/zero", path), "it is a device"],
];

for (const [what, make, reason] of NO_FILES) {
  toolTest(`findConfig() refuses a named file that ${what}, and does not wait`, ["mkfifo"], async () => {
    await using directory = await tempDirectory();
    const explicit = join(directory.path, "gantry.json");
    await make(explicit);
    await assert.rejects(findConfig({ explicit }), {
      name: "UsageError",
      message: `Cannot read configuration file ${JSON.stringify(explicit)}: ${reason}`,
    });
  });
}

Deno.test("findConfig() refuses an explicit file that does not exist", async () => {
  await using directory = await tempDirectory();
  const explicit = join(directory.path, "gantry.json");
  await assert.rejects(findConfig({ source: directory.path, explicit }), {
    name: "UsageError",
    message: `Cannot read configuration file ${JSON.stringify(explicit)}: ${ABSENT}`,
  });
});

Deno.test("findConfig() imports schema and parsers only when a file was found", async () => {
  const entry = import.meta.resolve("../../../src/cli/config/find_config.ts");
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", entry] }).output();
  const graph: ModuleGraph = JSON.parse(new TextDecoder().decode(stdout));
  const byName = new Map(graph.modules.map((module) => [module.specifier, module]));
  const packages = (lazy: boolean): readonly string[] => {
    const reached = new Set([entry]);
    for (const name of reached) {
      for (const { code, isDynamic } of byName.get(name)?.dependencies ?? []) {
        if (code !== undefined && (lazy || !isDynamic)) reached.add(code.specifier);
      }
    }
    return [...reached].filter((name) => name.startsWith("npm:"));
  };
  assert.deepEqual(packages(false), []);
  assert.match(packages(true).join(" "), /npm:jsonc-parser.*npm:js-yaml|npm:js-yaml.*npm:jsonc-parser/);
});

/** The part of `deno info --json` that is read here. */
interface ModuleGraph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
}

/** What is found in another current directory, by another process: that of this one is the same for all tests. */
async function foundIn(cwd: string, search: ConfigSearch, before = ""): Promise<FoundConfig> {
  const module = JSON.stringify(import.meta.resolve("../../../src/cli/config/find_config.ts"));
  const code = `${before}
    const { findConfig } = await import(${module});
    console.log(JSON.stringify(await findConfig(${JSON.stringify(search)})));`;
  return JSON.parse(await tool(Deno.execPath(), ["eval", "--config", CONFIG, code], { cwd }));
}
