/**
 * What can be a source, and where results go.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk, push } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool, toolTest } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

const FILES = {
  "a/b.yaml": "b: 1\n",
  "a-b.yaml": "ab: 1\n",
  "bin/run": "#!/bin/sh\n",
  "x.log": "",
};

/** Given, because standard input belongs to the repository that gantry runs in. */
const METADATA = ["--version", "1.0.0", "--source", "https://github.com/acme/app", "--revision", "0123456"].concat(
  ["--created", "2026-01-02T03:04:05Z"],
);

toolTest(
  "a tar of a directory, from a file or standard input, gives the digest of the directory",
  ["tar"],
  async () => {
    await using directory = await tempDirectory();
    const tree = join(directory.path, "tree");
    await writeTree(tree, { ...FILES, "timoni.ignore": "*.log\n" });
    const digest = async (source: string, stdin?: Uint8Array<ArrayBuffer>): Promise<string> => {
      const args = ["plan", source, "--profile", "timoni", ...METADATA, "-q", "-o", "json"];
      return JSON.parse((await gantryOk(args, stdin === undefined ? {} : { stdin })).stdout).digest;
    };
    const expected = await digest(tree);
    for (const [name, flags] of [["tree.tar", []], ["tree.tar.gz", ["-z"]], ["tree.tgz", ["-z"]]] as const) {
      const path = join(directory.path, name);
      await tool("tar", ["-c", ...flags, "-f", path, "-C", tree, "."]);
      assert.equal(await digest(path), expected, name);
      assert.equal(await digest("-", await Deno.readFile(path)), expected, `${name} on standard input`);
    }
  },
);

Deno.test("a file is packed under its name, and standard input under the one that is given", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app.yaml");
  await Deno.writeTextFile(path, "a: 1\n");
  const plan = async (...args: readonly string[]): Promise<{ digest: string; files: { path: string }[] }> =>
    JSON.parse(
      (await gantryOk(["plan", ...args, ...METADATA, "-q", "-o", "json"], { stdin: await Deno.readFile(path) })).stdout,
    );
  const file = await plan(path);
  const stdin = await plan("-", "--stdin-name", "app.yaml");
  assert.deepEqual(file.files.map((each) => each.path), ["app.yaml"]);
  assert.equal(stdin.digest, file.digest);
  assert.deepEqual((await plan("-")).files.map((each) => each.path), ["stdin.yaml"]);
});

Deno.test("push writes one line per target, the digest to a file, and the outputs of a GitHub step", async () => {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  await writeTree(at("tree"), FILES);
  await Deno.writeTextFile(at("outputs"), "before=1\n");
  const { stdout } = await gantryOk(
    [
      "push",
      at("tree"),
      `oci-layout:${at("one")}`,
      `oci-archive:${at("two.tar")}`,
      "--digest-file",
      at("digest"),
      "-t",
      "x",
    ],
    { env: { GITHUB_ACTIONS: "true", GITHUB_OUTPUT: at("outputs") } },
  );
  const digest = (await Deno.readTextFile(at("digest"))).trim();
  assert.match(digest, /^sha256:[0-9a-f]{64}$/);
  assert.equal(stdout, `oci-layout:${at("one")}@${digest}\noci-archive:${at("two.tar")}@${digest}\n`);
  assert.equal(
    await Deno.readTextFile(at("outputs")),
    `before=1\ndigest=${digest}\nref=oci-layout:${at("one")}@${digest}\nurl=oci-layout:${at("one")}@${digest}\n`,
  );
});

Deno.test("push of a directory leaves out the layouts in it that it publishes to", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, FILES);
  const at = (name: string): string => join(directory.path, name);
  const args = [directory.path, `oci-layout:${at("dist/[app]")}`, `oci-archive:${at("app.tar")}`, ...METADATA];
  const first = await push(args);
  assert.equal((await push(args)).digest, first.digest);
  const { stdout } = await gantryOk(["plan", ...args]);
  assert.match(stdout, /- app\.tar +\/app\.tar \(a target of this push\)/);
});

const LINKS = [
  ["../secret", "it leads out of the source"],
  ["nowhere", "it is a symbolic link, and there is nothing at its target"],
  [".gantryignore", "it is a symbolic link that leads back to itself"],
] as const;

Deno.test("an ignore file that is a link counts, or the push is refused; it is never read out of the source", async () => {
  await using directory = await tempDirectory();
  const source = join(directory.path, "source");
  await writeTree(directory.path, { "secret": "a/[!token\n", "source/rules": "*.log\n", "source/x.log": "x\n" });
  await Deno.symlink("rules", join(source, ".gantryignore"));
  const dropped = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { stdout } = await gantryOk(["plan", source, "-q", "-o", "json", ...args]);
    return JSON.parse(stdout).dropped.map(({ path }: { path: string }) => path);
  };
  assert.deepEqual(await dropped(), [".gantryignore", "x.log"]);

  const refused = async (why: string, ...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await gantry(["plan", source, "-q", ...args]);
    assert.equal(stderr, `error: Cannot read ignore file ".gantryignore": ${why}\n`);
    assert.equal(code, 2);
  };
  await refused("it is a symbolic link, and those are not followed", "--symlinks", "skip");
  for (const [target, why] of LINKS) {
    await Deno.remove(join(source, ".gantryignore"));
    await Deno.symlink(target, join(source, ".gantryignore"));
    await refused(why);
  }
});

Deno.test("push prints the same as JSON and as YAML", async () => {
  await using directory = await tempDirectory();
  await writeTree(join(directory.path, "tree"), FILES);
  const args = [
    join(directory.path, "tree"),
    `oci-layout:${join(directory.path, "layout")}`,
    "--version",
    "1.2.3",
    "-t",
    "x",
  ];
  await push(args);
  const json = await push(args);
  const { load } = await import("js-yaml");
  assert.deepEqual(load((await gantryOk(["push", ...args, "-o", "yaml"])).stdout), json);
  assert.deepEqual(json.targets.map(({ tags, uploaded, existing }) => ({ tags, uploaded, existing })), [
    { tags: ["1.2.3", "x"], uploaded: 0, existing: 3 },
  ]);
});

Deno.test("flags win over the configuration file, and the file over the defaults", async () => {
  await using directory = await tempDirectory();
  const source = join(directory.path, "tree");
  await writeTree(source, FILES);
  await Deno.writeTextFile(
    join(source, "gantry.jsonc"),
    JSON.stringify({
      profile: "image",
      version: "1.0.0",
      tags: ["from-file"],
      annotations: { "acme.example/a": "file", "acme.example/b": "file" },
      ignore: ["*.log"],
      latest: true,
    }),
  );
  const plan = async (...args: readonly string[]): Promise<ReturnType<typeof JSON.parse>> =>
    JSON.parse(
      (await gantryOk(["plan", source, "--config", join(source, "gantry.jsonc"), "-q", "-o", "json", ...args])).stdout,
    );
  const tagNames = (report: { tags: { name: string }[] }): readonly string[] => report.tags.map(({ name }) => name);
  const file = await plan();
  assert.equal(file.profile, "image");
  assert.deepEqual(tagNames(file), ["1.0.0", "from-file", "latest"]);
  const flags = await plan(
    "--profile",
    "generic",
    "--version",
    "2.0.0-rc.1",
    "--latest=false",
    "-a",
    "acme.example/a=flag",
  );
  assert.equal(flags.profile, "generic");
  assert.deepEqual(tagNames(flags), ["2.0.0-rc.1", "from-file"]);
  assert.deepEqual(flags.annotations["acme.example/a"], { value: "flag", from: "--annotation" });
  assert.deepEqual(flags.annotations["acme.example/b"], { value: "file", from: join(source, "gantry.jsonc") });
  assert.ok(!flags.files.some(({ path }: { path: string }) => path === "x.log" || path === "gantry.jsonc"));
});

Deno.test("a source that is not there is answered with what is beside it and has nearly its name", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "work/a.yaml": "a: 1\n" });
  for (const [typed, says] of [["wrok", `, did you mean "${directory.path}/work"?`], ["other", ""]] as const) {
    const source = `${directory.path}/${typed}`;
    const { code, stderr } = await gantry(["plan", source]);
    assert.equal(code, 2);
    assert.equal(stderr.split("\n")[0], `error: Cannot read "${source}": there is no such file or directory${says}`);
  }
});
