/** The files of a release, made in a copy of the checkout and installed from as their users would install them. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { load } from "js-yaml";
import { VERSION } from "../../src/host/version.ts";
import { copiedCheckout } from "../support/checkout.ts";
import { startFakeRegistry } from "../support/fake_registry.ts";
import { gantry } from "../support/gantry.ts";
import { writeScript } from "../support/script.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, tool, toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const SOURCE = join(ROOT, "examples/plain");
const TARGET = "x86_64-unknown-linux-gnu";
const PLUGIN = `export default (kit) => kit.plugin({
  name: "acme:stamp", version: "1.0.0", apiVersion: 1, stage: "annotate", options: kit.z.object({}).strict(),
  run: (): { set: Record<string, string> } => ({ set: { "com.example.stamp": "yes" } }),
});
`;

/** The test of docs/plugins.md. */
const PLUGIN_TEST = `import assert from "node:assert/strict";
import { entriesOf, runStage } from "@gantry/gantry/testing";
import noDrafts from "./no_drafts.ts";

Deno.test("no-drafts leaves out drafts", async () => {
  const entries = entriesOf({ "app.yaml": "a: 1", "app.draft.yaml": "a: 2" });
  const { output } = await runStage(noDrafts, { input: { entries }, options: { suffix: ".draft.yaml" } });
  assert.deepEqual(output?.drop.map(({ path }) => path), ["app.draft.yaml"]);
});
`;
/** A program of the library. */
const LIBRARY = `import { push, type PushResult } from "@gantry/gantry";
const result: PushResult = await push({ source: ${JSON.stringify(SOURCE)}, targets: ["oci-layout:by-library"] });
console.log(result.digest);
`;

/** What gantry publishes when it runs from its sources: every way to get it must give this digest. */
async function expectedDigest(source: string, ...args: readonly string[]): Promise<string> {
  await using directory = await tempDirectory();
  const { code, stdout, stderr } = await gantry(["push", source, `oci-layout:${directory.path}/out`, "-q", ...args]);
  assert.equal(code, 0, stderr);
  return digestIn(stdout);
}

function digestIn(text: string): string {
  return /sha256:[0-9a-f]{64}/.exec(text)?.[0] ?? assert.fail(`there is no digest in ${text}`);
}

toolTest("the npm package installs a gantry that works", { tools: ["npm", "node"], timeout: 240_000 }, async (t) => {
  await using checkout = await copiedCheckout();
  const path = (await tool(Deno.execPath(), ["task", "--quiet", "release:npm"], { cwd: checkout.path })).trim();
  const file = join(checkout.path, path);
  await using project = await tempDirectory();
  await writeTree(project.path, {
    "package.json": "{}",
    "deploy/app.yaml": "kind: App\n",
    "plugins/stamp.ts": PLUGIN,
    "gantry.json": JSON.stringify({
      source: "deploy",
      targets: ["oci-layout:stamped"],
      pipeline: { annotate: ["./plugins/stamp.ts", "git"] },
    }),
  });
  await tool("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", file], { cwd: project.path });
  const run = (...args: readonly string[]): ReturnType<typeof runTool> =>
    runTool(join(project.path, "node_modules/.bin/gantry"), args, { cwd: project.path });

  await t.step("the same checkout gives the same bytes", async () => {
    const before = await Deno.readFile(file);
    await tool(Deno.execPath(), ["task", "--quiet", "release:npm"], { cwd: checkout.path });
    assert.deepEqual(await Deno.readFile(file), before);
  });
  await t.step("it says its version", async () => {
    const { stdout, stderr } = await run("version");
    assert.ok(stdout.startsWith(`gantry ${VERSION} (deno `), stderr);
  });
  await t.step("it publishes with the same digest as from the sources", async () => {
    const { code, stdout, stderr } = await run("push", SOURCE, "oci-layout:plain", "-q");
    assert.equal(code, 0, stderr);
    assert.equal(digestIn(stdout), await expectedDigest(SOURCE));
  });
  await t.step("its workers compress what is larger than a chunk", async () => {
    await Deno.mkdir(join(project.path, "large"));
    const line = "a line of a large file, which has to be cut into chunks for several workers\n";
    await Deno.writeTextFile(join(project.path, "large/text"), line.repeat(100_000));
    const { code, stdout, stderr } = await run("push", "large", "oci-layout:large-out", "-q", "--no-config");
    assert.equal(code, 0, stderr);
    assert.equal(digestIn(stdout), await expectedDigest(join(project.path, "large"), "--no-config"));
  });
  await t.step("it runs a plugin in TypeScript", async () => {
    const { code, stdout, stderr } = await run("push", "-q", "-o", "json");
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).annotations["com.example.stamp"], "yes");
  });
  await t.step("a plugin that it begins is tested with its library, and all of it has types", async () => {
    const made = await run("plugin", "init", "no_drafts", "--directory", "mine");
    assert.equal(made.code, 0, made.stderr);
    await writeTree(project.path, { "mine/no_drafts_test.ts": PLUGIN_TEST, "library.ts": LIBRARY });
    // What Deno wants for the types of Node.js where packages are npm's.
    const types = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-dev", "@types/node@24.10.1"];
    await tool("npm", types, { cwd: project.path });
    const deno = (...args: readonly string[]): Promise<string> =>
      tool(join(project.path, "node_modules/.bin/deno"), args, { cwd: project.path, env: { NO_COLOR: "1" } });
    assert.match(await deno("test", "-A", "mine/"), /^ok \| 1 passed/m);
    assert.equal((await deno("run", "-A", "--check", "library.ts")).trim(), await expectedDigest(SOURCE));
    const wrong = 'import { runStage } from "@gantry/gantry/testing";\nexport const wrong: number = runStage;\n';
    await writeTree(project.path, { "mine/wrong.ts": wrong });
    await assert.rejects(deno("check", "mine/wrong.ts"), /TS2322/, "the types are those of the library");
    assert.match(await deno("run", "-A", "npm:@gantry/gantry/cli", "version"), new RegExp(`^gantry ${VERSION} `));
  });
  await t.step("its exit code and its errors are gantry's", async () => {
    const { code, stderr } = await run("push", "nowhere", "oci-layout:x", "--no-config");
    assert.equal(code, 2);
    assert.match(stderr, /^error: Cannot read "nowhere"/m);
  });
});

/** `deno compile` needs a runtime base: one that is here, or the permission to download it. */
const canCompile = ["DENORT_BIN", "GANTRY_REQUIRE_TOOLS", "GANTRY_TEST_COMPILE"].some((name) => Deno.env.has(name));
const reason = canCompile ? "" : " (ignored: set DENORT_BIN, or GANTRY_TEST_COMPILE=1 to download a runtime)";

Deno.test({
  name: `a release has all its files, and install.sh installs from them${reason}`,
  ignore: !canCompile || Deno.build.target !== TARGET,
  async fn(t): Promise<void> {
    await using checkout = await copiedCheckout();
    const deno = Deno.env.get("GANTRY_COMPILE_DENO") ?? Deno.execPath();
    await tool(deno, ["run", "-A", "--frozen", "scripts/release/release.ts", "--unreleased", TARGET], {
      cwd: checkout.path,
      env: { SOURCE_DATE_EPOCH: "1767323045" },
    });
    const release = join(checkout.path, "dist/release");

    await t.step("SHA256SUMS names every file, and they are what it says", async () => {
      const names = (await Array.fromAsync(Deno.readDir(release))).map(({ name }) => name).sort();
      assert.deepEqual(names, [
        "SHA256SUMS",
        `gantry-gantry-${VERSION}.tgz`,
        "gantry-man.tar.gz",
        `gantry-${TARGET}`,
        "gantry.spdx.json",
        "install.sh",
      ]);
      const said = await tool("sha256sum", ["--strict", "--check", "SHA256SUMS"], { cwd: release });
      assert.equal(said.match(/: OK$/gm)?.length, names.length - 1);
    });
    await t.step("the SBOM names what is in the binary and nothing that is only for tests", async () => {
      const { creationInfo, packages } = JSON.parse(await Deno.readTextFile(join(release, "gantry.spdx.json")));
      const names: readonly string[] = packages.map(({ name }: { readonly name: string }) => name);
      for (const name of ["gantry", "deno", "commander", "zod", "argparse"]) assert.ok(names.includes(name), name);
      for (const name of ["fast-check", "modern-tar", "@types/semver"]) assert.ok(!names.includes(name), name);
      assert.equal(creationInfo.created, "2026-01-02T03:04:05Z");
    });
    await t.step("install.sh installs the binary, and it publishes", async () => {
      await using home = await tempDirectory();
      const bin = join(home.path, "bin");
      await using server = serveFiles(release);
      const env = { HOME: home.path, GANTRY_BIN: bin, GANTRY_RELEASES: server.url, PATH: Deno.env.get("PATH") ?? "" };
      await tool("sh", [join(release, "install.sh")], { clearEnv: true, env });
      const push = ["push", SOURCE, `oci-layout:${home.path}/out`, "-q"];
      const said = await tool(join(bin, "gantry"), push, { clearEnv: true, env: {} });
      assert.equal(digestIn(said), await expectedDigest(SOURCE));
    });
    await t.step("the image that gantry makes of itself runs", async () => {
      await using home = await tempDirectory();
      const at = (path: string): string => join(home.path, path);
      // What distroless/cc has that the binary needs, from this machine.
      const needed = (await tool("ldd", [join(release, `gantry-${TARGET}`)])).matchAll(/(\/\S+\.so[.\d]*)/g);
      for (const [, library = ""] of needed) await copyInto(at("base"), library);
      for (const variant of ["base", "debug"]) {
        const env = ["--env", `VARIANT=${variant}`];
        const { code, stderr } = await gantry([
          ...["push", at("base"), `oci-layout:${at("bases")}:${variant}`, "--profile", "image", "-q", "--no-config"],
          ...["--symlinks", "follow", ...env],
        ]);
        assert.equal(code, 0, stderr);
      }
      const [base, debug] = ["base", "debug"].map((variant) => `oci-layout:${at("bases")}:${variant}`);
      const script = join(ROOT, "scripts/release/publish_images.sh");
      await tool("sh", [script, release, `oci-layout:${at("images")}`, base ?? "", debug ?? ""]);
      const tags = JSON.parse((await gantry(["list", `oci-layout:${at("images")}`, "-o", "json"])).stdout);
      assert.ok(JSON.stringify(tags).includes(`"${VERSION}"`), JSON.stringify(tags));

      for (const [tag, variant] of [[VERSION, "base"], ["latest-debug", "debug"]] as const) {
        await tool("umoci", ["unpack", "--image", `${at("images")}:${tag}`, at(tag)]);
        const { process } = JSON.parse(await Deno.readTextFile(join(at(tag), "config.json")));
        assert.deepEqual(process.args, ["/usr/local/bin/gantry"]);
        assert.ok(process.env.includes(`VARIANT=${variant}`));
        // A compiled program finds itself by /proc, which every container has.
        const enter = 'mkdir -p "$1/proc" && mount -t proc proc "$1/proc" && exec chroot "$@"';
        const inside = ["sh", join(at(tag), "rootfs"), ...process.args, "version"];
        const said = await tool("unshare", ["--mount", "--pid", "--fork", "sh", "-c", enter, ...inside]);
        assert.ok(said.startsWith(`gantry ${VERSION} `), said);
      }
    });
    await t.step(
      "the script of the GitLab component installs it and publishes, with nothing but a shell and curl",
      async () => {
        await using home = await tempDirectory();
        await using server = serveFiles(release);
        await using registry = startFakeRegistry();
        await writeTree(home.path, { "deploy/app.yaml": "kind: App\n" });
        const inputs = {
          source: "deploy",
          targets: "oci://$CI_REGISTRY_IMAGE oci-layout:out",
          args: "--profile generic --version 1.2.0",
        };
        const { script, artifacts, variables } = await componentJob(inputs);
        const lines = ["set -e", ...script].join("\n");
        const env = {
          PATH: await programs(join(home.path, "bin"), COMPONENT_NEEDS),
          HOME: home.path,
          GITLAB_CI: "true",
          GANTRY_RELEASES: server.url,
          // What another such job has reported before.
          GANTRY_VERSION: "0.0.1",
          CI_PROJECT_DIR: home.path,
          CI_REGISTRY_IMAGE: `${registry.host}/group/app`,
        };
        assert.deepEqual(variables, {
          GANTRY_USERNAME: "$CI_REGISTRY_USER",
          GANTRY_PASSWORD: "$CI_REGISTRY_PASSWORD",
        });
        await tool("sh", ["-c", lines], { cwd: home.path, clearEnv: true, env });
        const report = await Deno.readTextFile(join(home.path, artifacts.reports.dotenv));
        const [digest = "", ref, url, ...more] = report.trimEnd().split("\n").map((line) => line.split("=")[1]);
        assert.match(digest, /^sha256:[0-9a-f]{64}$/);
        const place = `${env.CI_REGISTRY_IMAGE}@${digest}`;
        assert.deepEqual([ref, url, ...more], [place, `oci://${place}`, "1.2.0", "1.2.0"]);
        assert.equal(registry.repositories.get("group/app")?.tags.get("1.2.0"), digest);
      },
    );
    await t.step("the steps of the GitHub Action install it and publish", async () => {
      await using home = await tempDirectory();
      await using server = serveFiles(release);
      await writeTree(home.path, { "deploy/app.yaml": "kind: App\n", "out.txt": "", "path.txt": "" });
      const env = {
        HOME: home.path,
        PATH: Deno.env.get("PATH") ?? "",
        GANTRY_RELEASES: server.url,
        RUNNER_TEMP: home.path,
        GITHUB_ACTIONS: "true",
        GITHUB_PATH: join(home.path, "path.txt"),
        GITHUB_OUTPUT: join(home.path, "out.txt"),
        INPUT_VERSION: "",
      };
      await runStep("setup", { cwd: home.path, env });
      const bin = (await Deno.readTextFile(env.GITHUB_PATH)).trim();
      await runStep("push", {
        cwd: home.path,
        env: {
          ...env,
          PATH: `${bin}:${env.PATH}`,
          INPUT_SOURCE: "deploy",
          INPUT_TARGETS: "oci-layout:Site/App:1.0.0\noci-layout:second\n",
          INPUT_ARGS: "--profile generic\n--annotation\ncom.example.note=two words\n",
        },
      });
      const outputs = Object.fromEntries(
        (await Deno.readTextFile(env.GITHUB_OUTPUT)).trim().split("\n").map((line) => line.split(/=(.*)/s, 2)),
      );
      assert.match(outputs.digest ?? "", /^sha256:[0-9a-f]{64}$/);
      assert.equal(outputs.ref, `oci-layout:Site/App@${outputs.digest}`);
      assert.equal(outputs.url, `oci-layout:Site/App@${outputs.digest}`);
      assert.deepEqual(await actionOutputs(), Object.keys(outputs));
    });
  },
});

/** Copies a file of this machine to the same place below a directory. */
async function copyInto(root: string, path: string): Promise<void> {
  const copy = join(root, path);
  await Deno.mkdir(dirname(copy), { recursive: true });
  await Deno.copyFile(await Deno.realPath(path), copy);
}

/** A step of action.yml, as a runner runs it. */
async function runStep(
  id: string,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<void> {
  const { runs } = load(await Deno.readTextFile(join(ROOT, "action.yml"))) as {
    readonly runs: { readonly steps: readonly { readonly id?: string; readonly run?: string }[] };
  };
  const script = runs.steps.find((step) => step.id === id)?.run ?? assert.fail(`action.yml has no step ${id}`);
  await using directory = await tempDirectory();
  const path = await writeScript(directory.path, "step", script);
  await tool("bash", ["--noprofile", "--norc", "-eo", "pipefail", path], {
    ...options,
    clearEnv: true,
    env: { ...options.env, GITHUB_ACTION_PATH: ROOT },
  });
}

/** The outputs that action.yml promises; each is the one of that name of its step. */
async function actionOutputs(): Promise<readonly string[]> {
  const { outputs } = load(await Deno.readTextFile(join(ROOT, "action.yml"))) as {
    readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  };
  for (const [name, { value }] of Object.entries(outputs)) assert.equal(value, `\${{ steps.push.outputs.${name} }}`);
  return Object.keys(outputs);
}

/** What an image has to have for the component, beside a shell. */
const COMPONENT_NEEDS = "sh curl uname ls mkdir mktemp rm awk cut sha256sum chmod mv".split(" ");

/** Makes a directory with links to some programs of this machine, and to no others. */
async function programs(directory: string, names: readonly string[]): Promise<string> {
  await Deno.mkdir(directory);
  for (const name of names) {
    await Deno.symlink((await tool("sh", ["-c", 'command -v "$1"', "sh", name])).trim(), join(directory, name));
  }
  return directory;
}

/** The job of the GitLab component, with inputs in the places where GitLab puts them. */
async function componentJob(inputs: Readonly<Record<string, string>>): Promise<ComponentJob> {
  const text = await Deno.readTextFile(join(ROOT, "templates/push.yml"));
  const [head = "", body = ""] = text.split(/^---$/m);
  const { spec } = load(head) as { readonly spec: { readonly inputs: Readonly<Record<string, { default: string }>> } };
  const filled = body.replaceAll(/\$\[\[ inputs\.(\w+) \]\]/g, (_, name) => {
    return inputs[name] ?? spec.inputs[name]?.default ?? assert.fail(`the component has no input ${name}`);
  });
  const [job] = Object.values(load(filled) as Readonly<Record<string, ComponentJob>>);
  return job ?? assert.fail("the component has no job");
}

interface ComponentJob {
  readonly script: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly artifacts: { readonly reports: { readonly dotenv: string } };
}

/** The files of a directory as releases serve them, whatever the release is called. */
function serveFiles(directory: string): AsyncDisposable & { readonly url: string } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const name = new URL(request.url).pathname.split("/").at(-1) ?? "";
    return new Response((await Deno.open(join(directory, name))).readable);
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}
