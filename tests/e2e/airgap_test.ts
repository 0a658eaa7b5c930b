/** `gantry export`, `import` and `inventory`: artifacts cross an air gap whole, or not at all. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { digestHex, digestOf as bytesDigest, parseDigest } from "../../src/oci/digest.ts";
import { OCI_INDEX_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import type { Store } from "../../src/store/store.ts";
import { tarStore } from "../../src/layout/tar/store.ts";
import { directoryStore } from "../../src/layout/directory/store.ts";
import type { LayoutPlace } from "../../src/layout/layout.ts";
import { readBundle } from "../../src/layout/bundle/read_bundle.ts";
import { createRegistryClient, type RegistryClient } from "../../src/registry/client.ts";
import { registryStore } from "../../src/registry/store.ts";
import { testContext } from "../registry/support.ts";
import { CROSSING, type CrossingArtifact, discovered, putCrossing } from "../support/crossing_samples.ts";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "../support/fake_registry.ts";
import { type ForeignRepository, foreignRepository, type Json } from "../support/foreign_artifact.ts";
import { gantry, gantryOk } from "../support/gantry.ts";
import { killGantry } from "../support/processes/dying_program.ts";
import { putSample, sampleOf } from "../support/store_samples.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { sampleKey } from "../support/sample_keys.ts";
import { writeTree } from "../support/tree.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const context = testContext();
/** What the test that runs has opened. */
const clients: RegistryClient[] = [];
const [APP, MULTI] = CROSSING as readonly [CrossingArtifact, CrossingArtifact];
const SIGNATURE = APP.samples[1]?.manifest.descriptor;

/** Puts an image into a repository, straight. */
function putImage(repository: ForeignRepository, text: string, tag: string, more: Json = {}): Json {
  const config = repository.blob("{}", "application/vnd.oci.empty.v1+json");
  const layers = [repository.blob(text, "text/plain")];
  const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST_MEDIA_TYPE, artifactType: "application/x.test" };
  return repository.manifest({ ...manifest, config, layers, ...more }, { tag });
}

Deno.test("export refuses one name for two artifacts before anything is written, and names both", async () => {
  await using near = startFakeRegistry();
  await using directory = await tempDirectory();
  const app = foreignRepository(near);
  const [one, two] = ["1", "2"].map((tag) => putImage(app, tag, tag)) as [Json, Json];
  const layout = (name: string): string => `oci-layout:${join(directory.path, name)}`;
  for (const name of ["x", "y"]) await Deno.mkdir(join(directory.path, name));
  await gantryOk(["copy", `${app.url}:1`, `${layout("x/dist")}:v`, "-q"]);
  await gantryOk(["copy", `${app.url}:2`, `${layout("y/dist")}:v`, "-q"]);
  await gantryOk(["export", `${app.url}:1`, layout("bundle"), "-q"]);
  const before = await filesIn(join(directory.path, "bundle"));
  for (
    const [sources, from, name] of [
      [[`${layout("x/dist")}:v`, `${layout("y/dist")}:v`], [layout("x/dist"), layout("y/dist")], "dist:v"],
      [[`${app.url}:1`, `${app.url}:1@${two.digest}`], [app.url, app.url], `${near.host}/acme/app:1`],
    ] as const
  ) {
    const { code, stderr } = await gantry(["export", ...sources, layout("bundle")]);
    assert.equal(code, 2);
    assert.ok(
      stderr.includes(
        `Cannot export ${from[0]}@${one.digest} and ${from[1]}@${two.digest} together: ` +
          `${name} would be ${one.digest} and ${two.digest}`,
      ),
      stderr,
    );
    assert.deepEqual(await filesIn(join(directory.path, "bundle")), before);
  }
});

Deno.test("verify names every name on which the index and the description of a bundle do not agree", async () => {
  await using near = startFakeRegistry();
  await using directory = await tempDirectory();
  const app = foreignRepository(near);
  const [good, evil] = ["good", "evil"].map((tag) => putImage(app, tag, tag)) as [Json, Json];
  const path = join(directory.path, "bundle");
  const layout = `oci-layout:${path}`;
  await gantryOk(["export", `${app.url}:good`, `${app.url}:evil`, layout, "-q"]);
  await gantryOk(["verify", layout]);
  const index = await Deno.readTextFile(join(path, "index.json"));
  const bundle = JSON.parse(index).manifests.at(-1).digest;
  const name = (tag: string): string => `${near.host}/acme/app:${tag}`;
  const absent = (of: Json, as: string): string =>
    `${of.digest} is promised as ${name(as)}, and index.json does not call it so, needed by the bundle ${bundle}`;
  const more = (of: Json, as: string): string =>
    `${of.digest} is called ${as}, and the bundle ${bundle} does not promise that, needed by index.json`;
  const swapped = index.replaceAll(/good|evil/g, (tag) => tag === "good" ? "evil" : "good");
  for (
    const [change, expected] of [
      [() => Deno.writeTextFile(join(path, "index.json"), swapped), [
        absent(good, "good"),
        absent(evil, "evil"),
        more(good, name("evil")),
        more(evil, name("good")),
      ]],
      [() => gantryOk(["delete", `${layout}:evil`, "--yes"]), [absent(evil, "evil")]],
      [() => gantryOk(["tag", `${layout}:good`, "other"]), [more(good, "other")]],
      [() => gantryOk(["copy", `${app.url}:evil`, `${layout}:good`]), [more(evil, "good")]],
    ] as const
  ) {
    await Deno.writeTextFile(join(path, "index.json"), index);
    await change();
    const { code, stdout } = await gantry(["verify", layout]);
    assert.equal(code, 1);
    const lines = stdout.split("\n").filter((line) => /promise/.test(line));
    assert.deepEqual(lines.toSorted(), [...expected].sort(), stdout);
  }
});

Deno.test("a bundle can be imported when cosign's tag moved between two exports into it", async () => {
  await using near = startFakeRegistry();
  await using directory = await tempDirectory();
  const app = foreignRepository(near);
  const child = putImage(app, "child", "child");
  const sig = `sha256-${digestHex(parseDigest(String(child.digest)))}.sig`;
  const layout = `oci-layout:${join(directory.path, "bundle")}`;
  const signatures: Json[] = [];
  for (const tag of ["1.0.0", "1.0.1"]) {
    const mediaType = OCI_INDEX_MEDIA_TYPE;
    app.manifest({ schemaVersion: 2, mediaType, manifests: [child], annotations: { tag } }, { tag, mediaType });
    signatures.push(putImage(app, `signature of ${tag}`, sig));
    await gantryOk(["export", `${app.url}:${tag}`, layout, "-q"]);
  }
  await gantryOk(["verify", layout]);
  await gantryOk(["import", "--yes", layout, `oci://${near.host}/mirror`]);
  const { tags } = near.repositories.get("mirror/acme/app") ?? assert.fail();
  assert.deepEqual([...tags.keys()].sort(), ["1.0.0", "1.0.1", sig]);
  assert.equal(tags.get(sig), signatures[1]?.digest);
});

Deno.test("export names everything that is missing at once, and writes nothing", async () => {
  await withPublished({}, async ({ near, directory }) => {
    const app = near.repositories.get("acme/app");
    const [, layer] = APP.root.blobs;
    app?.blobs.delete(layer?.descriptor.digest ?? "");
    near.repositories.get("acme/multi")?.manifests.delete(MULTI.samples[0]?.manifest.descriptor.digest ?? "");
    const path = join(directory, "out");
    const { code, stdout, stderr } = await gantry([
      "export",
      ...references(near),
      tag(near, "acme/app:9"),
      `oci-layout:${path}`,
    ]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.equal(
      stderr,
      [
        `error: Cannot export to oci-layout:${path}: not everything is there`,
        `  oci://${near.host}/acme/app@${layer?.descriptor.digest} is a blob of ${digestOf(APP)}, and is not there`,
        `  oci://${near.host}/acme/multi@${MULTI.samples[0]?.manifest.descriptor.digest} is a part of the index ${
          digestOf(MULTI)
        }, and is not there`,
        `  there is no oci://${near.host}/acme/app:9`,
        "",
      ].join("\n"),
    );
    await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
  });
});

Deno.test("export and copy fail when a listed referrer is not there", async () => {
  await withPublished({ referrers: false }, async ({ near, directory }) => {
    near.repositories.get("acme/app")?.manifests.delete(SIGNATURE?.digest ?? "");
    const layout = `oci-layout:${join(directory, "out")}`;
    const source = tag(near, "acme/app:1.0.0");
    for (const args of [["export", source, layout], ["copy", source, layout, "--referrers", "-q"]]) {
      const { code, stderr } = await gantry(args);
      assert.equal(code, 1);
      assert.ok(
        stderr.includes(`${SIGNATURE?.digest} is listed as a referrer of ${digestOf(APP)}, and is not there`),
        stderr,
      );
    }
  });
});

Deno.test("export fails when the referrers cannot be listed, and leaves them behind only when it is told to", async () => {
  await withPublished({}, async ({ near, far, directory }) => {
    const layout = { kind: "oci-layout", path: join(directory, "out") } as const;
    const args = ["export", tag(near, "acme/app:1.0.0"), `oci-layout:${layout.path}`, "--retries", "0"];
    near.fault({ path: /\/referrers\//, times: Infinity, fault: answer(503) });
    const { code, stderr } = await gantry(args);
    assert.equal(code, 1);
    assert.match(stderr, /Cannot list the referrers of [^ ]*\/acme\/app@sha256:.*503/);
    const told = await gantryOk([...args, "--without-referrers"]);
    assert.match(told.stderr, /1 artifact without referrers/);
    const { stdout } = await gantryOk(["verify", `oci-layout:${layout.path}`]);
    assert.match(stdout, /: whole, 1 artifact, 1 of them without what refers to it, 2 manifests, /);
    const imported = await gantryOk([
      "import",
      "--yes",
      `oci-layout:${layout.path}`,
      `oci://${far.host}`,
      "-o",
      "json",
    ]);
    assert.match(imported.stderr, /1 manifest, without what refers to it\n/);
    assert.match(imported.stderr, /, 1 without referrers because the export left them behind, /);
    assert.equal(JSON.parse(imported.stdout).artifacts[0].withoutReferrers, true);
    const [artifact] = await artifactsIn(directoryStore(layout));
    assert.deepEqual([artifact?.withoutReferrers, artifact?.referrers], [true, []]);
  });
});

Deno.test("export into one layout again and again is one bundle, with the same bytes as all at once", async () => {
  await withPublished({}, async ({ near, directory }) => {
    const path = (name: string): string => join(directory, name);
    for (const reference of references(near).toReversed()) {
      await gantryOk(["export", reference, `oci-layout:${path("many")}`, "-q"]);
      await gantryOk(["export", reference, `oci-archive:${path("many.tar")}`, "-q"]);
    }
    await gantryOk(["export", ...references(near), `oci-layout:${path("one")}`, "-q"]);
    await gantryOk(["export", ...references(near), `oci-archive:${path("one.tar")}`, "-q"]);
    assert.deepEqual(await filesIn(path("many")), await filesIn(path("one")));
    assert.deepEqual(await tarDigest(path("many.tar")), await tarDigest(path("one.tar")));
    await using place = tarStore({ kind: "oci-archive", path: path("one.tar") });
    const artifacts = await artifactsIn(place);
    assert.deepEqual(
      artifacts.map(({ origin }) => origin).sort(),
      CROSSING.map(({ repository }) => `${near.host}/${repository}`).sort(),
    );
    await assert.rejects(
      place.resolve("1.0.0", context),
      /tag "1\.0\.0" stands at 3 manifests, and only a digest says which/,
    );
  });
});

Deno.test("export from a layout fails when something that is listed there is gone, for it may be a signature", async () => {
  await withBundle({}, async ({ near, directory, layout }) => {
    assert.ok(SIGNATURE !== undefined);
    await gantryOk(["export", `${layout}@${digestOf(APP)}`, `oci-layout:${join(directory, "again")}`, "-q"]);
    await using again = directoryStore({ kind: "oci-layout", path: join(directory, "again") });
    const [artifact] = await artifactsIn(again);
    assert.deepEqual([artifact?.origin, artifact?.tags], [`${near.host}/acme/app`, []]);
    await Deno.remove(join(directory, "bundle", "blobs", "sha256", digestHex(SIGNATURE.digest)));
    const { code, stderr } = await gantry(["export", `${layout}:latest`, `oci-layout:${join(directory, "out")}`]);
    assert.equal(code, 1);
    assert.ok(stderr.includes(`${layout}@${SIGNATURE.digest} is listed, and is not there`), stderr);
  });
});

Deno.test("export from a bundle takes for each repository what came from there, and what came into the layout since", async () => {
  await using near = startFakeRegistry();
  await using directory = await tempDirectory();
  const layout = (name: string): string => `oci-layout:${join(directory.path, name)}`;
  const repositories = ["acme/app", "other/app"] as const;
  const apps = repositories.map((name) => foreignRepository(near, name));
  for (const [at, app] of apps.entries()) {
    const subject = putImage(app, "one", "1.0.0");
    putImage(app, `signature ${at}`, `sha256-${digestHex(parseDigest(String(subject.digest)))}.sig`);
    putImage(app, `referrer ${at}`, "tmp", { subject });
  }
  await gantryOk(["export", ...apps.map(({ url }) => `${url}:1.0.0`), layout("bundle"), "-q"]);
  await gantryOk(["export", `${layout("bundle")}:1.0.0`, layout("again"), "-q"]);
  assert.deepEqual(await filesIn(join(directory.path, "again")), await filesIn(join(directory.path, "bundle")));

  const late = foreignRepository(near, "late");
  const subject = putImage(late, "one", "1.0.0");
  const { digest } = putImage(late, "signed since", "tmp", { subject });
  await gantryOk(["copy", `${late.url}@${digest}`, `${layout("bundle")}`, "-q"]);
  await gantryOk(["export", `${layout("bundle")}@${subject.digest}`, layout("since"), "-q"]);
  await using place = directoryStore({ kind: "oci-layout", path: join(directory.path, "since") });
  const found = (await artifactsIn(place)).map(({ origin, referrers }) => [
    origin,
    referrers.length,
    referrers.some((each) => each.digest === digest),
  ]);
  assert.deepEqual(found, repositories.map((name) => [`${near.host}/${name}`, 2, true]));
});

Deno.test("export and import leave out a layer that is at another place, with a warning", async () => {
  await withPublished({}, async ({ near, far, directory }) => {
    const windows = foreignRepository(near, "acme/windows");
    const config = windows.blob("{}", "application/vnd.oci.empty.v1+json");
    const layer = windows.blob("base", "application/vnd.oci.image.layer.nondistributable.v1.tar", {
      urls: ["https://example.com/base"],
    });
    windows.manifest({ schemaVersion: 2, mediaType: OCI_MANIFEST_MEDIA_TYPE, config, layers: [layer] }, { tag: "1" });
    near.repositories.get("acme/windows")?.blobs.delete(String(layer.digest));
    for (const kind of ["oci-layout", "oci-archive"]) {
      const bundle = `${kind}:${join(directory, kind)}`;
      for (
        const args of [["export", `${windows.url}:1`, bundle], ["import", "--yes", bundle, `oci://${far.host}/${kind}`]]
      ) {
        const { stderr } = await gantryOk(args);
        assert.ok(stderr.includes(`${layer.digest} is not in `) && stderr.includes("left out"), stderr);
      }
      assert.match((await gantryOk(["verify", bundle])).stdout, /: whole, /);
    }
    assert.equal(far.repositories.size, 2);
  });
});

Deno.test("list shows a tag of a bundle once for each repository", async () => {
  await withBundle({}, async ({ near, layout }) => {
    const rows = JSON.parse((await gantryOk(["list", layout, "-o", "json"])).stdout);
    const named = rows.map(({ version, digest, name }: Record<string, string>) => [version, digest, name]);
    const expected = CROSSING.flatMap((each) =>
      each.tags.filter((tag) => tag !== "2024.1").map((tag) => [
        tag,
        digestOf(each),
        `${near.host}/${each.repository}:${tag}`,
      ])
    );
    assert.deepEqual(named.sort(), expected.sort());
    const { stdout } = await gantryOk(["list", layout]);
    assert.match(stdout, /^VERSION +DIGEST +NAME$/m);
  });
});

Deno.test("export leaves no temporary file in a layout in which nothing is listed, and keeps what it fetched", async () => {
  await withPublished({}, async ({ near, directory }) => {
    const path = join(directory, "out");
    const blobs = async (): Promise<number> =>
      (await Array.fromAsync(Deno.readDir(join(path, "blobs", "sha256")))).length;
    const args = ["export", tag(near, "acme/app:1.0.0"), `oci-layout:${path}`, "--retries", "0", "--concurrency", "1"];
    for (const made of [1, 2]) {
      near.fault({ method: "GET", path: /\/blobs\//, skip: 1, fault: answer(503) });
      assert.equal((await gantry(args)).code, 1);
      assert.deepEqual([await blobs(), near.unusedFaults], [made, []]);
      const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
      assert.deepEqual(names, ["blobs", "index.json", "oci-layout"]);
    }
    await gantryOk(args);
    assert.doesNotMatch((await gantryOk(["verify", `oci-layout:${path}`])).stdout, /left behind/);
  });
});

Deno.test("export moves a tag of its own repository, and no other", async () => {
  await withPublished({}, async ({ near, directory }) => {
    const layout = `oci-layout:${join(directory, "out")}`;
    await gantryOk(["export", tag(near, "acme/app:latest"), tag(near, "acme/multi:1.0.0"), layout, "-q"]);
    const next = sampleOf("next");
    await putSample(storeOf(near, "acme/app"), next, ["latest"], context);
    await gantryOk(["export", tag(near, "acme/app:latest"), layout, "-q"]);
    await using place = directoryStore({ kind: "oci-layout", path: join(directory, "out") });
    const tags = (await artifactsIn(place)).map(({ digest, tags }) => [digest, tags]);
    const expected = [[digestOf(APP), []], [digestOf(MULTI), ["1.0.0"]], [next.manifest.descriptor.digest, ["latest"]]];
    assert.deepEqual(tags.sort(), expected.sort());
    assert.equal((await place.resolve("latest", context))?.digest, next.manifest.descriptor.digest);
  });
});

Deno.test("import --dry-run shows what it would do, and changes nothing", async () => {
  await withBundle({}, async ({ far, layout }) => {
    await putSample(storeOf(far, "m/acme/app"), sampleOf("older"), ["latest"], context);
    far.clearLog();
    const { stdout } = await gantryOk(["import", layout, `oci://${far.host}/m`, "--dry-run", "-q"]);
    assert.match(stdout, new RegExp(`^new +${far.host}/m/acme/app@${digestOf(APP)} +4 manifests$`, "m"));
    assert.match(
      stdout,
      new RegExp(`^tag +${far.host}/m/acme/app:latest +sha256:[0-9a-f]{12} → sha256:[0-9a-f]{12}$`, "m"),
    );
    assert.match(stdout, new RegExp(`^tag +${far.host}/m/acme/app:1.0.0 +new$`, "m"));
    assertOnlyRead(far);
  });
});

Deno.test("import moves no version, and sends nothing then, unless it is forced", async () => {
  await withBundle({}, async ({ far, layout }) => {
    await putSample(storeOf(far, "acme/app"), sampleOf("older"), ["1.0.0", "latest"], context);
    await putSample(storeOf(far, "acme/multi"), sampleOf("older"), ["1.0.0"], context);
    far.clearLog();
    for (const flags of [[], ["--dry-run"], ["--yes"]]) {
      const { code, stderr } = await gantry(["import", "--yes", layout, `oci://${far.host}`, ...flags]);
      assert.equal(code, 1);
      assert.equal(stderr.match(/error: Cannot move tag "1\.0\.0"/g)?.length, 2, stderr);
      assert.match(stderr, /advice: .*--force/);
    }
    assertOnlyRead(far);
    const { stdout } = await gantryOk(["import", "--yes", layout, `oci://${far.host}`, "--force", "-o", "json", "-q"]);
    const [app] = JSON.parse(stdout).artifacts;
    const older = sampleOf("older").manifest.descriptor.digest;
    assert.deepEqual(app.tags, [{ tag: "1.0.0", from: older }, { tag: "latest", from: older }]);
    assert.equal(far.repositories.get("acme/app")?.tags.get("1.0.0"), digestOf(APP));
  });
});

Deno.test("import moves no version that somebody sets while it asks or sends", async () => {
  for (const skip of [0, 1]) {
    await withBundle({}, async ({ near, far, directory }) => {
      const layout = `oci-layout:${join(directory, "one")}`;
      await gantryOk(["export", tag(near, "acme/app:1.0.0"), tag(near, "acme/app:latest"), layout, "-q"]);
      const older = storeOf(far, "acme/app");
      const taken = async (): Promise<void> => await putSample(older, sampleOf("older"), ["1.0.0"], context);
      const there = sampleOf("older").manifest.descriptor.digest;
      if (skip === 1) {
        // The second look of all is the last before the tags.
        await taken();
        far.fault({ path: /\/manifests\/1\.0\.0$/, times: 2, fault: answer(404) });
      }
      const { code, stderr } = await gantry(["import", layout, `oci://${far.host}`, "--retries", "0"], {
        answer: async () => {
          if (skip === 0) await taken();
          return "y";
        },
      });
      assert.deepEqual([code, far.unusedFaults], [1, []]);
      assert.ok(stderr.includes(`Cannot move tag "1.0.0" of oci://${far.host}/acme/app: it is immutable`), stderr);
      assert.match(stderr, /advice: .*--force/);
      assert.deepEqual([...far.repositories.get("acme/app")?.tags ?? []], [["1.0.0", there]]);
      await gantryOk(["import", "--yes", layout, `oci://${far.host}`, "--force"]);
      assert.equal(far.repositories.get("acme/app")?.tags.get("1.0.0"), digestOf(APP));
    });
  }
});

Deno.test("import sets the tags of cosign for all artifacts before any other tag", async () => {
  await withBundle({}, async ({ far, layout }) => {
    await gantryOk(["import", "--yes", layout, `oci://${far.host}`, "-q"]);
    const tags = far.requests.filter(({ method, path }) => method === "PUT" && /\/manifests\/[^:]+$/.test(path))
      .map(({ path }) => /\.(?:sig|att|sbom)$/.test(path) ? "cosign" : "other");
    const first = tags.indexOf("other");
    assert.ok(first > 1 && tags.length > first + 1, tags.join());
    assert.ok(!tags.slice(first).includes("cosign"), tags.join());
  });
});

Deno.test("import goes ahead where nobody can be asked: it takes nothing away", async () => {
  await withBundle({}, async ({ layout, far }) => {
    await gantryOk(["import", layout, `oci://${far.host}`]);
    assert.equal(far.repositories.get("acme/app")?.tags.get("1.0.0"), digestOf(APP));
  });
});

Deno.test("import asks on a terminal, and sends nothing when the answer is no", async () => {
  await withBundle({}, async ({ far, layout }) => {
    const no = await gantry(["import", layout, `oci://${far.host}`], { answer: "n" });
    assert.equal(no.code, 1);
    assert.match(no.stderr, new RegExp(`Import 5 artifacts to oci://${far.host}\\? \\[y/N\\]`));
    assertOnlyRead(far);
    await gantryOk(["import", layout, `oci://${far.host}`], { answer: "y" });
    assert.equal(far.repositories.get("acme/app")?.tags.get("1.0.0"), digestOf(APP));
  });
});

Deno.test("import says on a terminal as many referrers when it is done as it did before", async () => {
  await withBundle({}, async ({ far, layout }) => {
    const { stderr } = await gantryOk(["import", layout, `oci://${far.host}`], { answer: "y", columns: 100 });
    const [, planned] = stderr.match(/^5 artifacts, (\d+) referrers, /m) ?? [];
    const [, imported] = stderr.match(/^\u2714 Imported 5 artifacts and (\d+) referrers\b/m) ?? [];
    assert.ok(planned !== undefined, stderr);
    assert.equal(imported, planned);
  });
});

Deno.test("import puts artifacts where a mapping says, the longest first, and keeps the prefix for the others", async () => {
  await withBundle({}, async ({ near, far, layout }) => {
    const maps = [`${near.host}/acme/=team`, `${near.host}/acme/multi=images/multi`, `${near.host}/other/deep=deep`];
    const { stdout } = await gantryOk(
      ["import", "--yes", layout, `oci://${far.host}/m`, "-q", ...maps.flatMap((map) => ["--map", map])],
    );
    const expected = ["team/app", "images/multi", "m/other/cosigned", "deep/bundled", "team/plain"];
    assert.deepEqual(
      stdout.trim().split("\n").sort(),
      expected.map((repository, at) => `${far.host}/${repository}@${digestOf(CROSSING[at])}`).sort(),
    );
  });
});

for (
  const [what, args, says] of [
    [
      "a mapping that fits nothing",
      ["--map", "ghcr.io/acme=x"],
      /Cannot put ghcr\.io\/acme into x: nothing in the bundle/,
    ],
    ["a mapping to no repository", ["--map", "NEAR/acme=X"], /into "X": that is not the name of a repository/],
    [
      "two artifacts with one name",
      ["--map", "NEAR/acme/app=a", "--map", "NEAR/acme/multi=a"],
      /together: a:1\.0\.0 would be sha256/,
    ],
    [
      "two mappings of one repository",
      ["--map", "NEAR/acme/app=a", "--map", "NEAR/acme/app/=b"],
      /Cannot put .*\/acme\/app into both a and b/,
    ],
  ] as const
) {
  Deno.test(`import refuses ${what} before it contacts anything`, async () => {
    await withBundle({}, async ({ near, far, layout }) => {
      const flags = args.map((arg) => arg.replace("NEAR", near.host));
      const { code, stderr } = await gantry(["import", "--yes", layout, `oci://${far.host}`, ...flags]);
      assert.match(stderr, says);
      assert.deepEqual([code, far.requests.length], [2, 0]);
    });
  });
}

Deno.test("import contacts nobody when a blob is damaged or a signature is missing", async () => {
  for (const breaking of ["layer", "signature"]) {
    await withBundle({}, async ({ far, directory, layout }) => {
      const digest = breaking === "layer" ? APP.root.blobs[1]?.descriptor.digest : SIGNATURE?.digest;
      assert.ok(digest !== undefined);
      const path = join(directory, "bundle", "blobs", "sha256", digestHex(digest));
      if (breaking === "layer") await Deno.writeTextFile(path, "THE APP");
      else await Deno.remove(path);
      const { code, stderr } = await gantry(["import", "--yes", layout, `oci://${far.host}`]);
      assert.equal(code, 1);
      assert.ok(stderr.startsWith(`error: Cannot import ${layout}: it is not whole\n  ${digest} `), stderr);
      assert.equal(far.requests.length, 0);
    });
  }
});

Deno.test("import says what an entry of the bundle does not hold that its description promises", async () => {
  await withBundle({}, async ({ far, directory, layout }) => {
    const file = join(directory, "bundle", "index.json");
    const index = JSON.parse(await Deno.readTextFile(file));
    // Neither as an entry nor by the list of referrers.
    const list = digestOf(APP).replace(":", "-");
    index.manifests = index.manifests.filter((entry: { digest: string; annotations?: Record<string, string> }) =>
      entry.digest !== SIGNATURE?.digest && entry.annotations?.["org.opencontainers.image.ref.name"] !== list
    );
    await Deno.writeTextFile(file, JSON.stringify(index));
    const { code, stderr } = await gantry(["import", "--yes", layout, `oci://${far.host}`]);
    assert.equal(code, 1);
    assert.ok(stderr.includes(`${SIGNATURE?.digest} is promised as a referrer of ${digestOf(APP)}`), stderr);
    assert.equal(far.requests.length, 0);
  });
});

Deno.test("import tags nothing when the registry does not find a referrer that was sent", async () => {
  await withBundle({}, async ({ far, layout }) => {
    const nothing = { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [] };
    const empty = (): Response => Response.json(nothing, { headers: { "content-type": nothing.mediaType } });
    far.fault({
      path: new RegExp(`/referrers/${digestOf(APP)}`),
      times: Infinity,
      fault: { kind: "answer", answer: empty },
    });
    const { code, stderr } = await gantry(["import", "--yes", layout, `oci://${far.host}`]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      new RegExp(`^error: Cannot tag anything in .*: sha256:\\w+ was sent, .*referrer of ${digestOf(APP)}$`, "m"),
    );
    for (const { tags } of far.repositories.values()) assert.deepEqual([...tags.keys()], []);
  });
});

Deno.test("import goes on where it broke, and sends only the rest", async () => {
  await withBundle({}, async ({ far, layout }) => {
    const args = ["import", "--yes", layout, `oci://${far.host}`, "-q", "--retries", "0", "--concurrency", "1"];
    far.fault({ method: "PUT", path: /\/manifests\//, skip: 6, fault: answer(500) });
    assert.equal((await gantry(args)).code, 1);
    for (const { tags } of far.repositories.values()) assert.deepEqual([...tags.keys()], []);
    const before = new Set(sent(far));
    assert.ok(before.size > 6);
    far.clearLog();
    await gantryOk(args);
    const again = sent(far).filter((line) => before.has(line) && line.startsWith("blob"));
    assert.deepEqual(again, []);
    await assertArrived(far, "");
  });
});

Deno.test("import that was killed goes on in the next run, and nothing has a tag before", async () => {
  await withBundle({}, async ({ far, layout }) => {
    far.fault({ method: "PUT", path: /\/manifests\//, skip: 9, fault: { kind: "stall", after: 0 } });
    const args = ["import", "--yes", layout, `oci://${far.host}`, "--concurrency", "1", "-q"];
    assert.equal(await killGantry(args, { kind: "when", reached: far.stalled() }), true);
    for (const { tags } of far.repositories.values()) assert.deepEqual([...tags.keys()], []);
    const before = new Set(sent(far).filter((line) => line.startsWith("blob")));
    far.clearLog();
    await gantryOk(["import", "--yes", layout, `oci://${far.host}`, "-q"]);
    assert.deepEqual(sent(far).filter((line) => before.has(line)), []);
    await assertArrived(far, "");
  });
});

Deno.test("import contacts the target and nothing else", async () => {
  await withBundle({}, async ({ near, far, layout }) => {
    near.clearLog();
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--no-check",
        "--quiet",
        "--allow-read",
        "--allow-write",
        "--allow-env",
        "--allow-sys",
        `--allow-net=${far.host}`,
        MAIN,
        "import",
        "--yes",
        layout,
        `oci://${far.host}`,
      ],
      stdout: "null",
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.equal(near.requests.length, 0);
    await assertArrived(far, "");
  });
});

Deno.test("import writes a receipt of what is there, and the same for the second time", async () => {
  await withBundle({}, async ({ far, directory, layout }) => {
    const path = join(directory, "receipt.json");
    const { stdout } = await gantryOk([
      "import",
      "--yes",
      layout,
      `oci://${far.host}/m`,
      "-q",
      "-o",
      "json",
      "--receipt",
      path,
    ]);
    assert.equal(await Deno.readTextFile(path), stdout);
    const receipt = JSON.parse(stdout);
    assert.deepEqual([receipt.version, receipt.target], [1, `oci://${far.host}/m`]);
    const app = receipt.artifacts.find(({ digest }: { digest: string }) => digest === digestOf(APP));
    assert.deepEqual([app.repository, app.existed, app.referrers.length], [`${far.host}/m/acme/app`, false, 3]);
    const again = JSON.parse(
      (await gantryOk(["import", "--yes", layout, `oci://${far.host}/m`, "-q", "-o", "json"])).stdout,
    );
    assert.ok(again.artifacts.every(({ existed }: { existed: boolean }) => existed));
  });
});

Deno.test("import sends nothing when it cannot write its receipt, and prints it when it no longer can", async () => {
  await withBundle({}, async ({ far, directory, layout }) => {
    const path = join(directory, "receipts");
    const file = join(path, "receipt.json");
    const args = ["import", "--yes", layout, `oci://${far.host}`, "-q", "--receipt"];
    const missing = await gantry([...args, file]);
    assert.deepEqual([missing.code, missing.stdout], [1, ""]);
    assert.match(missing.stderr, /Cannot write ".*receipt\.json": no such file or directory/);
    await Deno.mkdir(path);
    assert.match((await gantry([...args, path])).stderr, /Cannot write ".*receipts": it is a directory/);
    assertOnlyRead(far);
    const edit = (answer: Response): Response => {
      Deno.removeSync(path, { recursive: true });
      return answer;
    };
    far.fault({ method: "PUT", path: /\/manifests\/latest$/, fault: { kind: "edit", edit } });
    const late = await gantry([...args, file]);
    assert.equal(late.code, 1);
    assert.equal(late.stdout.trim().split("\n").length, CROSSING.length);
  });
});

Deno.test("a delta leaves out what the far side has, and mounts it from another repository there", async () => {
  await withBundle({}, async ({ near, far, directory, layout }) => {
    await gantryOk(["import", "--yes", layout, `oci://${far.host}/m`, "-q"]);
    catalog(far, ["m/acme/app", "m/acme/multi", "m/other/cosigned", "unrelated"]);
    const have = join(directory, "have.json");
    const { stdout } = await gantryOk(["inventory", `oci://${far.host}/m`, "-q"]);
    await Deno.writeTextFile(have, stdout);
    assert.deepEqual(JSON.parse(stdout).repositories.map(({ name }: { name: string }) => name), [
      "m/acme/app",
      "m/acme/multi",
      "m/other/cosigned",
    ]);
    await putSample(storeOf(near, "acme/app"), sampleOf("new"), ["1.1.0"], context);
    const delta = join(directory, "delta.tar");
    await gantryOk([
      "export",
      tag(near, "acme/app:1.1.0"),
      tag(near, "acme/app:1.0.0"),
      `oci-archive:${delta}`,
      "--have",
      have,
      "-q",
    ]);
    await using place = tarStore({ kind: "oci-archive", path: delta });
    const layerOf = (artifact: typeof APP.root): Parameters<Store["exists"]>[0] | undefined =>
      artifact.blobs[1]?.descriptor;
    const [old, added] = [layerOf(APP.root), layerOf(sampleOf("new"))];
    assert.ok(old !== undefined && added !== undefined);
    assert.deepEqual([await place.exists(old, context), await place.exists(added, context)], [false, true]);
    assert.equal(
      (await readBundle(place, context))?.description.omitted.find(({ digest }) => digest === old.digest)?.at[0],
      "m/acme/app",
    );

    far.clearLog();
    await gantryOk(["import", "--yes", `oci-archive:${delta}`, `oci://${far.host}/elsewhere`, "-q"]);
    assert.ok(far.repositories.get("elsewhere/acme/app")?.blobs.has(old.digest));
    assert.ok(
      far.requests.some(({ path }) =>
        path.includes(`mount=${encodeURIComponent(old.digest)}`) && path.includes("from=m")
      ),
    );
    assert.deepEqual(
      await discovered(storeOf(far, "elsewhere/acme/app"), { ...APP, tags: ["1.0.0"] }, context),
      await discovered(storeOf(near, "acme/app"), { ...APP, tags: ["1.0.0"] }, context),
    );
  });
});

Deno.test("a delta has the signatures that the far side has too, so that it can be verified offline", async () => {
  await withBundle({}, async ({ near, far, directory }) => {
    await writeTree(directory, { "release.key": sampleKey("p256.pem"), "release.pub": sampleKey("p256.pub") });
    const app = tag(near, "acme/app:1.0.0");
    const [delta, have, key] = ["delta", "have.json", "release.pub"].map((name) => join(directory, name));
    assert.ok(delta !== undefined && have !== undefined && key !== undefined);
    await gantryOk(["sign", app, "--key", join(directory, "release.key")]);
    await gantryOk(["export", app, `oci-layout:${delta}-first`, "-q"]);
    await gantryOk(["import", "--yes", `oci-layout:${delta}-first`, `oci://${far.host}/m`, "-q"]);
    catalog(far, ["m/acme/app"]);
    await Deno.writeTextFile(have, (await gantryOk(["inventory", `oci://${far.host}/m`, "-q"])).stdout);
    await gantryOk(["export", app, `oci-layout:${delta}`, "--have", have, "-q"]);
    const { stdout } = await gantryOk(["verify", `oci-layout:${delta}`, "--key", key]);
    assert.match(stdout, /left out on purpose/);
    assert.match(stdout, /signed by .*\(bundle\), .*\(legacy\)/);
    await gantryOk(["import", "--yes", `oci-layout:${delta}`, `oci://${far.host}/m`, "--verify-key", key, "-q"]);
  });
});

Deno.test("what a delta has left out is left out no more when it has come", async () => {
  await withBundle({}, async ({ near, far, directory, layout }) => {
    await gantryOk(["import", "--yes", layout, `oci://${far.host}/m`, "-q"]);
    catalog(far, ["m/acme/app"]);
    const have = join(directory, "have.json");
    await Deno.writeTextFile(have, (await gantryOk(["inventory", `oci://${far.host}/m`, "-q"])).stdout);
    const delta = join(directory, "delta");
    const args = ["export", tag(near, "acme/app:1.0.0"), `oci-layout:${delta}`, "-q"];
    const omitted = async (): Promise<number | undefined> => {
      await using place = directoryStore({ kind: "oci-layout", path: delta });
      return (await readBundle(place, context))?.description.omitted.length;
    };
    await gantryOk([...args, "--have", have]);
    assert.ok(await omitted());
    await gantryOk(args);
    assert.equal(await omitted(), 0);
  });
});

Deno.test("a delta by a lying inventory fails at the far side, which names what is missing and tags nothing", async () => {
  await withBundle({}, async ({ near, far, directory, layout }) => {
    await using liar = startFakeRegistry();
    await gantryOk(["import", "--yes", layout, `oci://${liar.host}/m`, "-q"]);
    catalog(liar, ["m/acme/app"]);
    const have = join(directory, "have.json");
    await Deno.writeTextFile(have, (await gantryOk(["inventory", `oci://${liar.host}`, "-q"])).stdout);
    const delta = `oci-archive:${join(directory, "delta.tar")}`;
    await gantryOk(["export", tag(near, "acme/app:1.0.0"), delta, "--have", have, "-q"]);
    const { code, stderr } = await gantry(["import", "--yes", delta, `oci://${far.host}/m`]);
    assert.equal(code, 1);
    const layers = APP.samples.flatMap(({ blobs: [, layer] }) => layer?.descriptor ?? []);
    const lines = layers.map(({ digest, size }) =>
      `  ${far.host}/m/acme/app lacks ${digest} (${size} B), which ${near.host}/acme/app:1.0.0 needs`
    );
    assert.equal(
      stderr.split("\n").slice(1).join("\n"),
      [
        `error: Cannot import to oci://${far.host}/m: what was left out of the bundle is not all there`,
        ...lines.sort(),
        "",
      ].join("\n"),
    );
    assertOnlyRead(far);
  });
});

Deno.test("a delta tags nothing when the registry does not mount what was left out", async () => {
  await withBundle({}, async ({ near, far, directory, layout }) => {
    await gantryOk(["import", "--yes", layout, `oci://${far.host}/m`, "-q"]);
    catalog(far, ["m/acme/app"]);
    const have = join(directory, "have.json");
    await Deno.writeTextFile(have, (await gantryOk(["inventory", `oci://${far.host}`, "-q"])).stdout);
    const delta = `oci-archive:${join(directory, "delta.tar")}`;
    await gantryOk(["export", tag(near, "acme/app:1.0.0"), delta, "--have", have, "-q"]);
    const headers = { location: "/v2/other/acme/app/blobs/uploads/none" };
    const refused = (): Response => new Response(null, { status: 202, headers });
    far.fault({ method: "POST", path: /mount=/, times: Infinity, fault: { kind: "answer", answer: refused } });
    const { code, stderr } = await gantry(["import", "--yes", delta, `oci://${far.host}/other`]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /Cannot send sha256:[0-9a-f]{64} to oci:.*: it was left out of the bundle, and the registry does/,
    );
    assert.deepEqual([...far.repositories.get("other/acme/app")?.tags.keys() ?? []], []);
  });
});

Deno.test("inventory takes a prefix for a repository where the registry does not tell its repositories", async () => {
  await withPublished({}, async ({ near }) => {
    const { stdout, stderr } = await gantryOk([
      "inventory",
      `oci://${near.host}/acme/app`,
      `oci://${near.host}/other/cosigned`,
    ]);
    assert.match(stderr, /does not tell its repositories: acme\/app is taken for one/);
    assert.match(stderr, /Listed 2 repositories with \d+ blobs/);
    const [app, cosigned] = JSON.parse(stdout).repositories;
    const digests = app.blobs.map(({ digest }: { digest: string }) => digest);
    for (const { manifest, blobs } of APP.samples) {
      for (const { descriptor } of [manifest, ...blobs]) assert.ok(digests.includes(descriptor.digest));
    }
    assert.deepEqual(digests, digests.toSorted());
    assert.equal(cosigned.name, "other/cosigned");
    const whole = await gantry(["inventory", `oci://${near.host}`]);
    assert.equal(whole.code, 1);
    assert.match(whole.stderr, /does not tell them, so name each of them/);
  });
});

Deno.test("import takes a layout of another tool that has full references, and asks for a mapping where it has none", async () => {
  await withPublished({}, async ({ far, directory }) => {
    const path = join(directory, "foreign");
    const reference = { kind: "oci-layout", path } as const;
    {
      await using place = directoryStore(reference);
      await putSample(place, APP.root, ["1.0.0"], context);
      await putSample(place, APP.samples[1] ?? APP.root, [], context);
    }
    const target = `oci://${far.host}/m`;
    const { code, stderr } = await gantry(["import", "--yes", `oci-layout:${path}`, target]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /does not say which repository 1\.0\.0 comes from; say where it goes with --map foreign=REPOSITORY/,
    );
    assert.equal(far.requests.length, 0);
    await gantryOk(["import", "--yes", `oci-layout:${path}`, target, "--map", "foreign=mapped", "-q"]);
    assert.ok(far.repositories.get("mapped")?.manifests.has(SIGNATURE?.digest ?? ""));

    const file = join(path, "index.json");
    const index = await Deno.readTextFile(file);
    const name = `"io.containerd.image.name":"docker.io/acme/app:1.0.0",`;
    await Deno.writeTextFile(file, index.replace(`"annotations":{`, `"annotations":{${name}`));
    const { stdout } = await gantryOk(["import", "--yes", `oci-layout:${path}`, target, "-q"]);
    assert.equal(stdout, `${far.host}/m/acme/app@${digestOf(APP)}\n`);

    // As containerd writes an image that was pulled by its digest.
    const [entry] = JSON.parse(index).manifests;
    const pinned = { ...entry, annotations: { "io.containerd.image.name": `docker.io/acme/pinned@${digestOf(APP)}` } };
    await Deno.writeTextFile(file, JSON.stringify({ ...JSON.parse(index), manifests: [pinned] }));
    await gantryOk(["import", "--yes", `oci-layout:${path}`, target, "-q"]);
    const { manifests, tags } = far.repositories.get("m/acme/pinned") ?? assert.fail();
    assert.deepEqual([manifests.has(digestOf(APP)), [...tags.keys()]], [true, []]);
    await gantryOk(["export", `oci-layout:${path}@${digestOf(APP)}`, `oci-layout:${join(directory, "again")}`, "-q"]);
    await using again = directoryStore({ kind: "oci-layout", path: join(directory, "again") });
    assert.deepEqual((await artifactsIn(again)).map(({ origin }) => origin), ["docker.io/acme/pinned"]);
  });
});

Deno.test("export takes inventories of one registry and no more", async () => {
  await using directory = await tempDirectory();
  const args = ["export", "oci-layout:a:1", `oci-layout:${join(directory.path, "b")}`];
  for (const registry of ["a.example", "b.example"]) {
    const path = join(directory.path, registry);
    await Deno.writeTextFile(path, JSON.stringify({ version: 1, registry, repositories: [] }));
    args.push("--have", path);
  }
  const { code, stderr } = await gantry(args);
  assert.equal(code, 2);
  assert.match(stderr, /Cannot use inventories of a\.example and b\.example together/);
  assert.match(
    (await gantry([...args.slice(0, 5), "--have", args[4] ?? ""])).stderr,
    /Cannot export|Cannot find|no oci-layout/,
  );
});

Deno.test("export, import and inventory say what is wrong with their arguments", async () => {
  const cases: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [["export", "oci-layout:a"], /There is nothing to export/],
    [["export", "oci-layout:a:1", "oci://localhost:1/b"], /write oci-layout:PATH/],
    [["export", "oci-layout:a:1", "oci-layout:b:1"], /each artifact keeps its own tags/],
    [["export", "oci-layout:a:1", "oci-layout:b", "--volume-size", "1GiB"], /only a tar is split/],
    [
      ["export", "oci-layout:a:1", "oci-layout:b", "--have", "/nowhere.json"],
      /Cannot use the inventory .*: it is not there/,
    ],
    [["import", "--yes", "oci://localhost:1/a", "oci://localhost:1"], /write oci-layout:PATH/],
    [["import", "--yes", "oci-layout:a:1", "oci://localhost:1"], /name it without a tag/],
    [["import", "--yes", "oci-layout:a", "localhost:1"], /write oci:\/\/HOST or oci:\/\/HOST\/PREFIX/],
    [["inventory", "oci://localhost:1/a:1"], /without a tag or a digest/],
    [["inventory", "oci://localhost:1/a", "oci://localhost:2/a"], /write one inventory for each registry/],
    [["inventory", "oci://user:secret@localhost:1/a"], /Cannot use "oci:\/\/localhost:1\/a"/],
  ];
  for (const [args, says] of cases) {
    const { code, stdout, stderr } = await gantry(args);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /secret/);
    assert.deepEqual([code, stdout], [2, ""]);
  }
});

interface Places {
  readonly near: FakeRegistry;
  readonly far: FakeRegistry;
  readonly directory: string;
}

async function withPublished(options: FakeRegistryOptions, body: (places: Places) => Promise<void>): Promise<void> {
  await using near = startFakeRegistry(options);
  await using far = startFakeRegistry(options);
  await using directory = await tempDirectory();
  try {
    await putCrossing(CROSSING, (repository) => storeOf(near, repository), context);
    await body({ near, far, directory: directory.path });
  } finally {
    for (const client of clients.splice(0)) client.close();
  }
}

/** All five in a layout. */
async function withBundle(
  options: FakeRegistryOptions,
  body: (places: Places & { readonly layout: string }) => Promise<void>,
): Promise<void> {
  await withPublished(options, async (places) => {
    const layout = `oci-layout:${join(places.directory, "bundle")}`;
    await gantryOk(["export", ...references(places.near), layout, "-q"]);
    await body({ ...places, layout });
  });
}

function references({ host }: FakeRegistry): readonly string[] {
  return CROSSING.flatMap(({ repository, root, tags }) => {
    const place = `oci://${host}/${repository}`;
    return tags.length === 0 ? [`${place}@${root.manifest.descriptor.digest}`] : tags.map((tag) => `${place}:${tag}`);
  });
}

function tag({ host }: FakeRegistry, name: string): string {
  return `oci://${host}/${name}`;
}

function digestOf(artifact: CrossingArtifact | undefined): string {
  return artifact?.root.manifest.descriptor.digest ?? "";
}

function storeOf({ host }: FakeRegistry, repository: string): Store {
  const client = createRegistryClient({ host });
  clients.push(client);
  return registryStore({ reference: { kind: "registry", host, repository }, client, access: "push" });
}

async function artifactsIn(
  place: LayoutPlace,
): Promise<NonNullable<Awaited<ReturnType<typeof readBundle>>>["description"]["artifacts"]> {
  const bundle = await readBundle(place, context);
  assert.equal(bundle?.manifests.length, 1);
  return bundle?.description.artifacts ?? [];
}

async function assertArrived(far: FakeRegistry, prefix: string): Promise<void> {
  await using complete = startFakeRegistry();
  await putCrossing(CROSSING, (repository) => storeOf(complete, repository), context);
  for (const artifact of CROSSING) {
    assert.deepEqual(
      await discovered(storeOf(far, `${prefix}${artifact.repository}`), artifact, context),
      await discovered(storeOf(complete, artifact.repository), artifact, context),
    );
  }
}

function assertOnlyRead({ requests }: FakeRegistry): void {
  const others = requests.filter(({ method }) => method !== "GET" && method !== "HEAD");
  assert.deepEqual(others.map(({ method, path }) => `${method} ${path}`), []);
}

/** What a registry took, by kind and digest and repository. */
function sent({ requests }: FakeRegistry): readonly string[] {
  return requests.filter(({ method, status }) => (method === "PUT" || method === "POST") && status === 201).map(
    ({ path }) => {
      const [, repository, kind] = /^\/v2\/(.+)\/(blobs|manifests)\//.exec(path) ?? [];
      const digest = /sha256(?::|%3A)[0-9a-f]{64}/.exec(path)?.[0].replace("%3A", ":");
      return `${kind === "blobs" ? "blob" : "manifest"} ${repository} ${digest}`;
    },
  );
}

function catalog(registry: FakeRegistry, repositories: readonly string[]): void {
  const rule = { kind: "answer", answer: () => Response.json({ repositories }) } as const;
  registry.fault({ path: /^\/v2\/_catalog/, times: Infinity, fault: rule });
}

function answer(status: number): { readonly kind: "answer"; readonly answer: () => Response } {
  return { kind: "answer", answer: () => new Response(null, { status }) };
}

async function tarDigest(path: string): Promise<string> {
  return bytesDigest(await Deno.readFile(path));
}

/** Every file below a directory, with its bytes. */
async function filesIn(directory: string): Promise<Readonly<Record<string, string>>> {
  const files: [string, string][] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = join(directory, name);
    if (!isDirectory) files.push([name, await Deno.readTextFile(path)]);
    else {files.push(
        ...Object.entries(await filesIn(path)).map(([inner, text]): [string, string] => [`${name}/${inner}`, text]),
      );}
  }
  return Object.fromEntries(files.sort());
}
