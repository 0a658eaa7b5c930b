/**
 * The compiled binary: it starts, and what it publishes has the digest that `deno run` gives, in every target.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { EXAMPLE_PLUGINS, examplePipelines, startHook } from "../../support/examples/example_plugins.ts";
import { startFakeRegistry } from "../../support/fake_registry.ts";
import { gantry } from "../../support/gantry.ts";
import { startGantry } from "../../support/processes/gantry_process.ts";
import { identityToken, startSigstore, WORKFLOW } from "../../support/sigstore_server.ts";
import { writeStep } from "../../support/step_plugin.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runTool, tool } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const EXAMPLES = [
  { source: "examples/flux", profile: "flux" },
  { source: "examples/timoni", profile: "timoni" },
  { source: "examples/plain", profile: "generic" },
  { source: "examples/plain", profile: "image" },
] as const;
const METADATA = ["--version", "1.2.3", "--latest", "--source", "https://github.com/acme/app", "--revision", "0123456"];
const ENV = { SOURCE_DATE_EPOCH: "1767323045" };

/** `deno compile` needs a runtime base: one that is here, or the permission to download it. */
const wanted = ["DENORT_BIN", "GANTRY_REQUIRE_TOOLS", "GANTRY_TEST_COMPILE"].some((name) => Deno.env.has(name));
const reason = wanted ? "" : " (ignored: set DENORT_BIN, or GANTRY_TEST_COMPILE=1 to download a runtime)";

Deno.test({
  name: `the compiled binary works like deno run${reason}`,
  ignore: !wanted,
  async fn(t): Promise<void> {
    const deno = Deno.env.get("GANTRY_COMPILE_DENO") ?? Deno.execPath();
    await tool(deno, ["run", "-A", "--frozen", "scripts/compile.ts"], { cwd: ROOT });
    const binary = join(ROOT, "dist", `gantry${Deno.build.os === "windows" ? ".exe" : ""}`);

    await t.step("its checksum is beside it", async () => {
      const sums = await Deno.readTextFile(join(ROOT, "dist/SHA256SUMS"));
      assert.match(sums, /^[0-9a-f]{64} {2}gantry(\.exe)?\n$/);
    });

    for (const { source, profile } of EXAMPLES) {
      await t.step(`it publishes ${source} as ${profile} with one digest in every target`, async () => {
        await using registry = startFakeRegistry();
        await using directory = await tempDirectory();
        const push = (who: string): readonly string[] => [
          "push",
          join(ROOT, source),
          `oci://${registry.host}/${who}`,
          `oci-layout:${join(directory.path, who)}`,
          `oci-archive:${join(directory.path, `${who}.tar`)}`,
          "--profile",
          profile,
          "-q",
          "-o",
          "json",
          ...METADATA,
        ];
        const ours = await gantry(push("run"), { env: ENV });
        assert.equal(ours.code, 0, ours.stderr);
        const theirs = JSON.parse(await tool(binary, push("binary"), { env: ENV, clearEnv: true }));
        const { digest, targets } = JSON.parse(ours.stdout);
        assert.deepEqual(theirs.targets.map((target: { digest: string }) => target.digest), [digest, digest, digest]);
        assert.equal(targets.length, 3);
        assert.deepEqual(
          await Deno.readFile(join(directory.path, "binary.tar")),
          await Deno.readFile(join(directory.path, "run.tar")),
        );
      });
    }

    for (const name of Object.keys(examplePipelines({ url: "", tree: "" }))) {
      await t.step(`it runs examples/plugins/${name} with the same result`, async () => {
        await using directory = await tempDirectory();
        await using hook = startHook();
        const publish = async (who: string): Promise<readonly string[]> => {
          const tree = join(directory.path, who, "tree");
          const pipeline = examplePipelines({ url: hook.url, tree })[name];
          const config = JSON.stringify({ source: join(EXAMPLE_PLUGINS, "app"), pipeline });
          await writeTree(join(directory.path, who), { "gantry.json": config });
          const layout = `oci-layout:${join(directory.path, who, "out")}`;
          return ["push", layout, "--config", join(directory.path, who, "gantry.json"), "-o", "json", ...METADATA];
        };
        const ours = await gantry(await publish("run"), { env: ENV });
        assert.equal(ours.code, 0, ours.stderr);
        const theirs = JSON.parse(await tool(binary, await publish("binary"), { env: ENV }));
        assert.equal(theirs.digest, JSON.parse(ours.stdout).digest);
        assert.equal(hook.told.length, name === "notify.ts" ? 2 : 0);
      });
    }

    await t.step("it compresses in workers as deno run does", async () => {
      await using directory = await tempDirectory();
      await writeTree(directory.path, { "large.txt": "some text that repeats\n".repeat(300_000) });
      const args = ["plan", directory.path, "-q", "-o", "json"];
      const ours = await gantry(args);
      assert.equal(JSON.parse(await tool(binary, args, { clearEnv: true })).digest, JSON.parse(ours.stdout).digest);
    });

    await t.step("it signs without a key, and verifies that", async () => {
      await using directory = await tempDirectory();
      await using sigstore = await startSigstore();
      await writeTree(directory.path, {
        "source/app.yaml": "kind: ConfigMap\n",
        "services.json": JSON.stringify(sigstore.signingConfig),
        "root.json": JSON.stringify(sigstore.trustedRoot),
      });
      const root = ["--trusted-root", join(directory.path, "root.json")];
      const services = ["--signing-config", join(directory.path, "services.json")];
      const layout = `oci-layout:${join(directory.path, "layout")}:dev`;
      const args = ["push", join(directory.path, "source"), layout, "--sign-keyless", ...services, ...root];
      await tool(binary, args, { env: { SIGSTORE_ID_TOKEN: identityToken() }, clearEnv: true });
      const names = ["--certificate-identity", WORKFLOW.identity, "--certificate-oidc-issuer", WORKFLOW.issuer];
      await tool(binary, ["verify", layout, ...names, ...root], { clearEnv: true });
    });

    await t.step("it keeps no compiled code where others could have put theirs", async () => {
      await using directory = await tempDirectory();
      await tool(binary, ["version"], { env: { TMPDIR: directory.path } });
      assert.deepEqual(await Array.fromAsync(Deno.readDir(directory.path)), []);
    });

    await t.step("a second SIGTERM ends it while a plugin loops", async () => {
      await using directory = await tempDirectory();
      const args = await writeStep(directory.path, "while (true) {}");
      const process = startGantry(args, { cwd: directory.path, command: [binary] });
      await process.said("at work");
      process.kill("SIGTERM");
      await process.said("plugin acme:step (after:filter) is busy");
      process.kill("SIGTERM");
      assert.equal((await process.ended()).signal, "SIGTERM");
    });

    await t.step("a plugin that was baked in is found where the program looks for it", async () => {
      await tool(deno, ["run", "-A", "--frozen", "scripts/compile.ts", "--plugin", "examples/plugins/size_limit.ts"], {
        cwd: ROOT,
      });
      const { plugins } = JSON.parse(await tool(binary, ["plugin", "list", "-o", "json"]));
      const found = plugins.filter(({ use }: { readonly use: string }) => use === "examples:size-limit");
      assert.equal(found.length, 1, JSON.stringify(plugins));
    });

    await t.step("it refuses bad input with the same words and the same code", async () => {
      const args = ["push", "nowhere", "oci-layout:nowhere", "--version", "v1"];
      const ours = await gantry(args);
      const theirs = await runTool(binary, args, { clearEnv: true });
      assert.equal(theirs.stderr, ours.stderr);
      assert.equal(theirs.code, ours.code);
    });
  },
});
