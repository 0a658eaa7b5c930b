/**
 * Charts that gantry publishes are what `helm push` would have published, and Helm takes, renders and verifies them.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk, push } from "../../support/gantry.ts";
import { type Helm, HELM_TOOLS, helmIn, makeHelmKeys } from "../../support/helm.ts";
import { REGISTRIES, startRegistry } from "../../support/registry_process.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { toolTest } from "../../support/tools.ts";
import { readTree, type Tree, writeTree } from "../../support/tree.ts";

const VERSION = "1.2.3-rc.1+build.5";
const CREATED = "org.opencontainers.image.created";

for (const { name, command } of REGISTRIES) {
  toolTest(`helm takes a chart's directory that gantry publishes to ${name}`, [command, "helm"], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const at = (path: string): string => join(directory.path, path);
    const helm = helmIn(directory.path);
    await makeChart(helm, at("app"));
    const published = await push([at("app"), `oci://${registry.host}/charts`]);
    assert.deepEqual([published.repository, published.tag], [`${registry.host}/charts/app`, VERSION.replace("+", "_")]);

    const reference = [`oci://${registry.host}/charts/app`, "--version", VERSION, "--plain-http"];
    await helm("pull", ...reference, "--untar", "--untardir", "pulled");
    await helm("package", "app");
    await untar(helm, at("packed"), `app-${VERSION}.tgz`);
    const pulled = await readTree(at("pulled"));
    assert.deepEqual(pulled, await readTree(at("packed")));
    assert.ok("app/charts/dep/Chart.yaml" in pulled && !("app/left-out.swp" in pulled));

    assert.equal(await helm("show", "chart", ...reference), await helm("show", "chart", "app"));
    assert.equal(await helm("show", "values", ...reference), await helm("show", "values", "app"));
    assert.equal(await helm("template", "x", ...reference), await helm("template", "x", "app"));

    await gantryOk(["pull", `${published.url}`, at("ours")]);
    assert.deepEqual(below(pulled, "app/"), await readTree(at("ours")));
    assert.equal((await gantry(["diff", published.url, at("app")])).stdout, "");
  });

  toolTest(`gantry publishes a packaged chart to ${name} as helm does`, [command, ...HELM_TOOLS], async () => {
    await using registry = await startRegistry(command);
    await using directory = await tempDirectory();
    const at = (path: string): string => join(directory.path, path);
    const helm = helmIn(directory.path);
    const keys = await makeHelmKeys(directory.path);
    await makeChart(helm, at("app"));
    await helm("package", "app", "--sign", "--key", keys.name, "--keyring", keys.secret);
    const packed = `app-${VERSION}.tgz`;
    await helm("push", packed, `oci://${registry.host}/theirs`, "--plain-http");
    const ours = await push([at(packed), `oci://${registry.host}/ours`]);
    const theirs = `oci://${registry.host}/theirs/app:${VERSION.replace("+", "_")}`;
    const [mine, its] = [await inspect(ours.url), await inspect(theirs)];
    assert.equal(mine.config.digest, its.config.digest);
    const layersOf = ({ layers }: Manifest): readonly string[] => layers.map((layer) => JSON.stringify(layer));
    assert.deepEqual(layersOf(mine).toSorted(), layersOf(its).toSorted());
    assert.equal(mine.layers[0]?.mediaType, "application/vnd.cncf.helm.chart.content.v1.tar+gzip");
    const { [CREATED]: _, ...annotations } = its.annotations;
    assert.deepEqual(mine.annotations, annotations);

    const verify = ["--version", VERSION, "--plain-http", "--verify", "--keyring", keys.public];
    await helm("pull", `oci://${registry.host}/ours/app`, ...verify, "--destination", at("."));
    await Deno.mkdir(at("verified"));
    await helm("pull", `oci://${registry.host}/ours/app`, ...verify, "--destination", "verified");
    for (const file of [packed, `${packed}.prov`]) {
      assert.deepEqual(await Deno.readFile(at(`verified/${file}`)), await Deno.readFile(at(file)));
    }
    await gantryOk(["copy", `oci://${registry.host}/ours/app`, `oci://${registry.host}/mirror/app`, "--all-tags"]);
    await helm("pull", `oci://${registry.host}/mirror/app`, ...verify, "--destination", "verified");
    assert.equal((await gantry(["diff", ours.url, theirs])).stdout.includes("files"), false);
  });
}

toolTest("helm builds the dependencies of a chart from what gantry has published", ["registry", "helm"], async () => {
  await using registry = await startRegistry("registry");
  await using directory = await tempDirectory();
  const at = (path: string): string => join(directory.path, path);
  const helm = helmIn(directory.path);
  const chart = (name: string): string => `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`;
  await writeTree(directory.path, {
    "dep/Chart.yaml": chart("dep"),
    "dep/templates/a.yaml": "a: {{ .Values.a }}\n",
    "dep/values.yaml": "a: 1\n",
    "app/Chart.yaml": `${chart("app")}dependencies:\n- name: dep\n  version: ^0.1.0\n` +
      `  repository: oci://${registry.host}/charts\n`,
  });
  await push([at("dep"), `oci://${registry.host}/charts`]);
  const refused = await gantry(["push", at("app"), `oci://${registry.host}/charts`]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /it depends on "dep", [^]*`helm dependency build`/);
  await helm("dependency", "build", "app", "--plain-http");
  const { layers } = await inspect((await push([at("app"), `oci://${registry.host}/charts`])).url);
  assert.equal(layers.length, 1);
  const rendered = await helm(
    "template",
    "x",
    `oci://${registry.host}/charts/app`,
    "--version",
    "0.1.0",
    "--plain-http",
  );
  assert.match(rendered, /^a: 1$/m);
  const layout = `oci-layout:${at("layout")}`;
  await gantryOk(["copy", `oci://${registry.host}/charts/app:0.1.0`, `${layout}:0.1.0`]);
  assert.equal((await gantry(["diff", `${layout}:0.1.0`, at("app")])).stdout, "");
});

/** A chart with whatever `helm create` thinks of, metadata, and a chart that it depends on. */
async function makeChart(helm: Helm, path: string): Promise<void> {
  await helm("create", path);
  await helm("create", join(path, "charts/dep"));
  await writeTree(path, {
    "Chart.yaml": `apiVersion: v2
name: app
version: ${VERSION}
appVersion: "1.10"
type: application
description: An <app> & more
home: https://example.com/app
sources: [https://github.com/acme/app]
maintainers:
- name: Anna
  email: anna@example.com
- name: Otto
annotations:
  category: Database
  org.opencontainers.image.licenses: Apache-2.0
dependencies:
- name: dep
  version: 0.1.0
  repository: file://charts/dep
`,
    "files/run.sh": "#!/bin/sh\n",
    "files/\u00fcn\u00ef/\u65e5\u672c x.txt": "x\n",
    "files/empty": "",
    "left-out.swp": "what .helmignore leaves out",
  });
}

async function untar(helm: Helm, to: string, file: string): Promise<void> {
  await Deno.mkdir(to);
  const { code } = await new Deno.Command("tar", { args: ["-xzf", join(to, "..", file), "-C", to] }).output();
  assert.equal(code, 0);
  await helm("lint", join(to, "app"));
}

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly mediaType: string }[];
  readonly annotations: Readonly<Record<string, string>>;
}

async function inspect(reference: string): Promise<Manifest> {
  return JSON.parse((await gantryOk(["inspect", reference, "-o", "json"])).stdout);
}

function below(tree: Tree, prefix: string): Tree {
  const entries = Object.entries(tree).filter(([path]) => path.startsWith(prefix));
  return Object.fromEntries(entries.map(([path, what]) => [path.slice(prefix.length), what]));
}
