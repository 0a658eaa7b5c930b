/**
 * What gantry publishes to real registries is taken by the real consumers, and the tree that comes out is the tree that
 * went in.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { push } from "../support/gantry.ts";
import { helmIn } from "../support/helm.ts";
import { REGISTRIES, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, tool, toolTest } from "../support/tools.ts";
import { published, readTree, writeTree } from "../support/tree.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;
const METADATA = [
  "--source",
  "https://github.com/acme/app",
  "--revision",
  "main@sha1:0123456789012345678901234567890123456789",
  "--created",
  "2026-01-02T03:04:05Z",
];

for (const { name: registryName, command } of REGISTRIES) {
  toolTest(`oras takes a generic artifact from ${registryName}`, [command, "oras"], async () => {
    await using registry = await startRegistry(command);
    await using out = await tempDirectory();
    const source = join(EXAMPLES, "plain");
    const repository = `${registry.host}/examples/plain`;
    const { digest } = await push([source, `oci://${repository}`, "--version", "1.2.3", "--latest", ...METADATA]);

    const manifest = await tool("oras", ["manifest", "fetch", `${repository}:1.2.3`, "--plain-http"]);
    assert.equal(JSON.parse(manifest).annotations["org.opencontainers.image.version"], "1.2.3");
    for (const tag of ["1.2.3", "latest"]) {
      assert.equal((await tool("oras", ["resolve", `${repository}:${tag}`, "--plain-http"])).trim(), digest);
    }
    await tool("oras", ["pull", `${repository}:1.2.3`, "--plain-http", "-o", out.path]);
    assert.deepEqual(await readTree(out.path), published(await readTree(source), isDroppedFromPlain));
  });

  toolTest(`crane and skopeo take an image from ${registryName}`, [command, "crane", "skopeo", "tar"], async () => {
    await using registry = await startRegistry(command);
    await using out = await tempDirectory();
    const source = join(EXAMPLES, "flux");
    const repository = `${registry.host}/examples/image`;
    const { digest } = await push([
      source,
      `oci://${repository}`,
      "--profile",
      "image",
      "--ignore",
      ".sourceignore",
      "--version",
      "1.2.3",
      ...METADATA,
    ]);

    await tool("crane", ["validate", "--insecure", "--remote", `${repository}:1.2.3`]);
    assert.equal((await tool("crane", ["digest", "--insecure", `${repository}:1.2.3`])).trim(), digest);
    const inspected = JSON.parse(
      await tool("skopeo", ["inspect", "--tls-verify=false", `docker://${repository}:1.2.3`]),
    );
    assert.equal(inspected.Digest, digest);
    assert.deepEqual(inspected.Labels, {
      "org.opencontainers.image.created": "2026-01-02T03:04:05Z",
      "org.opencontainers.image.revision": "main@sha1:0123456789012345678901234567890123456789",
      "org.opencontainers.image.source": "https://github.com/acme/app",
      "org.opencontainers.image.version": "1.2.3",
    });
    await tool("skopeo", [
      "copy",
      "--src-tls-verify=false",
      "--preserve-digests",
      `docker://${repository}:1.2.3`,
      `oci:${join(out.path, "layout")}:copied`,
    ]);
    const index = JSON.parse(await Deno.readTextFile(join(out.path, "layout/index.json")));
    assert.equal(index.manifests[0].digest, digest);

    // The oldest format wants one entry of the history for each layer.
    await tool("skopeo", [
      "copy",
      "--src-tls-verify=false",
      "--format=v2s1",
      `docker://${repository}:1.2.3`,
      `dir:${join(out.path, "v2s1")}`,
    ]);

    await Deno.mkdir(join(out.path, "tree"));
    await tool("crane", ["export", "--insecure", `${repository}:1.2.3`, join(out.path, "tree.tar")]);
    await tool("tar", ["-xpf", join(out.path, "tree.tar"), "-C", join(out.path, "tree")]);
    assert.deepEqual(await readTree(join(out.path, "tree")), published(await readTree(source), isSourceIgnore));
  });

  toolTest(`timoni takes a module from ${registryName}`, [command, "timoni"], async () => {
    await using registry = await startRegistry(command);
    await using out = await tempDirectory();
    const source = join(EXAMPLES, "timoni");
    const repository = `oci://${registry.host}/examples/timoni`;
    const first = await push([source, repository, "--version", "1.0.0", ...METADATA]);
    const second = await push([source, repository, "--version", "1.1.0", "--latest", ...METADATA]);

    await tool("timoni", ["mod", "pull", repository, "--version", "1.1.0", "--output", out.path]);
    assert.deepEqual(await readTree(out.path), published(await readTree(source), isDroppedFromTimoni));
    const listed: readonly { readonly version: string; readonly digest: string }[] = JSON.parse(
      await tool("timoni", ["mod", "list", repository, "-o", "json"]),
    );
    assert.deepEqual(listed.map(({ version, digest }) => [version, digest]), [
      ["latest", second.digest],
      ["1.1.0", second.digest],
      ["1.0.0", first.digest],
    ]);
  });

  toolTest(`helm renders the example of a chart from ${registryName}`, [command, "helm"], async () => {
    await using registry = await startRegistry(command);
    await using home = await tempDirectory();
    const helm = helmIn(home.path);
    const source = join(EXAMPLES, "helm");
    const { tag } = await push([source, `oci://${registry.host}/charts`, "--for", "helm"]);
    assert.equal(tag, "1.0.0");
    await helm("lint", source, "--strict");
    const reference = [`oci://${registry.host}/charts/page`, "--version", "1.0.0", "--plain-http"];
    const rendered = await helm("template", "web", ...reference);
    assert.equal(rendered, await helm("template", "web", source));
    assert.match(rendered, /image: "docker\.io\/library\/nginx:1\.29\.1"/);
    await helm("pull", ...reference, "--untar", "--untardir", "pulled");
    const { "Chart.yaml": _written, ...pulled } = filesOf(await readTree(join(home.path, "pulled/page")));
    // Chart.yaml is written anew, as Helm does it; .helmignore names the other one.
    const isOther = (path: string): boolean => ["Chart.yaml", "values.staging.yaml"].includes(path);
    assert.deepEqual(pulled, filesOf(published(await readTree(source), isOther)));
  });

  toolTest(`conftest tests with the example of policies from ${registryName}`, [command, "conftest"], async () => {
    await using registry = await startRegistry(command);
    await using work = await tempDirectory();
    const source = join(EXAMPLES, "conftest");
    await tool("conftest", ["verify", "--policy", source, "--data", source]);
    const repository = `oci://${registry.host}/examples/policies`;
    await push([source, repository, "--version", "1.0.0", "--profile", "conftest", "--for", "conftest"]);
    const deployment = (image: string): string =>
      JSON.stringify({ spec: { template: { spec: { containers: [{ name: "web", image }] } } } });
    await writeTree(work.path, {
      "ours.json": deployment("ghcr.io/acme/web:1.0.0"),
      "theirs.json": deployment("docker.io/library/nginx:latest"),
    });
    const update = ["test", "--update", `${repository}:1.0.0`, "--data", "policy"];
    const ours = await runTool("conftest", [...update, "ours.json"], { cwd: work.path });
    assert.deepEqual([ours.code, /2 tests, 2 passed/.test(ours.stdout)], [0, true], ours.stdout + ours.stderr);
    const theirs = await runTool("conftest", [...update, "theirs.json"], { cwd: work.path });
    assert.equal(theirs.code, 1);
    for (const said of [/registry of "docker\.io.* is none of/, /"docker\.io.*:latest" is no version/]) {
      assert.match(theirs.stdout, said);
    }
    assert.deepEqual(Object.keys(await readTree(join(work.path, "policy"))), ["images.rego", "registries.yaml"]);
  });

  toolTest(`Flux takes a flux artifact and an image from ${registryName}`, [command, "flux-pull"], async () => {
    await using registry = await startRegistry(command);
    const source = join(EXAMPLES, "flux");
    for (const profile of ["flux", "image"]) {
      await using out = await tempDirectory();
      const repository = `oci://${registry.host}/examples/${profile}`;
      const ignored = profile === "flux" ? [] : ["--ignore", ".sourceignore"];
      const args = ["--profile", profile, "--version", "1.2.3", ...ignored, ...METADATA];
      const { digest } = await push([source, repository, ...args]);

      const pulled = JSON.parse(await tool("flux-pull", [`${repository}:1.2.3`, out.path]));
      assert.equal(pulled.digest, digest);
      assert.equal(pulled.source, "https://github.com/acme/app");
      assert.equal(pulled.revision, "main@sha1:0123456789012345678901234567890123456789");
      assert.equal(pulled.created, "2026-01-02T03:04:05Z");
      const expected = published(await readTree(source), profile === "flux" ? isDroppedFromFlux : isSourceIgnore);
      assert.deepEqual(filesOf(await readTree(out.path)), filesOf(expected));
    }
  });
}

function isSourceIgnore(path: string): boolean {
  return path === ".sourceignore";
}

/** Flux's own tar makes directories with modes of its own; files are compared one by one, mode by mode. */
function filesOf(tree: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tree).filter(([, what]) => what !== "dir"));
}

function isDroppedFromPlain(path: string): boolean {
  return path === ".gantryignore" || path.endsWith(".log") && !path.endsWith("keep.log");
}

function isDroppedFromTimoni(path: string): boolean {
  return path.endsWith("_tool.cue") || path === "debug_values.cue";
}

function isDroppedFromFlux(path: string): boolean {
  return path.endsWith(".png") || path === "clusters" || path.startsWith("clusters/");
}
