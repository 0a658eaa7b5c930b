/** `--for` on `plan`, `push` and `inspect`: who accepts an artifact, and `gantry consumers`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { CONSUMER_NAMES } from "../../../src/consumers/consumers.ts";
import { OCI_INDEX_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../../src/oci/media_types.ts";
import { startFakeRegistry } from "../../support/fake_registry.ts";
import { type ForeignRepository, foreignRepository, type Json } from "../../support/foreign_artifact.ts";
import { gantry, gantryOk, push } from "../../support/gantry.ts";
import { file, rawTar } from "../../support/raw_tar.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
const EMPTY = "application/vnd.oci.empty.v1+json";
const TREE = { "a.yaml": "a: 1\n", "logo.png": "no picture\n" };
const METADATA = ["--source", "https://example.com/a", "--revision", "0123456"];

/** The consumers of a report in JSON, by name. */
function verdicts(json: string): Readonly<Record<string, boolean>> {
  const { consumers } = JSON.parse(json);
  return Object.fromEntries(consumers.map(({ consumer, accepted }: Json) => [consumer, accepted]));
}

Deno.test("plan --for says who would accept it, why not, and what to change", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, TREE);
  const args = [directory.path, "--profile", "image", "--for", "flux,argocd", "--for", "helm"];
  const { stdout } = await gantryOk(["plan", ...args]);
  assert.equal(
    stdout.slice(stdout.indexOf("\nconsumers")),
    `
consumers
  flux    accepted  note: Flux leaves out what a .sourceignore or spec.ignore does not bring back: "logo.png"
  argocd  accepted
  helm    refused   Helm wants a config of media type application/vnd.cncf.helm.config.v1+json, and it is application/vnd.oci.image.config.v1+json
                    change: Publish it with the profile helm, or with helm push
`,
  );
  const json = (await gantryOk(["plan", ...args, "-o", "json"])).stdout;
  assert.deepEqual(verdicts(json), { flux: true, argocd: true, helm: false });
  const [, , helm] = JSON.parse(json).consumers;
  assert.deepEqual(Object.keys(helm), ["consumer", "version", "accepted", "refusals", "notes"]);
  assert.deepEqual(Object.keys(helm.refusals[0]), ["reason", "change"]);
});

Deno.test("plan without --for asks nobody", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, TREE);
  assert.equal("consumers" in JSON.parse((await gantryOk(["plan", directory.path, "-o", "json"])).stdout), false);
});

Deno.test("push --for contacts nobody when one of them would refuse", async () => {
  await using directory = await tempDirectory();
  await using registry = startFakeRegistry();
  await writeTree(join(directory.path, "app"), TREE);
  const layout = join(directory.path, "layout");
  const targets = [`oci://${registry.host}/acme/app:1`, `oci-layout:${layout}:1`];
  const args = ["push", join(directory.path, "app"), ...targets, "--profile", "flux", ...METADATA];
  const { code, stdout, stderr } = await gantry([...args, "--for", "flux,argocd,timoni"]);
  assert.deepEqual([code, stdout, registry.requests.length], [2, "", 0]);
  await assert.rejects(Deno.stat(layout));
  assert.match(stderr, /^error: Cannot publish it for argocd: Argo CD does not have the layer media type /m);
  assert.match(stderr, /^Cannot publish it for timoni: Timoni wants a config /m);
  assert.match(stderr, /^advice: for argocd: publish an OCI image layer/m);
  assert.match(stderr, /^advice: for timoni: publish it with the profile timoni/m);
  const json = await gantry([...args, "--for", "flux,argocd,timoni", "-o", "json"]);
  assert.equal(json.code, 2);
  const errors = JSON.parse(json.stdout).errors.map(({ where, hint, message }: Record<string, string>) => {
    return [where, hint?.slice(0, 10), message?.slice(0, 30)];
  });
  assert.deepEqual(errors, [
    ["argocd", "Publish an", "Cannot publish it for argocd: "],
    ["timoni", "Publish it", "Cannot publish it for timoni: "],
  ]);
});

Deno.test("push --for publishes what all of them accept, and says what may surprise", async () => {
  await using directory = await tempDirectory();
  await using registry = startFakeRegistry();
  await writeTree(directory.path, TREE);
  const target = `oci://${registry.host}/acme/app:1`;
  const { stderr } = await gantryOk(["push", directory.path, target, "--profile", "image", "--for", "flux,docker"]);
  assert.match(stderr, /For flux: Flux leaves out what .*: "logo\.png"/);
});

Deno.test("push --for knows the tags that an artifact gets", async () => {
  await using directory = await tempDirectory();
  await writeTree(join(directory.path, "app"), { "timoni.cue": "package main\n" });
  const target = `oci-layout:${join(directory.path, "layout")}`;
  const args = ["push", join(directory.path, "app"), target, "--for", "timoni"];
  const refused = await gantry([...args, "--tag", "edge"]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /Timoni finds a module by a version .*, and no tag is one/);
  await gantryOk([...args, "--tag", "edge", "--version", "1.0.0"]);
});

Deno.test("push reads who has to accept it from the configuration file, and --for replaces that", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { ...TREE, "gantry.yaml": "profile: generic\nconsumers: [helm]\n" });
  const config = join(directory.path, "gantry.yaml");
  const args = ["plan", directory.path, "--config", config, "-o", "json"];
  assert.deepEqual(verdicts((await gantryOk(args)).stdout), { helm: false });
  assert.deepEqual(verdicts((await gantryOk([...args, "--for", "oras"])).stdout), { oras: true });
  await Deno.writeTextFile(config, "consumers: [helmet]\n");
  const { code, stderr } = await gantry(args);
  assert.equal(code, 2);
  assert.match(stderr, /gantry\.yaml:1:13: .*"helmet".* must be one of flux, /);
});

Deno.test("--for refuses names that are no consumers, before anything is packed", async () => {
  for (
    const args of [["plan", "examples/plain"], ["push", "examples/plain", "oci://registry.invalid/a"], [
      "inspect",
      "oci://registry.invalid/a",
    ]]
  ) {
    const { code, stdout, stderr } = await gantry([...args, "--for", "flux,fluxx"]);
    assert.deepEqual([code, stdout], [2, ""], stderr);
    assert.match(stderr, /^error: Cannot find consumer "fluxx": it must be one of flux, /m);
  }
});

Deno.test("inspect --for judges what any tool made, by its own bytes", async () => {
  await using registry = startFakeRegistry();
  const repository = foreignRepository(registry);
  const layer = repository.blob(new Uint8Array(gzipSync(rawTar([file("a.rego")]))), LAYER);
  const config = repository.blob("{}", EMPTY);
  repository.manifest({ schemaVersion: 2, config, layers: [layer] });
  const args = ["inspect", `${repository.url}:1`, "--for", "flux,opa,argocd,docker,opentofu"];
  const { stdout } = await gantryOk([...args, "-o", "json"]);
  assert.deepEqual(verdicts(stdout), { flux: true, opa: true, argocd: true, docker: false, opentofu: false });
  const [, , , docker, opentofu] = JSON.parse(stdout).consumers;
  assert.match(docker.refusals[0].reason, /wants the config of an image/);
  assert.match(opentofu.refusals[0].reason, /wants the mediaType in the manifest itself/);
  const text = (await gantryOk(args)).stdout;
  assert.match(text, /\nconsumers\n {2}flux {6}accepted\n {2}opa {7}accepted\n/);
});

Deno.test("inspect --for judges an index as such, and with --platform the manifest for that", async () => {
  await using registry = startFakeRegistry();
  const repository = foreignRepository(registry);
  const layer = repository.blob(new Uint8Array(gzipSync(rawTar([file("a.yaml")]))), LAYER);
  const config = repository.blob(`{"os":"linux","architecture":"arm64"}`, "application/vnd.oci.image.config.v1+json");
  const child = repository.manifest({ schemaVersion: 2, mediaType: OCI_MANIFEST_MEDIA_TYPE, config, layers: [layer] }, {
    tag: "child",
  });
  const platform = { os: "linux", architecture: "arm64" };
  const index = { schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests: [{ ...child, platform }] };
  repository.manifest(index, { tag: "index", mediaType: OCI_INDEX_MEDIA_TYPE });
  const args = ["inspect", `${repository.url}:index`, "--for", "flux,argocd", "-o", "json"];
  const refused = { flux: false, argocd: false };
  assert.deepEqual(verdicts((await gantryOk(args)).stdout), refused);
  assert.deepEqual(verdicts((await gantryOk([...args, "--files"])).stdout), refused);
  const accepted = { flux: true, argocd: true };
  assert.deepEqual(verdicts((await gantryOk([...args, "--platform", "linux/arm64"])).stdout), accepted);
});

const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

function attach(repository: ForeignRepository, subject: Json, predicate: string): void {
  repository.manifest({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST_MEDIA_TYPE,
    artifactType: BUNDLE,
    config: repository.blob("{}", EMPTY),
    layers: [repository.blob(JSON.stringify({ predicate }), BUNDLE)],
    subject,
    annotations: { "dev.sigstore.bundle.predicateType": predicate },
  }, { tag: "bundle" });
}

function sign(repository: ForeignRepository, digest: string): void {
  const layer = repository.blob("{}", "application/vnd.dev.cosign.simplesigning.v1+json", {
    annotations: { "dev.cosignproject.cosign/signature": "MEU=" },
  });
  const config = repository.blob("{}", EMPTY);
  repository.manifest({ schemaVersion: 2, mediaType: OCI_MANIFEST_MEDIA_TYPE, config, layers: [layer] }, {
    tag: `${digest.replace(":", "-")}.sig`,
  });
}

Deno.test("inspect --for flux-verify looks for signatures among referrers and behind the tag", async () => {
  await using directory = await tempDirectory();
  await using registry = startFakeRegistry();
  await writeTree(directory.path, TREE);
  const url = `oci://${registry.host}/acme/app`;
  const { digest, mediaType, size } = await published([directory.path, `${url}:1`, "--profile", "image"]);
  const repository = foreignRepository(registry);
  const judged = async (): Promise<string> => {
    const { stdout } = await gantryOk(["inspect", `${url}:1`, "--for", "flux-verify", "-o", "json"]);
    const [{ refusals }] = JSON.parse(stdout).consumers;
    return refusals.map(({ reason }: { readonly reason: string }) => reason).join("; ");
  };
  assert.match(await judged(), /^Nothing signs it/);
  sign(repository, digest);
  assert.equal(await judged(), "");
  attach(repository, { mediaType, digest, size }, "https://slsa.dev/provenance/v1");
  assert.match(await judged(), /an attestation in a bundle, so they never look at the signature behind the tag/);
  attach(repository, { mediaType, digest, size }, "https://sigstore.dev/cosign/sign/v1");
  assert.equal(await judged(), "");
});

async function published(args: readonly string[]): Promise<{ digest: string; mediaType: string; size: number }> {
  const { url, digest } = await push(args);
  const raw = await gantryOk(["inspect", url, "--raw"]);
  return { digest, mediaType: OCI_MANIFEST_MEDIA_TYPE, size: raw.bytes?.byteLength ?? 0 };
}

Deno.test("inspect prints a raw manifest without any verdict", async () => {
  const { code, stderr } = await gantry(["inspect", "oci://registry.invalid/a:1", "--raw", "--for", "flux"]);
  assert.equal(code, 2);
  assert.match(stderr, /Cannot print the raw manifest together with anything else/);
});

Deno.test("consumers lists everybody who can be asked for", async () => {
  const { stdout } = await gantryOk(["consumers"]);
  const lines = stdout.trimEnd().split("\n");
  assert.match(lines[0] ?? "", /^NAME +VERSION +WHAT$/);
  assert.deepEqual(lines.slice(1).map((line) => line.split(" ")[0]), CONSUMER_NAMES);
  const json = JSON.parse((await gantryOk(["consumers", "-o", "json"])).stdout);
  assert.deepEqual(json.map(({ name }: Json) => name), CONSUMER_NAMES);
  assert.deepEqual(Object.keys(json[0]), ["name", "what", "version", "source"]);
});
