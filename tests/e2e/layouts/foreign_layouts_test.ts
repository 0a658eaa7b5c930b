/** Layouts as other tools write them: whole references as names, no names at all, the kinds of `cosign save`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { directoryStore } from "../../../src/layout/directory/store.ts";
import { digestHex } from "../../../src/oci/digest.ts";
import { testContext } from "../../registry/support.ts";
import { startFakeRegistry } from "../../support/fake_registry.ts";
import { gantry, gantryOk } from "../../support/gantry.ts";
import { indexOf, putSample, type Sample, sampleOf } from "../../support/store_samples.ts";
import { tool, toolTest } from "../../support/tools.ts";
import { tempDirectory } from "../../support/temp_directory.ts";

const context = testContext();
const [ONE, TWO] = [sampleOf("one"), sampleOf("two")];
const REF_NAME = "org.opencontainers.image.ref.name";
const FULL_NAME = "io.containerd.image.name";

type Annotations = Readonly<Record<string, string>>;

/** Makes a layout that lists samples with these annotations and nothing else. */
async function foreignLayout(
  path: string,
  entries: readonly (readonly [sample: Sample, annotations?: Annotations])[],
): Promise<string> {
  await using store = directoryStore({ kind: "oci-layout", path });
  await Deno.mkdir(path);
  await Deno.writeTextFile(join(path, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  for (const [sample] of entries) await putSample(store, sample, [], context);
  const manifests = entries.map(([{ manifest }, annotations]) => ({
    ...manifest.descriptor,
    ...(annotations === undefined ? {} : { annotations }),
  }));
  await Deno.writeTextFile(join(path, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
  return `oci-layout:${path}`;
}

function digest({ manifest }: Sample): string {
  return manifest.descriptor.digest;
}

async function json(args: readonly string[]): Promise<ReturnType<typeof JSON.parse>> {
  return JSON.parse((await gantryOk([...args, "-o", "json"])).stdout);
}

const NAMES: readonly (readonly [what: string, Annotations, origin: string])[] = [
  ["skopeo and podman", { [REF_NAME]: "docker.io/library/app:1.0" }, "docker.io/library/app"],
  ["a registry with a port", { [REF_NAME]: "localhost:5000/acme/app:1.0" }, "localhost:5000/acme/app"],
  ["buildah, with its digest too", { [REF_NAME]: `ghcr.io/acme/app:1.0@${digest(ONE)}` }, "ghcr.io/acme/app"],
  ["a name without a host", { [REF_NAME]: "acme/app:1.0" }, "docker.io/acme/app"],
  ["containerd", { [FULL_NAME]: "ghcr.io/acme/app:1.0" }, "ghcr.io/acme/app"],
  ["docker", { [FULL_NAME]: "ghcr.io/acme/app:1.0", [REF_NAME]: "1.0" }, "ghcr.io/acme/app"],
];

for (const [what, annotations, origin] of NAMES) {
  Deno.test(`a whole reference in a layout is found by its tag, and kept: ${what}`, async () => {
    await using directory = await tempDirectory();
    const at = (name: string): string => join(directory.path, name);
    const url = await foreignLayout(at("layout"), [[ONE, annotations], [TWO, { [REF_NAME]: "other" }]]);
    const name = annotations[FULL_NAME] ?? annotations[REF_NAME];
    const [listed] = await json(["list", url]);
    assert.deepEqual([listed.version, listed.digest, listed.name], ["1.0", digest(ONE), name]);
    assert.equal((await json(["inspect", `${url}:1.0`])).digest, digest(ONE));
    const copied = await json(["copy", `${url}:1.0`, `oci-layout:${at("copied")}`]);
    assert.deepEqual([copied.tag, copied.digest], ["1.0", digest(ONE)]);
    await gantryOk(["copy", "--all-tags", url, `oci-layout:${at("all")}`]);
    const entries = JSON.parse(await Deno.readTextFile(join(at("all"), "index.json"))).manifests;
    assert.deepEqual(
      entries.map((entry: { annotations: Annotations }) => entry.annotations),
      [
        annotations,
        { [REF_NAME]: "other" },
      ].sort((a, b) => (a[REF_NAME] ?? "~") < (b[REF_NAME] ?? "~") ? -1 : 1),
    );
    const exported = await json(["export", `${url}:1.0`, `oci-layout:${at("bundle")}`]);
    assert.deepEqual(exported.artifacts.map((each: { origin: string; tags: unknown }) => [each.origin, each.tags]), [
      [origin, ["1.0"]],
    ]);
  });
}

Deno.test("a tag that is written as it is goes before one that ends a whole reference", async () => {
  await using directory = await tempDirectory();
  const url = await foreignLayout(join(directory.path, "layout"), [
    [ONE, { [REF_NAME]: "docker.io/library/app:1.0" }],
    [TWO, { [REF_NAME]: "1.0" }],
  ]);
  assert.equal((await json(["inspect", `${url}:1.0`])).digest, digest(TWO));
  await gantryOk(["delete", `${url}:1.0`, "--yes"]);
  assert.equal((await json(["inspect", `${url}:1.0`])).digest, digest(ONE));
  await gantryOk(["delete", `${url}:1.0`, "--yes"]);
  assert.equal((await gantry(["inspect", `${url}:1.0`])).code, 1);
});

Deno.test("a layout of names without a host is imported under those names", async () => {
  await using directory = await tempDirectory();
  await using far = startFakeRegistry();
  const url = await foreignLayout(join(directory.path, "layout"), [
    [ONE, { [REF_NAME]: "acme/app:1.0" }],
    [TWO, { [REF_NAME]: "acme/tools/db:1.0" }],
  ]);
  const { stderr } = await gantryOk(["import", "--yes", url, `oci://${far.host}/mirror`]);
  assert.deepEqual([...far.repositories.keys()].sort(), ["mirror/acme/app", "mirror/acme/tools/db"]);
  assert.ok(stderr.includes(`Imported to ${far.host}/mirror/acme/app, ${far.host}/mirror/acme/tools/db: `), stderr);
  const mapped = await gantryOk(["import", "--yes", url, `oci://${far.host}/x`, "--map", "docker.io/acme=team"]);
  assert.ok(mapped.stderr.includes(`Imported to ${far.host}/team/app, ${far.host}/team/tools/db: `), mapped.stderr);
});

Deno.test("an artifact without a tag is listed, and found where it is the only one", async () => {
  await using directory = await tempDirectory();
  await using far = startFakeRegistry();
  const at = (name: string): string => join(directory.path, name);
  const signature = sampleOf("signature", { subject: ONE.manifest.descriptor });
  const url = await foreignLayout(at("layout"), [[ONE], [signature]]);
  for (const flags of [[], ["--all"]]) {
    const { stdout } = await gantryOk(["list", url, ...flags]);
    assert.equal(stdout, `VERSION  DIGEST\n-        ${digest(ONE)}\n`);
    assert.deepEqual(await json(["list", url, ...flags]), [{ repository: at("layout"), digest: digest(ONE) }]);
  }
  assert.deepEqual(
    [(await json(["inspect", url])).digest, (await json(["inspect", url])).reference],
    [digest(ONE), `${url}@${digest(ONE)}`],
  );
  assert.equal((await json(["copy", url, `oci-layout:${at("one")}`])).digest, digest(ONE));
  await gantryOk(["copy", "--all-tags", url, `oci://${far.host}/all`]);
  assert.ok(far.repositories.get("all")?.manifests.has(ONE.manifest.descriptor.digest));
  assert.equal((await json(["export", url, `oci-layout:${at("bundle")}`])).artifacts[0].digest, digest(ONE));
  await gantryOk(["import", "--yes", url, `oci://${far.host}`, "--map", "layout=acme/app"]);
  assert.ok(far.repositories.get("acme/app")?.manifests.has(signature.manifest.descriptor.digest));
});

Deno.test("of several artifacts without a tag none is chosen, and list shows them all", async () => {
  await using directory = await tempDirectory();
  const url = await foreignLayout(join(directory.path, "layout"), [[ONE], [TWO]]);
  const { code, stderr } = await gantry(["inspect", url]);
  assert.equal(code, 1);
  assert.match(stderr, /latest: there is no such tag\nadvice: `gantry list .* --all`/);
  const listed = await json(["list", url, "--all"]);
  assert.deepEqual(listed.map((each: { digest: string }) => each.digest).sort(), [digest(ONE), digest(TWO)].sort());
});

Deno.test("the parts of an index that are listed beside it are no artifacts of their own", async () => {
  await using directory = await tempDirectory();
  const index = indexOf([ONE, TWO]);
  const nested = indexOf([index]);
  const url = await foreignLayout(join(directory.path, "layout"), [[ONE], [TWO], [index], [nested]]);
  assert.equal((await json(["inspect", url])).digest, digest(nested));
});

Deno.test("the only artifact of a layout is meant without its tag, and keeps it", async () => {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  const url = await foreignLayout(at("layout"), [[ONE, { [REF_NAME]: "ghcr.io/acme/app:1.0" }]]);
  const copied = await json(["copy", url, `oci-layout:${at("copied")}`]);
  assert.deepEqual([copied.tag, copied.digest], ["1.0", digest(ONE)]);
});

for (const [kind, ending] of [["sigs", "sig"], ["atts", "att"]] as const) {
  Deno.test(`what cosign save calls ${kind} belongs to the image, wherever it goes`, async () => {
    await using directory = await tempDirectory();
    await using far = startFakeRegistry();
    const at = (name: string): string => join(directory.path, name);
    const prefix = "dev.cosignproject.cosign/";
    const url = await foreignLayout(at("saved"), [[ONE, { kind: `${prefix}image` }], [TWO, {
      kind: `${prefix}${kind}`,
    }]]);
    const tag = `sha256-${digestHex(ONE.manifest.descriptor.digest)}.${ending}`;
    const { referrers } = await json(["inspect", url, "--referrers"]);
    assert.deepEqual(referrers.map((each: { tag: string; digest: string }) => [each.tag, each.digest]), [
      [tag, digest(TWO)],
    ]);
    await gantryOk(["copy", url, `oci://${far.host}/copied:1`, "--referrers"]);
    assert.equal(far.repositories.get("copied")?.tags.get(tag), digest(TWO));
    await gantryOk(["copy", "--all-tags", url, `oci://${far.host}/all`]);
    assert.equal(far.repositories.get("all")?.tags.get(tag), digest(TWO));
    await gantryOk(["export", url, `oci-layout:${at("bundle")}`]);
    await gantryOk(["import", "--yes", `oci-layout:${at("bundle")}`, `oci://${far.host}`, "--map", "saved=imported"]);
    assert.equal(far.repositories.get("imported")?.tags.get(tag), digest(TWO));
    // cosign itself finds them in a copy of the whole layout.
    await gantryOk(["copy", "--all-tags", url, `oci-layout:${at("again")}`]);
    const { manifests } = JSON.parse(await Deno.readTextFile(join(at("again"), "index.json")));
    assert.deepEqual(
      manifests.map((each: { annotations: Annotations }) => each.annotations["kind"]).sort(),
      [`${prefix}image`, `${prefix}${kind}`].sort(),
    );
  });
}

for (const form of ["directory", "tar", "compressed tar"]) {
  Deno.test(`bundles that cosign save lists nowhere come along from a ${form}`, async () => {
    await using directory = await tempDirectory();
    await using far = startFakeRegistry();
    const path = join(directory.path, "saved");
    const bundle = sampleOf("bundle", {
      subject: ONE.manifest.descriptor,
      artifactType: "application/vnd.example.bundle",
    });
    const other = sampleOf("other", { subject: TWO.manifest.descriptor });
    await foreignLayout(path, [[ONE], [bundle], [other]]);
    const kind = "dev.cosignproject.cosign/image";
    const manifests = [{ ...ONE.manifest.descriptor, annotations: { kind } }];
    await Deno.writeTextFile(join(path, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
    let url = `oci-layout:${path}`;
    if (form !== "directory") {
      const archive = join(directory.path, "saved.tar");
      await tool("tar", [form === "tar" ? "-cf" : "-czf", archive, "-C", path, "."]);
      url = `oci-archive:${archive}`;
    }
    const { referrers } = await json(["inspect", url, "--referrers"]);
    assert.deepEqual(referrers.map(({ digest }: { digest: string }) => digest), [digest(bundle)]);
    const { whole, unreferenced } = await json(["verify", url]);
    const stray = unreferenced.map(({ digest }: { digest: string }) => digest);
    assert.deepEqual([whole, stray.includes(digest(bundle)), stray.includes(digest(other))], [true, false, true]);
    await gantryOk(["copy", url, `oci://${far.host}/copied:1`, "--referrers"]);
    assert.ok(far.repositories.get("copied")?.manifests.has(digest(bundle)));
    await gantryOk(["export", url, `oci-layout:${join(directory.path, "exported")}`]);
    const carried = await json(["inspect", `oci-layout:${join(directory.path, "exported")}`, "--referrers"]);
    assert.deepEqual(carried.referrers.map(({ digest }: { digest: string }) => digest), [digest(bundle)]);
  });
}

Deno.test("list and verify say which entries do not say what they are", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  const url = await foreignLayout(path, [[ONE]]);
  const { digest } = ONE.manifest.descriptor;
  await Deno.writeTextFile(join(path, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [{ digest }] }));
  const { stderr } = await gantryOk(["list", url]);
  assert.equal(stderr, `warning: Left out, because the layout does not say their type and size: ${digest}\n`);
  assert.match((await gantry(["verify", url])).stdout, /lists sha256:[0-9a-f]+ without a type or a size/);
});

Deno.test("a list of manifests that is null is an empty one", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  const url = await foreignLayout(path, []);
  await Deno.writeTextFile(join(path, "index.json"), '{"schemaVersion":2,"manifests":null}');
  assert.deepEqual(await json(["list", url]), []);
  await gantryOk(["verify", url]);
});

Deno.test("copy --all-tags fails where there is nothing to copy", async () => {
  await using directory = await tempDirectory();
  await using far = startFakeRegistry();
  const url = await foreignLayout(join(directory.path, "layout"), []);
  for (const to of [`oci://${far.host}/app`, `oci-layout:${join(directory.path, "to")}`]) {
    const { code, stderr } = await gantry(["copy", "--all-tags", url, to]);
    assert.equal(code, 1);
    assert.equal(stderr, `error: Cannot copy all tags of ${url}: there are none\n`);
  }
});

Deno.test("copy --all-tags does not put several repositories into one, and keeps them in a layout", async () => {
  await using directory = await tempDirectory();
  await using far = startFakeRegistry();
  const url = await foreignLayout(join(directory.path, "layout"), [
    [ONE, { [REF_NAME]: "ghcr.io/acme/app:1.0" }],
    [TWO, { [REF_NAME]: "ghcr.io/acme/db:1.0" }],
  ]);
  const refused = await gantry(["copy", "--all-tags", url, `oci://${far.host}/app`]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /"1\.0" stands at 2 artifacts of different repositories\nadvice: `gantry import`/);
  assert.equal(far.requests.filter(({ method }) => method !== "GET" && method !== "HEAD").length, 0);

  const to = `oci-layout:${join(directory.path, "to")}`;
  await gantryOk(["copy", "--all-tags", url, to]);
  assert.deepEqual(
    await json(["list", to]),
    [
      { repository: join(directory.path, "to"), version: "1.0", digest: digest(ONE), name: "ghcr.io/acme/app:1.0" },
      { repository: join(directory.path, "to"), version: "1.0", digest: digest(TWO), name: "ghcr.io/acme/db:1.0" },
    ].sort((a, b) => a.digest < b.digest ? -1 : 1),
  );

  const other = await foreignLayout(join(directory.path, "other"), [[TWO, { [REF_NAME]: "ghcr.io/acme/app:1.0.0" }]]);
  const first = await foreignLayout(join(directory.path, "first"), [[ONE, { [REF_NAME]: "ghcr.io/acme/app:1.0.0" }]]);
  await gantryOk(["copy", "--all-tags", first, to]);
  const moved = await gantry(["copy", "--all-tags", other, to]);
  assert.equal(moved.code, 1);
  assert.match(moved.stderr, /Cannot move tag "1\.0\.0"/);
  await gantryOk(["copy", "--all-tags", other, to, "--force"]);
  assert.equal((await json(["inspect", `${to}:1.0.0`])).digest, digest(TWO));
});

toolTest("a tar of docker save is no OCI archive, and the error says what it is", ["tar"], async () => {
  await using directory = await tempDirectory();
  for (const file of ["manifest.json", "repositories"]) await Deno.writeTextFile(join(directory.path, file), "[]");
  await tool("tar", ["-cf", "saved.tar", "manifest.json", "repositories"], { cwd: directory.path });
  const archive = join(directory.path, "saved.tar");
  for (const args of [["list", `oci-archive:${archive}`], ["inspect", `oci-archive:${archive}`]]) {
    const { code, stderr } = await gantry(args);
    assert.equal(code, 1);
    assert.ok(stderr.includes("it is a Docker archive and no OCI archive, a tar without oci-layout"), stderr);
  }
});

const NO_LAYOUTS: readonly (readonly [what: string, files: readonly string[], said: string])[] = [
  [
    "a directory of skopeo or docker save",
    ["manifest.json", "version"],
    "it has a manifest.json and no oci-layout file",
  ],
  ["a layout without its marker", ["index.json"], "it has an index.json and no oci-layout file"],
];

for (const [what, files, said] of NO_LAYOUTS) {
  Deno.test(`${what} is no layout, and the error says what it is`, async () => {
    await using directory = await tempDirectory();
    for (const file of files) await Deno.writeTextFile(join(directory.path, file), "{}");
    const { code, stderr } = await gantry(["list", `oci-layout:${directory.path}`]);
    assert.equal(code, 1);
    assert.ok(stderr.includes(said), stderr);
  });
}
