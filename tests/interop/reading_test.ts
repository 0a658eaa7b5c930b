/**
 * What other tools publish is listed, inspected, tagged and deleted, in real registries and in their layouts.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createRegistryClient } from "../../src/registry/client.ts";
import { registryStore } from "../../src/registry/store.ts";
import { testContext } from "../registry/support.ts";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { REGISTRIES, startRegistry } from "../support/registry_process.ts";
import { putSample, sampleOf } from "../support/store_samples.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

interface Inspected {
  readonly digest: string;
  readonly artifactType: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly layers: readonly { readonly files: readonly { readonly path: string }[] }[];
  readonly manifests: readonly { readonly digest: string; readonly platform: unknown }[];
  readonly referrers: readonly {
    readonly digest: string;
    readonly artifactType: string;
    readonly referrers: readonly { readonly artifactType: string }[];
  }[];
}

async function inspect(place: string, ...flags: readonly string[]): Promise<Inspected> {
  return JSON.parse((await gantryOk(["inspect", place, "-o", "json", ...flags])).stdout);
}

/** Pushes with `oras`, attaches to it, and attaches to that; gives the digest of the first. */
async function publishWithOras(cwd: string, place: readonly string[], name: string): Promise<string> {
  await writeTree(cwd, { "a.yaml": "a: 1\n", "tree/b.yaml": "b: 2\n", "note.txt": "note\n" });
  const run = (...args: readonly string[]): Promise<string> => tool("oras", args, { cwd });
  const annotations = ["--annotation", "org.example.by=oras"];
  await run(
    "push",
    ...place,
    `${name}:1.0.0`,
    "--artifact-type",
    "application/vnd.acme",
    ...annotations,
    "a.yaml",
    "tree",
  );
  const attached = await run(
    "attach",
    ...place,
    `${name}:1.0.0`,
    "--artifact-type",
    "application/vnd.acme.note",
    "--format",
    "json",
    "note.txt",
  );
  const { digest } = JSON.parse(attached);
  await run("attach", ...place, `${name}@${digest}`, "--artifact-type", "application/vnd.acme.nested", "note.txt");
  return (await run("resolve", ...place, `${name}:1.0.0`)).trim();
}

async function checkOrasArtifact(place: string, digest: string): Promise<void> {
  const found = await inspect(`${place}:1.0.0`, "--files", "--referrers");
  assert.equal(found.digest, digest);
  assert.equal(found.artifactType, "application/vnd.acme");
  assert.equal(found.annotations["org.example.by"], "oras");
  assert.deepEqual(found.layers.map(({ files }) => files.map(({ path }) => path.replace(/\/$/, ""))), [
    ["a.yaml"],
    ["tree", "tree/b.yaml"],
  ]);
  const [note, ...more] = found.referrers;
  assert.deepEqual([note?.artifactType, more], ["application/vnd.acme.note", []]);
  assert.deepEqual(note?.referrers.map(({ artifactType }) => artifactType), ["application/vnd.acme.nested"]);
}

for (const { name, command } of REGISTRIES) {
  toolTest(
    `list, inspect and tag read what oras and crane have pushed to ${name}`,
    [command, "oras", "crane"],
    async () => {
      await using directory = await tempDirectory();
      await using registry = await startRegistry(command);
      const at = `${registry.host}/acme/app`;
      const place = `oci://${at}`;
      const digest = await publishWithOras(directory.path, ["--plain-http"], at);
      await checkOrasArtifact(place, digest);

      await gantryOk(["tag", `${place}:1.0.0`, "latest", "1.1.0"]);
      assert.equal((await tool("crane", ["digest", "--insecure", `${at}:1.1.0`])).trim(), digest);
      await tool("crane", ["tag", "--insecure", `${at}:1.0.0`, "by-crane"]);
      const listed = JSON.parse((await gantryOk(["list", place, "-o", "json"])).stdout);
      assert.deepEqual(
        listed.map(({ version, digest }: { version: string; digest: string }) => [version, digest]),
        ["latest", "1.1.0", "1.0.0"].map((version) => [version, digest]),
      );
      const all = (await gantryOk(["list", place, "--all"])).stdout;
      const tags = (await tool("crane", ["ls", "--insecure", at])).trim().split("\n");
      for (const tag of tags) assert.ok(all.includes(`\n${tag} `), `${tag} in\n${all}`);

      const raw = (await gantryOk(["inspect", `${place}:1.0.0`, "--raw"])).bytes;
      assert.equal(new TextDecoder().decode(raw), await tool("crane", ["manifest", "--insecure", `${at}:1.0.0`]));
    },
  );

  toolTest(`oras discovers what refers to an artifact in ${name} by gantry's store`, [command, "oras"], async () => {
    await using registry = await startRegistry(command);
    const client = createRegistryClient({ host: registry.host });
    const reference = { kind: "registry", host: registry.host, repository: "acme/app" } as const;
    const store = registryStore({ reference, client, access: "push" });
    const subject = sampleOf("subject");
    const context = testContext();
    await putSample(store, subject, ["1.0.0"], context);
    const options = { subject: subject.manifest.descriptor, artifactType: "application/vnd.acme.sig" };
    const referrers = [sampleOf("a", options), sampleOf("b", options)];
    for (const referrer of referrers) await putSample(store, referrer, [], context);
    client.close();
    const found = JSON.parse(
      await tool("oras", ["discover", "--plain-http", "--format", "json", `${registry.host}/acme/app:1.0.0`]),
    );
    // Versions of oras differ in what they call the list.
    const list: readonly { readonly digest: string }[] = found.referrers ?? found.manifests;
    assert.deepEqual(
      list.map(({ digest }) => digest).sort(),
      referrers.map(({ manifest }) => manifest.descriptor.digest).sort(),
    );
  });
}

toolTest("delete takes a tag away in distribution 3, and says that distribution 2.8 cannot", [
  "registry",
  "docker-registry",
], async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "a.yaml": "a: 1\n" });
  for (const [command, isAble] of [["registry", true], ["docker-registry", false]] as const) {
    await using registry = await startRegistry(command);
    const place = `oci://${registry.host}/acme/app`;
    const { digest } = await push([directory.path, place, "--version", "1.0.0", "--latest"]);
    const { code, stderr } = await gantry(["delete", `${place}:latest`, "--yes"]);
    if (isAble) assert.deepEqual([code, stderr], [0, ""]);
    else {
      assert.match(
        stderr,
        /^error: Cannot delete tag "latest" of \S+: the registry deletes whole manifests, not tags\n/,
      );
      assert.ok(stderr.includes(`advice: \`gantry delete ${place}@${digest}\` deletes the manifest`), stderr);
    }
    const listed = JSON.parse((await gantryOk(["list", place, "-o", "json"])).stdout);
    assert.deepEqual(
      listed.map(({ version }: { version: string }) => version),
      isAble ? ["1.0.0"] : ["latest", "1.0.0"],
    );
    await gantryOk(["delete", `${place}@${digest}`, "--yes"]);
    assert.equal((await gantry(["inspect", `${place}:1.0.0`])).code, 1);
  }
});

toolTest("inspect and delete read the layouts of oras, referrers included", ["oras"], async () => {
  await using directory = await tempDirectory();
  const layout = join(directory.path, "layout");
  const place = `oci-layout:${layout}`;
  const digest = await publishWithOras(directory.path, ["--oci-layout"], layout);
  await checkOrasArtifact(place, digest);
  const [note] = (await inspect(`${place}:1.0.0`, "--referrers")).referrers;
  assert.ok(note !== undefined);
  const { referrers: [nested] } = await inspect(`${place}@${note.digest}`, "--referrers");
  assert.equal(nested?.artifactType, "application/vnd.acme.nested");
  await gantryOk(["delete", `${place}@${nested?.digest}`, "-y"]);
  assert.deepEqual((await inspect(`${place}@${note.digest}`, "--referrers")).referrers, []);
  const discovered = await tool("oras", ["discover", "--oci-layout", "--format", "tree", `${layout}:1.0.0`]);
  assert.ok(discovered.includes(note.digest) && !discovered.includes(nested?.digest ?? ""), discovered);
  await gantryOk(["tag", `${place}:1.0.0`, "by-gantry"]);
  assert.equal((await tool("oras", ["resolve", "--oci-layout", `${layout}:by-gantry`])).trim(), digest);
});

toolTest("inspect shows the images that crane makes, alone and in an index", ["crane"], async () => {
  await using directory = await tempDirectory();
  await using registry = await startRegistry("ociregistry");
  const at = `${registry.host}/acme/image`;
  await writeTree(directory.path, { "in/etc/app.conf": "a=1\n" });
  const layer = join(directory.path, "layer.tar");
  await tool("tar", ["-C", join(directory.path, "in"), "-cf", layer, "etc"]);
  for (const tag of ["one", "two"]) {
    await tool("crane", ["append", "--insecure", "--oci-empty-base", "-f", layer, "-t", `${at}:${tag}`]);
    if (tag === "two") await tool("crane", ["mutate", "--insecure", "--label", "a=b", "-t", `${at}:two`, `${at}:two`]);
  }
  await tool("crane", ["index", "append", "--insecure", "-m", `${at}:one`, "-m", `${at}:two`, "-t", `${at}:1.0.0`]);
  const image = await inspect(`oci://${at}:one`, "--files");
  assert.deepEqual(image.layers[0]?.files.map(({ path }) => path), ["etc/", "etc/app.conf"]);
  const index = await inspect(`oci://${at}:1.0.0`);
  assert.deepEqual(index.manifests.map(({ digest }) => digest), [
    (await tool("crane", ["digest", "--insecure", `${at}:one`])).trim(),
    (await tool("crane", ["digest", "--insecure", `${at}:two`])).trim(),
  ]);
});
