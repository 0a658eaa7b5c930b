/**
 * The examples in `examples/plugins` do what they say, as `deno run` runs them. The compiled binary has its own test.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { EXAMPLE_PLUGINS, examplePipelines, startHook } from "../../support/examples/example_plugins.ts";
import { gantry, gantryOk, type GantryOptions, type GantryResult, push } from "../../support/gantry.ts";
import { type TempDirectory, tempDirectory } from "../../support/temp_directory.ts";
import { runTool } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n";
const SERVICE = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n";

Deno.test("examples/plugins: every example is in this test", () => {
  const names = [...Deno.readDirSync(EXAMPLE_PLUGINS)].filter(({ isFile }) => isFile).map(({ name }) => name);
  const plugins = names.filter((name) => /\.(ts|sh)$/.test(name)).sort();
  assert.deepEqual(Object.keys(examplePipelines({ url: "", tree: "" })).sort(), plugins);
});

Deno.test("examples/plugins/gantry.jsonc plans its source with all of them", async () => {
  const args = ["--config", join(EXAMPLE_PLUGINS, "gantry.jsonc"), "-o", "json"];
  const { plugins } = JSON.parse((await gantryOk(["plan", "--stages", ...args])).stdout);
  const own = plugins.filter(({ use, name }: { use: string; name: string }) => use !== name);
  assert.deepEqual(own.map(({ stage, id }: { stage: string; id: string }) => [stage, id]), [
    ["before:archive", "examples:strip-secrets"],
    ["before:archive", "examples:size-limit"],
    ["before:archive", "examples:image-policy"],
    ["annotate", "examples:version-file"],
    ["upload", "examples:directory-tree"],
  ]);
  const plan = JSON.parse((await gantryOk(["plan", ...args])).stdout);
  assert.deepEqual(plan.files.map(({ path }: { path: string }) => path), ["VERSION", "deployment.yaml"]);
  assert.equal(plan.annotations["org.opencontainers.image.version"].value, "1.4.0");
});

Deno.test("examples/plugins run by deno run, with gantry's own permissions and no others", async () => {
  await using directory = await tempDirectory();
  await using hook = startHook();
  for (
    const [name, pipeline] of Object.entries(examplePipelines({ url: hook.url, tree: join(directory.path, "tree") }))
  ) {
    const config = JSON.stringify({ source: join(EXAMPLE_PLUGINS, "app"), pipeline });
    await writeTree(directory.path, { "gantry.json": config });
    const args = (out: string): readonly string[] => {
      const layout = `oci-layout:${join(directory.path, name, out)}`;
      return ["push", layout, "--config", join(directory.path, "gantry.json"), "-t", "x", "-o", "json"];
    };
    const program = ["run", "--quiet", "-P", "--no-prompt", "--frozen", "main.ts"];
    const { code, stdout, stderr } = await runTool(Deno.execPath(), [...program, ...args("run")], { cwd: ROOT });
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).digest, (await push(args("process").slice(1, -2))).digest);
  }
  assert.equal(hook.told.length, 2);
});

Deno.test("strip_secrets.ts takes Secrets out, and a file of nothing else", async () => {
  await using directory = await tempDirectory();
  const files = {
    "mixed.yaml": `${SERVICE}---\n# hidden\n${SECRET}---\n${SERVICE.replace("name: a", "name: b")}`,
    "first.yml": `---\n${SECRET}---\n${SERVICE}`,
    "only.yaml": `${SECRET}---\n# nothing else\n`,
    "quoted.yaml": `kind: "Secret" # yes\nmetadata: {}\n---\n${SERVICE}`,
    "windows.yaml": `${SECRET}---\n${SERVICE}`.replaceAll("\n", "\r\n"),
    "reference.yaml": "kind: HelmRelease\nspec:\n  valuesFrom:\n    - kind: Secret\n      name: a\n",
    "text.md": SECRET,
  };
  const expected = {
    "mixed.yaml": `${SERVICE}---\n${SERVICE.replace("name: a", "name: b")}`,
    "first.yml": SERVICE,
    "quoted.yaml": SERVICE,
    "windows.yaml": SERVICE.replaceAll("\n", "\r\n"),
    "reference.yaml": files["reference.yaml"],
    "text.md": SECRET,
  };
  await writeTree(join(directory.path, "expected"), expected);
  const stripped = await planned(directory, "strip_secrets.ts", files);
  assert.deepEqual(stripped.dropped, [{ path: "only.yaml", reason: "left out by examples:strip-secrets" }]);
  const byHand = JSON.parse((await gantryOk(["plan", join(directory.path, "expected"), "-o", "json"])).stdout);
  assert.deepEqual(stripped.layers, byHand.layers);
});

const UNCLEAR: readonly (readonly [text: string, what: string])[] = [
  ["{kind: Secret}\n", 'the line "{kind: Secret}"'],
  ["--- {kind: Secret}\n", 'something after ---: "{kind: Secret}"'],
  ["%YAML 1.2\n---\nkind: Secret\n", 'the line "%YAML 1.2"'],
  ["--- # fine\n--- |\n", 'something after ---: "|"'],
  ["a: 1\u0085---\u0085kind: Secret\n", 'the line "---"'],
  ["kind: ConfigMap\rkind: Secret\n", "two lines that begin with kind"],
  ["\0k\0i\0n\0d", "bytes that are no UTF-8 text"],
  ['"kind": Secret\n', 'the line "\\"kind\\": Secret"'],
  ["? kind\n: Secret\n", 'the line "? kind"'],
  ["{{ if .Values.a }}\nkind: Secret\n{{ end }}\n", 'the line "{{ if .Values.a }}"'],
  ["kind: !!str Secret\n", 'the kind "!!str Secret"'],
  ["kind: &k Secret\n", 'the kind "&k Secret"'],
  ["kind:\n  Secret\n", 'the kind ""'],
  ["kind: ConfigMap\nkind: Secret\n", "two lines that begin with kind"],
  ["kind: List\nitems:\n  - kind: Secret\n", "a List of them"],
];

for (const [text, what] of UNCLEAR) {
  Deno.test(`strip_secrets.ts stops where it cannot tell: ${JSON.stringify(text)}`, async () => {
    await using directory = await tempDirectory();
    const { code, stderr } = await run("plan", directory, "strip_secrets.ts", { "a.yaml": text });
    assert.equal(code, 2);
    assert.ok(stderr.includes(`error: Cannot tell whether there is a Secret in a.yaml: it has ${what}\n`), stderr);
  });
}

Deno.test("version_file.ts annotates with what the file says, skips without it, and refuses what is no version", async () => {
  await using directory = await tempDirectory();
  const version = (files: Readonly<Record<string, string>>): Promise<Planned> =>
    planned(directory, "version_file.ts", files);
  const key = "org.opencontainers.image.version";
  assert.deepEqual((await version({ "VERSION": "1.4.0-rc.1\n" })).annotations[key], {
    value: "1.4.0-rc.1",
    from: "VERSION",
  });
  await Deno.remove(join(directory.path, "source"), { recursive: true });
  assert.deepEqual((await version({ "a.yaml": "" })).annotations, {});
  const { code, stderr } = await run("plan", directory, "version_file.ts", { "VERSION": "one point four" });
  assert.equal(code, 2);
  assert.match(stderr, /^error: Cannot read a version from VERSION: it says "one point four"$/m);
});

Deno.test("size_limit.ts stops at a file over the limit", async () => {
  await using directory = await tempDirectory();
  const files = { "small.bin": "x".repeat(65536) };
  assert.equal((await planned(directory, "size_limit.ts", files)).files.length, 1);
  const { code, stderr } = await run("push", directory, "size_limit.ts", { ...files, "large.bin": "x".repeat(65537) });
  assert.equal(code, 2);
  assert.match(stderr, /^error: large\.bin has 65537 bytes, 65536 are allowed$/m);
  assert.match(stderr, /^advice: leave it out with an ignore pattern, or raise the option bytes$/m);
});

Deno.test("image_policy.sh stops at an image with the tag latest", async () => {
  await using directory = await tempDirectory();
  const files = { "a.yaml": "image: nginx:1.29\n", "b.md": "image: nginx:latest\n" };
  assert.equal((await planned(directory, "image_policy.sh", files)).files.length, 2);
  const { code, stderr } = await run("push", directory, "image_policy.sh", {
    ...files,
    "c/d.yml": "  - image: 'a/b:latest'\n",
  });
  assert.equal(code, 2);
  assert.match(stderr, /^error: An image in c\/d\.yml has the tag latest$/m);
  assert.match(stderr, /^examples:image-policy: \.\/c\/d\.yml:1: {2}- image: 'a\/b:latest'$/m);
  assert.match(stderr, /^advice: name a version, or better a digest$/m);
});

Deno.test("directory_tree.ts publishes to a directory, keeps immutable tags, and sends nothing twice", async () => {
  await using directory = await tempDirectory();
  const tree = join(directory.path, "tree");
  await write(directory, "directory_tree.ts", { "a.yaml": "a: 1\n" });
  const config = ["--config", join(directory.path, "gantry.json")];
  const first = await push([...config, "--version", "1.0.0", "--latest"]);
  assert.equal(first.url, `tree:${tree}@${first.digest}`);
  assert.deepEqual(first.targets[0]?.tags, ["1.0.0", "latest"]);
  assert.equal(await Deno.readTextFile(join(tree, "tags/1.0.0")), first.digest);
  const manifest = await Deno.readFile(join(tree, "blobs", first.digest.slice("sha256:".length)));
  const layers = JSON.parse(new TextDecoder().decode(manifest)).layers;
  for (const { digest, size } of layers) {
    assert.equal((await Deno.stat(join(tree, "blobs", digest.slice("sha256:".length)))).size, size);
  }
  const second = await push([...config, "--version", "1.0.0"]);
  assert.deepEqual([second.targets[0]?.uploaded, second.targets[0]?.bytesSent], [0, 0]);

  await writeTree(join(directory.path, "source"), { "a.yaml": "a: 2\n" });
  const refused = await gantry(["push", ...config, "--version", "1.0.0"]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^error: .*1\.0\.0.*$/m);
  assert.equal(await Deno.readTextFile(join(tree, "tags/1.0.0")), first.digest);
  assert.deepEqual([...Deno.readDirSync(join(tree, "blobs"))].filter(({ name }) => name.includes("partial")), []);
});

Deno.test("notify.ts tells the web hook when everything is visible, with a token that nobody sees", async () => {
  await using directory = await tempDirectory();
  await using hook = startHook();
  await write(directory, "notify.ts", { "a.yaml": "a: 1\n" }, hook.url);
  const layout = `oci-layout:${join(directory.path, "out")}`;
  const args = ["push", layout, "--config", join(directory.path, "gantry.json"), "-t", "x", "-o", "json", "-v"];
  const { stdout, stderr } = await gantryOk(args, { env: { NOTIFY_TOKEN: "s3cr3t-token" } });
  const { digest } = JSON.parse(stdout);
  assert.deepEqual(hook.told, [{
    authorization: "Bearer s3cr3t-token",
    body: { digest, targets: [{ url: layout, tags: ["x"] }] },
  }]);
  assert.doesNotMatch(stderr, /s3cr3t/);
});

Deno.test("notify.ts warns when nobody can be told, because the artifact is published", async () => {
  await using directory = await tempDirectory();
  await using hook = startHook(503);
  await write(directory, "notify.ts", { "a.yaml": "a: 1\n" }, hook.url);
  const args = ["push", `oci-layout:${join(directory.path, "out")}`, "--config", join(directory.path, "gantry.json")];
  const { stderr } = await gantryOk(args);
  assert.match(stderr, /^warning: examples:notify: Cannot tell 127\.0\.0\.1:\d+: it answered 503$/m);
});

interface Planned {
  readonly files: readonly { readonly path: string }[];
  readonly dropped: readonly unknown[];
  readonly layers: readonly unknown[];
  readonly annotations: Readonly<Record<string, unknown>>;
}

async function planned(
  directory: TempDirectory,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<Planned> {
  const result = await run("plan", directory, name, files, {});
  assert.equal(result.code, 0, result.stderr);
  return JSON.parse(result.stdout);
}

async function run(
  command: "plan" | "push",
  directory: TempDirectory,
  name: string,
  files: Readonly<Record<string, string>>,
  options: GantryOptions = {},
): Promise<GantryResult> {
  await write(directory, name, files);
  const target = command === "push" ? [`oci-layout:${join(directory.path, "out")}`] : ["-o", "json"];
  return await gantry([command, ...target, "--config", join(directory.path, "gantry.json")], options);
}

async function write(
  directory: TempDirectory,
  name: string,
  files: Readonly<Record<string, string>>,
  url = "http://127.0.0.1:1/",
): Promise<void> {
  const pipeline = examplePipelines({ url, tree: join(directory.path, "tree") })[name];
  await writeTree(join(directory.path, "source"), files);
  await writeTree(directory.path, { "gantry.json": JSON.stringify({ source: "./source", pipeline }) });
}
