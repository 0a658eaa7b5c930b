/** Flux's controllers on a real API server take what gantry published, apply it, and follow new versions. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { htpasswdAuth, PASSWORD, USER } from "../support/network/htpasswd.ts";
import { type RunningRegistry, startRegistry } from "../support/registry_process.ts";
import { identityToken, startSigstore, WORKFLOW } from "../support/sigstore_server.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";
import { type Cluster, type KubeCondition, type KubeObject, startCluster } from "./support/cluster.ts";

const TOOLS = ["kube-apiserver", "etcd", "source-controller", "kustomize-controller", "registry"] as const;
const SOURCE = "https://example.com/acme/app.git";
const REVISION = "main@sha1:0123456789012345678901234567890123456789";
const METADATA = ["--source", SOURCE, "--revision", REVISION, "--created", "2026-01-02T03:04:05Z"];
const FLUX_TYPE = "application/vnd.cncf.flux.content.v1.tar+gzip";
const OCI_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip";

/** Writes manifests whose config map says a version. */
async function writeApp(directory: string, version: string): Promise<string> {
  const tree = join(directory, "app");
  await writeTree(tree, {
    "README.md": "# app\n",
    "deploy/kustomization.yaml":
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [cm.yaml]\n",
    "deploy/cm.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: app }\ndata: { version: "${version}" }\n`,
  });
  return tree;
}

/** Has the source-controller look at an artifact, and gives what it made of it. */
async function fetched(
  cluster: Cluster,
  name: string,
  url: string,
  spec: Readonly<Record<string, unknown>>,
): Promise<{ readonly object: KubeObject; readonly ready: KubeCondition }> {
  const object = {
    ...named("OCIRepository", name),
    spec: { interval: "1h", timeout: "20s", insecure: true, url, ...spec },
  };
  await cluster.apply(object);
  return await cluster.settled(object);
}

/** Has the kustomize-controller apply what a source has, and gives the version that the config map says then. */
async function applied(cluster: Cluster, name: string): Promise<string | undefined> {
  const object = {
    ...named("Kustomization", name),
    spec: {
      interval: "1h",
      prune: true,
      timeout: "30s",
      path: "./deploy",
      namePrefix: `${name}-`,
      targetNamespace: "default",
      sourceRef: { kind: "OCIRepository", name },
    },
  };
  await cluster.apply(object);
  const { ready } = await cluster.settled(object);
  assert.equal(ready.status, "True", ready.message);
  const map = await cluster.get({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: `${name}-app` } });
  return map?.data?.["version"];
}

function named(kind: "OCIRepository" | "Kustomization" | "HelmRepository" | "HelmChart", name: string): Omit<
  KubeObject,
  "spec"
> {
  const group = kind === "Kustomization" ? "kustomize" : "source";
  return { apiVersion: `${group}.toolkit.fluxcd.io/v1`, kind, metadata: { name } };
}

function layer(mediaType: string, operation: "extract" | "copy"): Readonly<Record<string, unknown>> {
  return { layerSelector: { mediaType, operation } };
}

toolTest("Flux's controllers", { tools: TOOLS, timeout: 600_000 }, async (t) => {
  await using cluster = await startCluster();
  await using registry: RunningRegistry = await startRegistry("registry");
  await using directory = await tempDirectory();
  const tree = await writeApp(directory.path, "1.0.0");
  const at = (name: string): string => `oci://${registry.host}/acme/${name}`;
  const publish = (name: string, ...args: readonly string[]): ReturnType<typeof push> =>
    push([tree, at(name), "--version", "1.0.0", ...METADATA, ...args]);
  const { digest } = await publish("flux", "--profile", "flux", "--latest");

  const refs = {
    tag: { tag: "1.0.0" },
    range: { semver: ">=1.0.0 <2.0.0" },
    digest: { digest },
    latest: { tag: "latest" },
  };
  for (const [by, ref] of Object.entries(refs)) {
    await t.step(`Flux fetches and applies an artifact of profile flux by its ${by}`, async () => {
      const { object, ready } = await fetched(cluster, `flux-${by}`, at("flux"), { ref });
      assert.equal(ready.status, "True", ready.message);
      const { artifact } = object.status ?? assert.fail();
      const revision = by === "digest" ? digest : `${by === "latest" ? "latest" : "1.0.0"}@${digest}`;
      assert.equal(artifact?.revision, revision);
      assert.equal(artifact?.metadata?.["org.opencontainers.image.source"], SOURCE);
      assert.equal(artifact?.metadata?.["org.opencontainers.image.revision"], REVISION);
      assert.equal(await applied(cluster, `flux-${by}`), "1.0.0");
    });
  }

  await t.step("Flux fetches and applies an image without a layer selector", async () => {
    await publish("image", "--profile", "image");
    const { ready } = await fetched(cluster, "image", at("image"), { ref: refs.tag });
    assert.equal(ready.status, "True", ready.message);
    assert.equal(await applied(cluster, "image"), "1.0.0");
  });

  const selected = { flux: FLUX_TYPE, image: OCI_TYPE, generic: OCI_TYPE };
  await publish("generic", "--profile", "generic");
  for (const [profile, mediaType] of Object.entries(selected)) {
    await t.step(`Flux extracts the layer of an artifact of profile ${profile} that a selector names`, async () => {
      const spec = { ref: refs.tag, ...layer(mediaType, "extract") };
      const { ready } = await fetched(cluster, `extract-${profile}`, at(profile), spec);
      assert.equal(ready.status, "True", ready.message);
      assert.equal(await applied(cluster, `extract-${profile}`), "1.0.0");
    });
  }
  await t.step("Flux refuses a selector that names no layer of an artifact", async () => {
    const { ready } = await fetched(cluster, "wrong", at("flux"), { ref: refs.tag, ...layer(OCI_TYPE, "extract") });
    assert.equal(ready.status, "False");
    assert.match(ready.message, /media type/);
  });

  const shapes: Readonly<Record<string, readonly string[]>> = {
    "generic with gzip": ["--profile", "generic"],
    "generic with zstd": ["--profile", "generic", "--compression", "zstd"],
    "generic without compression": ["--profile", "generic", "--compression", "none"],
    "an image with zstd": ["--profile", "image", "--compression", "zstd"],
    "an image without compression": ["--profile", "image", "--compression", "none"],
    "files": ["--profile", "files"],
  };
  for (const [at_, [shape, args]] of Object.entries(shapes).entries()) {
    await t.step(`Flux does with ${shape} what gantry --for flux says`, async () => {
      const name = `shape-${at_}`;
      await publish(name, ...args);
      const said = await gantry(["inspect", `${at(name)}:1.0.0`, "--for", "flux", "-o", "json"]);
      const [{ accepted }] = JSON.parse(said.stdout).consumers;
      const { ready } = await fetched(cluster, name, at(name), { ref: refs.tag });
      assert.equal(ready.status === "True", accepted, ready.message);
    });
  }

  await t.step("Flux applies its own ignore rules to what gantry published", async () => {
    const spec = { ref: refs.tag, ignore: "/deploy\n" };
    const { object, ready } = await fetched(cluster, "ignoring", at("flux"), spec);
    assert.equal(ready.status, "True", ready.message);
    const served = await fetch(object.status?.artifact?.url ?? "");
    const file = join(directory.path, "served.tar.gz");
    await Deno.writeFile(file, served.body ?? assert.fail());
    assert.equal((await tool("tar", ["-tzf", file])).trim(), ".\nREADME.md");
  });

  await t.step("Flux fetches from a private registry with a secret, and not without", async () => {
    await using secured = await startRegistry("registry", { auth: await htpasswdAuth(directory.path) });
    const url = `oci://${secured.host}/acme/flux`;
    await push([tree, url, "--version", "1.0.0", "--profile", "flux", "--creds", `${USER}:${PASSWORD}`, ...METADATA]);
    const without = await fetched(cluster, "secured-without", url, { ref: refs.tag });
    assert.equal(without.ready.status, "False");
    const auths = { [secured.host]: { username: USER, password: PASSWORD } };
    await cluster.apply({
      ...{ apiVersion: "v1", kind: "Secret", metadata: { name: "registry" }, type: "kubernetes.io/dockerconfigjson" },
      stringData: { ".dockerconfigjson": JSON.stringify({ auths }) },
    });
    const withSecret = await fetched(cluster, "secured", url, { ref: refs.tag, secretRef: { name: "registry" } });
    assert.equal(withSecret.ready.status, "True", withSecret.ready.message);
  });

  await t.step("Flux fetches a copy that crossed an air gap, with its revision", async () => {
    const bundle = join(directory.path, "bundle.tar");
    await gantryOk(["export", `${at("flux")}:1.0.0`, `oci-archive:${bundle}`]);
    await using isolated = await startRegistry("registry");
    await gantryOk(["import", `oci-archive:${bundle}`, `oci://${isolated.host}/mirror`, "--yes"]);
    const { repositories } = await (await fetch(`http://${isolated.host}/v2/_catalog`)).json();
    const url = `oci://${isolated.host}/${repositories[0]}`;
    const { object, ready } = await fetched(cluster, "isolated", url, { ref: refs.tag });
    assert.equal(ready.status, "True", ready.message);
    assert.equal(object.status?.artifact?.revision, `1.0.0@${digest}`);
  });

  await t.step("Flux verifies what gantry signs with a key, and refuses what it did not sign", async () => {
    const keys = join(directory.path, "keys");
    await Deno.mkdir(keys);
    await gantryOk(["keygen", join(keys, "signer"), "--no-password"]);
    const publicKey = await Deno.readTextFile(join(keys, "signer.pub"));
    await cluster.apply({
      ...{ apiVersion: "v1", kind: "Secret", metadata: { name: "signer" } },
      stringData: { "signer.pub": publicKey },
    });
    const verify = { verify: { provider: "cosign", secretRef: { name: "signer" } } };
    for (const form of ["both", "bundle", "legacy"]) {
      const name = `signed-${form}`;
      await publish(name, "--profile", "flux", "--sign-key", join(keys, "signer.key"), "--sign-format", form);
      const { object, ready } = await fetched(cluster, name, at(name), { ref: refs.tag, ...verify });
      assert.equal(ready.status, "True", `${form}: ${ready.message}`);
      const verified = object.status?.conditions?.find(({ type }) => type === "SourceVerified");
      assert.equal(verified?.status, "True", verified?.message);
    }
    const unsigned = await fetched(cluster, "unsigned", at("flux"), { ref: refs.tag, ...verify });
    assert.equal(unsigned.ready.status, "False");
    await gantryOk(["copy", `${at("signed-both")}:1.0.0`, `${at("signed-copy")}:1.0.0`, "--referrers"]);
    const copied = await fetched(cluster, "signed-copy", at("signed-copy"), { ref: refs.tag, ...verify });
    assert.equal(copied.ready.status, "True", copied.ready.message);
  });

  for (const log of [1, 2] as const) {
    await t.step(`Flux verifies what gantry signs without a key (version ${log} of the log)`, async () => {
      await using sigstore = await startSigstore({ log });
      const name = `keyless-${log}`;
      const services = join(directory.path, `${name}.json`);
      await Deno.writeTextFile(services, JSON.stringify(sigstore.signingConfig));
      await cluster.apply({
        ...{ apiVersion: "v1", kind: "Secret", metadata: { name } },
        stringData: { "trusted_root.json": JSON.stringify(sigstore.trustedRoot) },
      });
      const args = [tree, at(name), "--version", "1.0.0", "--profile", "flux", ...METADATA];
      const env = { SIGSTORE_ID_TOKEN: identityToken() };
      await push([...args, "--sign-keyless", "--signing-config", services], { env });
      const verify = (subject: string): Readonly<Record<string, unknown>> => ({
        ref: refs.tag,
        verify: {
          provider: "cosign",
          trustedRootSecretRef: { name },
          matchOIDCIdentity: [{ issuer: `^${WORKFLOW.issuer}$`, subject }],
        },
      });
      const { ready } = await fetched(cluster, name, at(name), verify(`^${WORKFLOW.identity}$`));
      assert.equal(ready.status, "True", ready.message);
      const other = await fetched(cluster, `${name}-other`, at(name), verify("^https://github.com/other/"));
      assert.equal(other.ready.status, "False");
    });
  }

  await t.step("Flux fetches a chart of profile helm, by a layer selector and as a HelmChart", async () => {
    const chart = join(directory.path, "chart");
    await writeTree(chart, {
      "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
      "values.yaml": "{}\n",
      "templates/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\n",
    });
    const pushed = await push([chart, at("charts"), "--profile", "helm"]);
    const type = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    const { ready } = await fetched(cluster, "chart", at("charts/web"), {
      ref: { tag: "0.1.0" },
      ...layer(type, "copy"),
    });
    assert.equal(ready.status, "True", ready.message);
    await cluster.apply({
      ...named("HelmRepository", "charts"),
      spec: { type: "oci", insecure: true, interval: "1h", url: at("charts") },
    });
    const helmChart = {
      ...named("HelmChart", "web"),
      spec: { chart: "web", version: "0.x", interval: "1h", sourceRef: { kind: "HelmRepository", name: "charts" } },
    };
    await cluster.apply(helmChart);
    const built = await cluster.settled(helmChart);
    assert.equal(built.ready.status, "True", built.ready.message);
    assert.equal(built.object.status?.artifact?.revision, "0.1.0");
    assert.match(pushed.digest, /^sha256:/);
  });

  // Last, since it changes what the range and the tag latest stand for.
  await t.step("Flux follows a new version by a range and by the tag latest", async () => {
    await writeApp(directory.path, "1.1.0");
    const next = await push([tree, at("flux"), "--version", "1.1.0", "--latest", "--profile", "flux", ...METADATA]);
    for (const [by, tag] of [["range", "1.1.0"], ["latest", "latest"]] as const) {
      const revision = `${tag}@${next.digest}`;
      await cluster.reconciled(
        named("OCIRepository", `flux-${by}`),
        ({ status }) => status?.artifact?.revision === revision,
      );
      await cluster.reconciled(
        named("Kustomization", `flux-${by}`),
        ({ status }) => status?.lastAppliedRevision === revision,
      );
      const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `flux-${by}-app` } };
      assert.equal((await cluster.get(map))?.data?.["version"], "1.1.0");
    }
  });
});
