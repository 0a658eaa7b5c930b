/**
 * Layouts that gantry writes are read by the tools that people carry them with.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { directoryStore } from "../../src/layout/directory/store.ts";
import { testContext } from "../registry/support.ts";
import { startFakeRegistry } from "../support/fake_registry.ts";
import { putSample, sampleOf } from "../support/store_samples.ts";
import { gantryOk, push } from "../support/gantry.ts";
import { startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { published, readTree } from "../support/tree.ts";

/** Flux alone obeys it, and an image that has it is refused. */
const PLAIN = ["--ignore", ".sourceignore"];
const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;

toolTest("oras reads a layout directory and a layout tar", ["oras"], async () => {
  await using out = await tempDirectory();
  const source = join(EXAMPLES, "plain");
  const layout = join(out.path, "layout");
  const archive = join(out.path, "archive.tar");
  const { digest } = await push([source, `oci-layout:${layout}`, `oci-archive:${archive}`, "--version", "1.2.3"]);
  const expected = published(await readTree(source), (path) => {
    return path === ".gantryignore" || path.endsWith(".log") && !path.endsWith("keep.log");
  });
  for (const [name, path] of [["layout", layout], ["archive", archive]] as const) {
    const resolved = await tool("oras", ["resolve", "--oci-layout", `${path}:1.2.3`]);
    assert.equal(resolved.trim(), digest, name);
    const tree = join(out.path, `from-${name}`);
    await tool("oras", ["pull", "--oci-layout", `${path}:1.2.3`, "-o", tree]);
    assert.deepEqual(await readTree(tree), expected, name);
  }
});

toolTest("skopeo reads a layout directory and a layout tar", ["skopeo"], async () => {
  await using out = await tempDirectory();
  const layout = join(out.path, "layout");
  const archive = join(out.path, "archive.tar");
  const { digest } = await push([
    join(EXAMPLES, "flux"),
    `oci-layout:${layout}`,
    `oci-archive:${archive}`,
    "--profile",
    "image",
    "--ignore",
    ".sourceignore",
    "--version",
    "1.2.3",
    "--latest",
  ]);
  for (const reference of [`oci:${layout}:1.2.3`, `oci:${layout}:latest`, `oci-archive:${archive}:1.2.3`]) {
    const inspected = JSON.parse(await tool("skopeo", ["inspect", reference]));
    assert.equal(inspected.Digest, digest, reference);
  }
  const copied = join(out.path, "copied");
  await tool("skopeo", ["copy", "--preserve-digests", `oci-archive:${archive}:1.2.3`, `oci:${copied}:1.2.3`]);
  assert.equal(JSON.parse(await Deno.readTextFile(join(copied, "index.json"))).manifests[0].digest, digest);
});

toolTest("gantry adds to a layout that oras made, and oras to one that gantry made", ["oras"], async () => {
  await using out = await tempDirectory();
  const layout = join(out.path, "layout");
  await Deno.writeTextFile(join(out.path, "note.txt"), "a note\n");
  const note = (tag: string): Promise<string> =>
    tool("oras", ["push", "--oci-layout", `layout:${tag}`, "note.txt"], { cwd: out.path });
  await note("by-oras");
  const { digest } = await push([
    join(EXAMPLES, "flux"),
    `oci-layout:${layout}`,
    "--profile",
    "flux",
    "-t",
    "by-gantry",
  ]);
  await note("by-oras-again");
  const tags = (await tool("oras", ["repo", "tags", "--oci-layout", layout])).trim().split("\n").sort();
  assert.deepEqual(tags, ["by-gantry", "by-oras", "by-oras-again"]);
  assert.equal((await tool("oras", ["resolve", "--oci-layout", `${layout}:by-gantry`])).trim(), digest);
});

/** An image as a push makes it, and as a copy makes it, each in a directory and in a tar. */
async function images(directory: string): Promise<{ readonly digest: string; readonly paths: readonly Image[] }> {
  const at = (name: string): string => join(directory, name);
  const targets = [`oci-layout:${at("pushed")}`, `oci-archive:${at("pushed.tar")}`];
  const { digest } = await push([
    join(EXAMPLES, "flux"),
    ...targets,
    "--profile",
    "image",
    "--version",
    "1.2.3",
    ...PLAIN,
  ]);
  await gantryOk([
    "copy",
    `${targets[0]}:1.2.3`,
    `oci-layout:${at("copied")}`,
    `oci-archive:${at("copied.tar")}`,
    "-q",
  ]);
  const paths = ["pushed", "copied"].map((name) => ({ name, layout: at(name), archive: at(`${name}.tar`) }));
  return { digest, paths };
}

interface Image {
  readonly name: string;
  readonly layout: string;
  readonly archive: string;
}

toolTest("regctl reads what a push and a copy made", ["regctl"], async () => {
  await using out = await tempDirectory();
  const { digest, paths } = await images(out.path);
  const ask = async (...args: readonly string[]): Promise<string> => (await tool("regctl", args)).trim();
  for (const { name, layout, archive } of paths) {
    assert.equal(await ask("tag", "ls", `ocidir://${layout}`), "1.2.3", name);
    assert.equal(await ask("image", "digest", `ocidir://${layout}:1.2.3`), digest, name);
    const imported = `ocidir://${join(out.path, `${name}-imported`)}:1.2.3`;
    await ask("image", "import", imported, archive);
    assert.equal(await ask("image", "digest", imported), digest, name);
  }
});

toolTest("umoci unpacks what a push and a copy made", ["umoci", "tar"], async () => {
  await using out = await tempDirectory();
  const { paths } = await images(out.path);
  const expected = published(await readTree(join(EXAMPLES, "flux")), (path) => path === ".sourceignore");
  for (const { name, layout, archive } of paths) {
    assert.equal((await tool("umoci", ["list", "--layout", layout])).trim(), "1.2.3", name);
    const extracted = join(out.path, `${name}-extracted`);
    await Deno.mkdir(extracted);
    await tool("tar", ["-xf", archive, "-C", extracted]);
    for (const [kind, path] of [["layout", layout], ["archive", extracted]] as const) {
      const bundle = join(out.path, `${name}-${kind}-bundle`);
      await tool("umoci", ["unpack", "--rootless", "--image", `${path}:1.2.3`, bundle]);
      assert.deepEqual(await readTree(join(bundle, "rootfs")), expected, `${name} ${kind}`);
    }
  }
});

toolTest("crane pushes a layout that a push and a copy made", ["crane", "registry"], async () => {
  await using out = await tempDirectory();
  await using registry = await startRegistry("registry");
  const { digest, paths } = await images(out.path);
  for (const { name, layout } of paths) {
    const reference = `${registry.host}/app:${name}`;
    await tool("crane", ["push", "--insecure", layout, reference]);
    assert.equal((await tool("crane", ["digest", "--insecure", reference])).trim(), digest, name);
  }
});

/** How other tools write an image that they got from a layout: the program, its arguments, and what comes of it. */
const writers: readonly (readonly [
  name: string,
  tools: readonly string[],
  write: (from: string, to: string) => Promise<readonly string[]>,
])[] = [
  ["regctl", ["regctl"], async (from, to) => {
    await tool("regctl", ["image", "copy", `ocidir://${from}:1.2.3`, `ocidir://${to}:1.2.3`]);
    await tool("regctl", ["image", "export", `ocidir://${from}:1.2.3`, `${to}.tar`]);
    return [`oci-layout:${to}`, `oci-archive:${to}.tar`];
  }],
  ["skopeo", ["skopeo"], async (from, to) => {
    await tool("skopeo", ["copy", "--preserve-digests", `oci:${from}:1.2.3`, `oci:${to}:1.2.3`]);
    await tool("skopeo", ["copy", "--preserve-digests", `oci:${from}:1.2.3`, `oci-archive:${to}.tar:1.2.3`]);
    return [`oci-layout:${to}`, `oci-archive:${to}.tar`];
  }],
  ["oras", ["oras"], async (from, to) => {
    await tool("oras", ["copy", "--from-oci-layout", `${from}:1.2.3`, "--to-oci-layout", `${to}:1.2.3`]);
    return [`oci-layout:${to}`];
  }],
  ["umoci", ["umoci"], async (from, to) => {
    await tool("cp", ["-r", from, to]);
    await tool("umoci", ["tag", "--image", `${to}:1.2.3`, "again"]);
    return [`oci-layout:${to}`];
  }],
];

for (const [name, tools, write] of writers) {
  toolTest(`gantry reads what ${name} wrote, with the same digest`, tools, async () => {
    await using out = await tempDirectory();
    const { digest, paths: [image] } = await images(out.path);
    assert.ok(image !== undefined);
    for (const url of await write(image.layout, join(out.path, name))) {
      await gantryOk(["verify", url]);
      const copied = await gantryOk(["copy", `${url}:1.2.3`, `oci-layout:${join(out.path, "back")}`, "-q"]);
      assert.equal(copied.stdout.trim().split("@")[1], digest, url);
    }
  });
}

toolTest("gantry reads an image that umoci made", ["umoci"], async () => {
  await using out = await tempDirectory();
  const layout = join(out.path, "layout");
  await tool("umoci", ["init", "--layout", layout]);
  await tool("umoci", ["new", "--image", `${layout}:made`]);
  const { manifests: [entry] } = JSON.parse(await Deno.readTextFile(join(layout, "index.json")));
  assert.match((await gantryOk(["verify", `oci-layout:${layout}`])).stdout, /: whole, 1 manifest, /);
  const { digest } = JSON.parse((await gantryOk(["inspect", `oci-layout:${layout}:made`, "-o", "json"])).stdout);
  assert.equal(digest, entry.digest);
});

toolTest("gantry reads a layout that crane pulled from a registry", ["crane", "registry"], async () => {
  await using out = await tempDirectory();
  await using registry = await startRegistry("registry");
  const { digest } = await push([
    join(EXAMPLES, "flux"),
    `oci://${registry.host}/app`,
    "--profile",
    "image",
    "--ignore",
    ".sourceignore",
    "-t",
    "1",
  ]);
  const layout = join(out.path, "layout");
  await tool("crane", ["pull", "--insecure", "--format", "oci", "--annotate-ref", `${registry.host}/app:1`, layout]);
  await gantryOk(["verify", `oci-layout:${layout}`]);
  const copied = await gantryOk(["copy", `oci-layout:${layout}@${digest}`, `oci-layout:${join(out.path, "b")}`, "-q"]);
  assert.equal(copied.stdout.trim().split("@")[1], digest);
});

toolTest(
  "skopeo and crane take the one artifact of an export without its name",
  ["skopeo", "crane", "registry", "tar"],
  async () => {
    await using out = await tempDirectory();
    await using registry = await startRegistry("registry");
    const { digest, paths: [image] } = await images(out.path);
    const bundle = join(out.path, "bundle.tar");
    await gantryOk(["export", `oci-layout:${image?.layout}:1.2.3`, `oci-archive:${bundle}`, "-q"]);
    await tool("skopeo", ["copy", "--preserve-digests", `oci-archive:${bundle}`, `dir:${join(out.path, "dir")}`]);
    const extracted = join(out.path, "extracted");
    await Deno.mkdir(extracted);
    await tool("tar", ["-xf", bundle, "-C", extracted]);
    await tool("crane", ["push", "--insecure", extracted, `${registry.host}/app:crane`]);
    assert.equal((await tool("crane", ["digest", "--insecure", `${registry.host}/app:crane`])).trim(), digest);
    await gantryOk(["verify", `oci-archive:${bundle}`]);
  },
);

toolTest("regctl and oras find what refers to an artifact in a layout", ["regctl", "oras"], async () => {
  await using out = await tempDirectory();
  await using near = startFakeRegistry();
  const subject = sampleOf("app");
  const signature = sampleOf("signature", {
    subject: subject.manifest.descriptor,
    artifactType: "application/vnd.acme.sig",
  });
  const place = directoryStore({ kind: "oci-layout", path: join(out.path, "source") });
  await putSample(place, subject, ["1.0.0"], testContext());
  for (const blob of signature.blobs) await place.push(blob, testContext());
  await place.pushManifest(signature.manifest, testContext());
  const from = `oci://${near.host}/app`;
  await gantryOk(["copy", `oci-layout:${join(out.path, "source")}:1.0.0`, from, "--referrers", "-q"]);
  await gantryOk(["copy", `${from}:1.0.0`, `oci-layout:${join(out.path, "copied")}`, "--referrers", "-q"]);
  await gantryOk(["export", `${from}:1.0.0`, `oci-layout:${join(out.path, "exported")}`, "-q"]);
  for (const name of ["source", "copied", "exported"]) {
    const layout = join(out.path, name);
    const tree = await tool("regctl", ["artifact", "tree", `ocidir://${layout}:1.0.0`]);
    assert.match(tree, /application\/vnd\.acme\.sig/, name);
    const discovered = await tool("oras", ["discover", "--oci-layout", `${layout}:1.0.0`]);
    assert.match(discovered, /application\/vnd\.acme\.sig/, name);
    // regctl carries the signature on, and gantry finds it there.
    const carried = join(out.path, `${name}-carried`);
    await tool("regctl", ["image", "copy", "--referrers", `ocidir://${layout}:1.0.0`, `ocidir://${carried}:1.0.0`]);
    const { stdout } = await gantryOk(["inspect", `oci-layout:${carried}:1.0.0`, "--referrers", "-o", "json"]);
    assert.deepEqual(
      JSON.parse(stdout).referrers.map(({ digest }: { digest: string }) => digest),
      [signature.manifest.descriptor.digest],
      name,
    );
  }
});

toolTest("gantry finds what skopeo and crane leave in a layout under a whole name or none", [
  "skopeo",
  "crane",
  "registry",
], async () => {
  await using out = await tempDirectory();
  await using registry = await startRegistry("registry");
  const { digest, paths: [image] } = await images(out.path);
  const at = (name: string): string => join(out.path, name);
  await tool("skopeo", ["copy", `oci:${image?.layout}:1.2.3`, `oci:${at("full")}:docker.io/acme/app:1.2.3`]);
  await tool("skopeo", ["copy", `oci:${image?.layout}:1.2.3`, `oci:${at("nameless")}`]);
  await tool("skopeo", [
    "copy",
    `oci:${image?.layout}:1.2.3`,
    `oci-archive:${at("full.tar")}:docker.io/acme/app:1.2.3`,
  ]);
  await tool("crane", ["push", "--insecure", image?.layout ?? "", `${registry.host}/app:1.2.3`]);
  await tool("crane", ["pull", "--insecure", "--format=oci", `${registry.host}/app:1.2.3`, at("crane")]);
  for (
    const url of [
      `oci-layout:${at("full")}:1.2.3`,
      `oci-archive:${at("full.tar")}:1.2.3`,
      `oci-layout:${at("full")}`,
      `oci-layout:${at("nameless")}`,
      `oci-layout:${at("crane")}`,
    ]
  ) {
    const inspected = JSON.parse((await gantryOk(["inspect", url, "-o", "json"])).stdout);
    assert.equal(inspected.digest, digest, url);
    const place = url.replace(/:1\.2\.3$/, "");
    const listed = JSON.parse((await gantryOk(["list", place, "-o", "json"])).stdout);
    assert.deepEqual(listed.map((each: { digest: string }) => each.digest), [digest], url);
    const copied = JSON.parse(
      (await gantryOk(["copy", "--all-tags", place, `oci-layout:${at("all")}`, "-o", "json"])).stdout,
    );
    assert.equal(copied.digest, digest, url);
  }
});
