/** `gantry copy`: the same digests in any place, from any place. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { digestHex } from "../../src/oci/digest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { tarStore } from "../../src/layout/tar/store.ts";
import { directoryStore } from "../../src/layout/directory/store.ts";
import { createRegistryClient, type RegistryClient } from "../../src/registry/client.ts";
import { registryStore } from "../../src/registry/store.ts";
import type { Store } from "../../src/store/store.ts";
import { testContext } from "../registry/support.ts";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "../support/fake_registry.ts";
import { errorAnswer } from "../support/fake_registry/answer.ts";
import { gantry, gantryOk } from "../support/gantry.ts";
import { indexOf, putSample, type Sample, sampleOf, textContent } from "../support/store_samples.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { filesOf, tarOf } from "../layout/tar_variants.ts";

const context = testContext();
/** What the test that runs has opened. */
const clients: RegistryClient[] = [];

const CHILDREN = [sampleOf("amd64"), sampleOf("arm64")] as const;
const INNER = indexOf([CHILDREN[1]]);
const IMAGE = indexOf([CHILDREN[0], INNER]);
const SIGNATURE = sampleOf("signature", { subject: CHILDREN[1].manifest.descriptor });
const COUNTERSIGNATURE = sampleOf("countersignature", { subject: SIGNATURE.manifest.descriptor });
const BUNDLE = indexOf([sampleOf("sbom")], { subject: IMAGE.manifest.descriptor });
const COSIGN = sampleOf("cosign");
const COSIGN_TAG = `sha256-${digestHex(INNER.manifest.descriptor.digest)}.sig`;
const REFERRERS = [SIGNATURE, COUNTERSIGNATURE, BUNDLE, COSIGN];

for (const referrers of [true, false]) {
  const api = referrers ? "with a referrers API (ref/api-200)" : "without one (ref/404-fallback)";
  for (const concurrency of ["1", "8"]) {
    Deno.test(`copy --referrers keeps all through every store, registry ${api}, concurrency ${concurrency} (ref/recursive-copy, conc/no-deadlock-limit-1)`, async () => {
      await withPlaces({ referrers }, async ({ registry, directory }) => {
        const places = [
          `oci://${registry.host}/acme/start`,
          `oci-layout:${join(directory, "one")}`,
          `oci-archive:${join(directory, "two.tar")}`,
          `oci://${registry.host}/acme/middle`,
          `oci-archive:${join(directory, "three.tar")}`,
          `oci-layout:${join(directory, "four")}`,
          `oci://${registry.host}/acme/other`,
          `oci://${registry.host}/acme/end`,
        ];
        await publish(registryOf(registry, "acme/start"));
        for (const [at, from] of places.slice(0, -1).entries()) {
          const to = places[at + 1] ?? "";
          const { stdout } = await gantryOk([
            "copy",
            `${from}:1.0`,
            to,
            "--referrers",
            "-q",
            "--concurrency",
            concurrency,
          ]);
          assert.equal(stdout, `${to.replace("oci://", "")}@${IMAGE.manifest.descriptor.digest}\n`);
        }
        await using layout = directoryStore({ kind: "oci-layout", path: join(directory, "four") });
        await using archive = tarStore({ kind: "oci-archive", path: join(directory, "three.tar") });
        for (const store of [layout, archive, registryOf(registry, "acme/end")]) await assertComplete(store);
      });
    });
  }
}

Deno.test("copy without --referrers leaves them where they are", async () => {
  await withPublished({}, async ({ source, registry }) => {
    await gantryOk(["copy", `${source}:1.0`, `oci://${registry.host}/acme/copy:2.0`, "-q"]);
    const copied = registry.repositories.get("acme/copy");
    assert.deepEqual([...copied?.tags.keys() ?? []], ["2.0"]);
    assert.equal(copied?.manifests.size, 4);
  });
});

Deno.test("copy mounts within one registry, and sends nothing that is there", async () => {
  await withPublished({}, async ({ source, registry }) => {
    const args = ["copy", `${source}:1.0`, `oci://${registry.host}/acme/copy`, "--referrers", "-q", "-o", "json"];
    registry.clearLog();
    const first = JSON.parse((await gantryOk(args)).stdout);
    const mounts = registry.requests.filter(({ path }) => path.includes("mount="));
    assert.ok(mounts.length > 0 && mounts.every(({ path, status }) => path.includes("from=acme") && status === 201));
    assert.equal(registry.requests.filter(({ path }) => path.includes("uploads/session")).length, 0);
    assert.equal(
      registry.requests.filter(({ method, path }) => method === "GET" && path.includes("/blobs/")).length,
      0,
    );
    assert.deepEqual(first.targets[0].manifests, [
      { url: first.url, digest: IMAGE.manifest.descriptor.digest, tags: ["1.0"] },
    ]);
    registry.clearLog();
    await gantryOk(args);
    assert.equal(registry.requests.filter(({ path }) => path.includes("uploads")).length, 0);
  });
});

Deno.test("copy goes on where it broke when it is run again", async () => {
  await withPublished({}, async ({ source, registry }) => {
    await using destination = startFakeRegistry();
    const args = [
      "copy",
      `${source}:1.0`,
      `oci://${destination.host}/acme/copy`,
      "--retries",
      "0",
      "--concurrency",
      "1",
    ];
    destination.fault({ method: "PUT", path: /manifests/, skip: 1, fault: answer(500) });
    const broken = await gantry(args);
    assert.equal(broken.code, 1, broken.stderr);
    assert.deepEqual([...destination.repositories.get("acme/copy")?.tags ?? []], []);
    destination.clearLog();
    await gantryOk(args);
    assert.equal(destination.requests.filter(({ path }) => path.includes("/blobs/uploads")).length, 0);
    assert.equal(registry.unusedFaults.length, 0);
  });
});

Deno.test("copy reports the first error and not the cancellation that follows (conc/first-error-cancels)", async () => {
  await withPublished({}, async ({ source }) => {
    await using destination = startFakeRegistry();
    destination.fault({ method: "POST", path: /uploads/, times: Infinity, fault: answer(403) });
    const { code, stdout, stderr } = await gantry([
      "copy",
      `${source}:1.0`,
      `oci://${destination.host}/acme/copy`,
      "--retries",
      "0",
    ]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^error: .*403/);
    assert.doesNotMatch(stderr, /abort/i);
    assert.ok(!destination.summary().some((line) => line.startsWith("PUT /v2/acme/copy/manifests")));
  });
});

Deno.test("copy --referrers fails when the referrers cannot be listed (ref/5xx-is-error)", async () => {
  await withPublished({}, async ({ source, registry, directory }) => {
    registry.fault({ path: /\/referrers\//, fault: answer(503) });
    const layout = join(directory, "layout");
    const { code, stderr } = await gantry([
      "copy",
      `${source}:1.0`,
      `oci-layout:${layout}`,
      "--referrers",
      "--retries",
      "0",
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /Cannot list the referrers of [^ ]*\/acme\/app@sha256:.*503/);
    await assert.rejects(Deno.stat(layout), Deno.errors.NotFound);
  });
});

Deno.test("copy neither reads nor overwrites a fallback tag that is the subject itself (ref/fallback-tag-is-subject)", async () => {
  await withPublished({ referrers: false }, async ({ source, registry }) => {
    await using gitlab = startFakeRegistry({ referrers: false });
    const { digest } = IMAGE.manifest.descriptor;
    const tag = `sha256-${digestHex(digest)}`;
    const target = `oci://${gitlab.host}/acme/copy`;
    await gantryOk(["copy", `${source}:1.0`, `${target}:${tag}`, "-q"]);
    const { code, stderr } = await gantry(["copy", `${source}:1.0`, target, "--referrers"]);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`tag ${tag} is taken by something else`));
    assert.equal(gitlab.repositories.get("acme/copy")?.tags.get(tag), digest);
    const clean = `oci://${gitlab.host}/acme/clean:${tag}`;
    await gantryOk(["copy", `${source}:1.0`, clean, "-q"]);
    await gantryOk(["copy", clean, `oci://${registry.host}/acme/back:1.0`, "--referrers", "-q"]);
    assert.equal(registry.repositories.get("acme/back")?.manifests.size, 4);
  });
});

Deno.test("copy adds to the fallback list of the destination", async () => {
  await withPublished({}, async ({ source }) => {
    await using old = startFakeRegistry({ referrers: false });
    const own = sampleOf("their own", { subject: IMAGE.manifest.descriptor });
    const destination = registryOf(old, "acme/copy");
    await putSample(destination, own, [], context);
    await gantryOk(["copy", `${source}:1.0`, `oci://${old.host}/acme/copy`, "--referrers", "-q"]);
    const listed = await destination.referrers(IMAGE.manifest.descriptor.digest, context);
    assert.deepEqual(
      listed.map(({ digest }) => digest),
      [own, BUNDLE].map((each) => each.manifest.descriptor.digest).sort(),
    );
  });
});

Deno.test("ref/fallback-race: copy brings a referrer again that another writer has taken from the list since", async () => {
  await withPublished({}, async ({ source }) => {
    await using old = startFakeRegistry({ referrers: false });
    const subject = IMAGE.manifest.descriptor.digest;
    const tag = `sha256-${digestHex(subject)}`;
    const replaced = (): Response => {
      old.repositories.get("acme/copy")?.tags.delete(tag);
      return errorAnswer(404, "MANIFEST_UNKNOWN");
    };
    // Looked at before it is written and after that; then by whoever wants to know what has stayed.
    const list = { method: "GET", path: new RegExp(`/manifests/${tag}$`), skip: 2 };
    old.fault({ ...list, fault: { kind: "answer", answer: replaced } });
    await gantryOk(["copy", `${source}:1.0`, `oci://${old.host}/acme/copy`, "--referrers", "-q"]);
    assert.deepEqual(old.unusedFaults, []);
    const listed = await registryOf(old, "acme/copy").referrers(subject, context);
    assert.deepEqual(listed.map(({ digest }) => digest), [BUNDLE.manifest.descriptor.digest]);
  });
});

Deno.test("copy --all-tags copies every tag, and no list of referrers", async () => {
  await withPublished({ referrers: false }, async ({ source, registry, directory }) => {
    await putSample(registryOf(registry, "acme/app"), CHILDREN[0], ["latest", "edge"], context);
    const path = join(directory, "all.tar");
    const { stdout } = await gantryOk(["copy", source, `oci-archive:${path}`, "--all-tags", "-q"]);
    const lines = [IMAGE, CHILDREN[0], COSIGN].map(({ manifest }) =>
      `oci-archive:${path}@${manifest.descriptor.digest}`
    );
    assert.deepEqual(stdout.trim().split("\n").sort(), lines.sort());
    await using archive = tarStore({ kind: "oci-archive", path });
    const tags = await Array.fromAsync(archive.tags(context));
    assert.deepEqual(tags.sort(), ["1.0", "edge", "latest", COSIGN_TAG].sort());
  });
});

Deno.test("copy --all-tags prints in one order, the highest version first", async () => {
  await withPublished({}, async ({ source, registry, directory }) => {
    await putSample(registryOf(registry, "acme/app"), CHILDREN[0], ["2.0.0"], context);
    await putSample(registryOf(registry, "acme/app"), CHILDREN[1], ["10.0.0", "latest"], context);
    const args = ["copy", source, `oci-layout:${join(directory, "l")}`, "--all-tags", "-q", "-o", "json"];
    const { tag, digest, targets } = JSON.parse((await gantryOk(args)).stdout);
    assert.deepEqual([tag, digest], ["latest", CHILDREN[1].manifest.descriptor.digest]);
    const tags = targets[0].manifests.map(({ tags }: { readonly tags: readonly string[] }) => tags);
    assert.deepEqual(tags, [["latest", "10.0.0"], ["2.0.0"], ["1.0"], [COSIGN_TAG]]);
  });
});

Deno.test("copy --referrers names everything that is listed and is not there or no referrer, and copies nothing", async () => {
  await withPublished({ referrers: false }, async ({ source, registry, directory }) => {
    const { digest } = BUNDLE.manifest.descriptor;
    const list = indexOf([BUNDLE, COSIGN]);
    const store = registryOf(registry, "acme/app");
    await putSample(store, list, [`sha256-${digestHex(IMAGE.manifest.descriptor.digest)}`], context);
    registry.repositories.get("acme/app")?.manifests.delete(digest);
    const layout = join(directory, "layout");
    const { code, stdout, stderr } = await gantry([
      "copy",
      `${source}:1.0`,
      `oci-layout:${layout}`,
      "--referrers",
      "-q",
    ]);
    assert.deepEqual([code, stdout], [1, ""]);
    const lines = [
      `${source}@${digest} is listed as a referrer of ${IMAGE.manifest.descriptor.digest}, and is not there`,
      `${source}@${COSIGN.manifest.descriptor.digest} is listed as a referrer of ${IMAGE.manifest.descriptor.digest}, and is none`,
    ].sort();
    assert.equal(stderr, `error: Cannot copy ${source}: not everything is there\n  ${lines.join("\n  ")}\n`);
    await assert.rejects(Deno.stat(layout), Deno.errors.NotFound);
    await gantryOk(["copy", `${source}:1.0`, `oci-layout:${layout}`, "-q"]);
  });
});

Deno.test("copy into a layout repairs everything in it that is damaged", async () => {
  await withPublished({}, async ({ source, directory }) => {
    const path = join(directory, "layout");
    const args = ["copy", `${source}:1.0`, `oci-layout:${path}`, "--referrers", "-q"];
    await gantryOk(args);
    const blobs = join(path, "blobs/sha256");
    for await (const { name } of Deno.readDir(blobs)) {
      const bytes = await Deno.readFile(join(blobs, name));
      if (bytes[0] !== undefined) bytes[0] ^= 1;
      await Deno.writeFile(join(blobs, name), bytes);
    }
    await gantryOk(args);
    await using layout = directoryStore({ kind: "oci-layout", path });
    await assertComplete(layout);
  });
});

Deno.test("copy leaves out layers that are said to be elsewhere, and says so", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "source");
  const layer = { ...textContent("elsewhere").descriptor, urls: ["https://example.test/layer"] };
  const config = textContent("{}");
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST_MEDIA_TYPE,
    config: config.descriptor,
    layers: [layer],
  });
  const manifest = textContent(text, OCI_MANIFEST_MEDIA_TYPE);
  {
    await using store = directoryStore({ kind: "oci-layout", path });
    const stored = { descriptor: manifest.descriptor, bytes: new TextEncoder().encode(text) };
    await putSample(store, { blobs: [config], manifest, stored }, ["1.0"], context);
  }
  const targets = [`oci-layout:${join(directory.path, "l")}`, `oci-archive:${join(directory.path, "a.tar")}`];
  const { stderr } = await gantryOk(["copy", `oci-layout:${path}:1.0`, ...targets]);
  const said = `warning: ${layer.digest} is not in oci-layout:${path} but somewhere else: left out\n`;
  assert.equal(stderr.split(said).length, 3, stderr);
  for (const target of targets) await gantryOk(["inspect", `${target}:1.0`, "--raw"]);
});

Deno.test("copy says which tags are set when others are not", async () => {
  await withPublished({}, async ({ source, registry }) => {
    await putSample(registryOf(registry, "acme/app"), CHILDREN[0], ["2.0.0"], context);
    await using destination = startFakeRegistry();
    destination.fault({ method: "PUT", path: /manifests\/1\.0$/, times: Infinity, fault: answer(403) });
    const target = `oci://${destination.host}/acme/copy`;
    const args = ["copy", source, target, "--all-tags", "--retries", "0", "--concurrency", "1", "-o", "json"];
    const { code, stdout, stderr } = await gantry(args);
    assert.equal(code, 3, stderr);
    // Signatures come before what they sign.
    assert.match(stderr, /\n {2}while tagging in .*\n {2}set there: 2\.0\.0, sha256-[0-9a-f]{64}\.sig\n/);
    assert.match(JSON.parse(stdout).error.tags.join(" "), /^2\.0\.0 sha256-[0-9a-f]{64}\.sig$/);
  });
});

Deno.test("copy ends with 1 when nothing is tagged anywhere", async () => {
  await withPublished({}, async ({ source }) => {
    await using destination = startFakeRegistry();
    destination.fault({ method: "PUT", path: /manifests\/1\.0$/, times: Infinity, fault: answer(403) });
    const target = `oci://${destination.host}/acme/copy`;
    const { code, stderr } = await gantry(["copy", `${source}:1.0`, target, "--retries", "0"]);
    assert.equal(code, 1, stderr);
    assert.ok(stderr.includes(`while tagging in ${target}\n`), stderr);
  });
});

Deno.test("copy ends with 3 when some destinations are done and others are not", async () => {
  await withPublished({}, async ({ source, directory }) => {
    await using destination = startFakeRegistry();
    destination.fault({ method: "PUT", path: /manifests\/1\.0/, times: Infinity, fault: answer(403) });
    const layout = `oci-layout:${join(directory, "layout")}`;
    const { code, stdout, stderr } = await gantry([
      "copy",
      `${source}:1.0`,
      `oci://${destination.host}/acme/copy`,
      layout,
      "--retries",
      "0",
    ]);
    assert.deepEqual([code, stdout], [3, ""], stderr);
    assert.ok(stderr.includes(`tagged in ${layout}`), stderr);
  });
});

Deno.test("copy tags nothing anywhere when one destination has not got everything", async () => {
  await withPublished({}, async ({ source, directory }) => {
    await using destination = startFakeRegistry();
    destination.fault({ method: "PUT", path: /manifests/, times: Infinity, fault: answer(403) });
    const path = join(directory, "layout");
    const targets = [`oci-layout:${path}`, `oci://${destination.host}/acme/copy`];
    assert.equal((await gantry(["copy", `${source}:1.0`, ...targets, "--retries", "0"])).code, 1);
    await using layout = directoryStore({ kind: "oci-layout", path });
    assert.equal(await layout.resolve("1.0", context), undefined);
  });
});

Deno.test("copy sends a blob that the destination has said to have, and has not", async () => {
  await withPublished({}, async ({ source }) => {
    await using destination = startFakeRegistry();
    const lie = { kind: "answer", answer: () => new Response(undefined, { status: 200 }) } as const;
    const [, layer] = CHILDREN[0].blobs;
    destination.fault({ method: "HEAD", path: new RegExp(`${layer?.descriptor.digest}`), times: Infinity, fault: lie });
    const { stdout } = await gantryOk(["copy", `${source}:1.0`, `oci://${destination.host}/acme/copy`, "-o", "json"]);
    const [target] = JSON.parse(stdout).targets;
    assert.equal(target.existing, 0);
    assert.ok(target.uploaded > 0);
    assert.deepEqual([...destination.repositories.get("acme/copy")?.tags.keys() ?? []], ["1.0"]);
  });
});

Deno.test("copy gives no tar its name when another one cannot be written", async () => {
  await withPlaces({}, async ({ registry, directory }) => {
    await publish(registryOf(registry, "acme/start"));
    const [good, bad] = [join(directory, "good.tar"), join(directory, "bad.tar")];
    const from = `oci://${registry.host}/acme/start:1.0`;
    await gantryOk(["copy", from, `oci-archive:${bad}`, "-q"]);
    await Deno.writeFile(bad, await tarOf([...await filesOf(bad), ["../out", "x"]]));
    const to = [`oci-archive:${good}`, `oci-archive:${bad}`, `oci://${registry.host}/acme/end`];
    const { code, stderr } = await gantry(["copy", from, ...to, "-q"]);
    assert.equal(code, 1);
    assert.match(stderr, /"\.\.\/out" in it cannot be carried over/);
    const names = (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
    assert.deepEqual(names, ["bad.tar"]);
    assert.deepEqual([...registry.repositories.get("acme/end")?.tags ?? []], []);
  });
});

Deno.test("copy does not move a version without --force", async () => {
  await withPublished({}, async ({ source, registry }) => {
    const target = `oci://${registry.host}/acme/copy:2.0.0`;
    await putSample(registryOf(registry, "acme/copy"), COSIGN, ["2.0.0"], context);
    registry.clearLog();
    const { code, stderr } = await gantry(["copy", `${source}:1.0`, target]);
    assert.equal(code, 1);
    assert.match(stderr, /advice: .*--force/);
    assert.doesNotMatch(stderr, /while uploading/);
    assert.ok(registry.requests.every(({ method }) => method === "GET" || method === "HEAD"));
    await gantryOk(["copy", `${source}:1.0`, target, "--force"]);
  });
});

Deno.test("copy passes on no wrong bytes", async () => {
  await withPublished({}, async ({ source, registry, directory }) => {
    const [, layer] = CHILDREN[0].blobs;
    assert.ok(layer !== undefined);
    const { digest, size } = layer.descriptor;
    const wrong = { digest, size, bytes: new Uint8Array(size) };
    registry.repositories.get("acme/app")?.blobs.set(digest, wrong);
    for (const target of [`oci-layout:${join(directory, "l")}`, `oci-archive:${join(directory, "a.tar")}`]) {
      const { code, stderr } = await gantry(["copy", `${source}:1.0`, target, "--retries", "0"]);
      assert.equal(code, 1);
      assert.ok(stderr.includes(digest), stderr);
    }
    await assert.rejects(Deno.stat(join(directory, "a.tar")), Deno.errors.NotFound);
  });
});

Deno.test("copy and export blame the side that failed", async () => {
  await withPublished({}, async ({ source, registry, directory }) => {
    const [, layer] = CHILDREN[0].blobs;
    assert.ok(layer !== undefined);
    const { digest, size } = layer.descriptor;
    const [layout, damaged] = [`oci-layout:${join(directory, "good")}`, `oci-layout:${join(directory, "damaged")}`];
    for (const place of [layout, damaged]) await gantryOk(["copy", `${source}:1.0`, `${place}:1.0`, "-q"]);
    await Deno.writeFile(join(directory, "damaged", "blobs", digest.replace(":", "/")), new Uint8Array(size));
    registry.repositories.get("acme/app")?.blobs.set(digest, { digest, size, bytes: new Uint8Array(size) });
    await using other = startFakeRegistry();
    await using refusing = startFakeRegistry();
    refusing.fault({ method: "PUT", path: /blobs/, times: Infinity, fault: answer(403) });

    const elsewhere = `oci://${other.host}/acme/copy`;
    const refused = `oci://${refusing.host}/acme/copy`;
    const fresh = `oci-layout:${join(directory, "fresh")}`;
    const cases: readonly (readonly [command: string, from: string, to: string, blamed: string, says: RegExp])[] = [
      ["copy", source, fresh, source, /its digest is sha256:\w+, it should be sha256:\w+$/m],
      ["copy", source, `oci-archive:${join(directory, "a.tar")}`, source, /its digest is sha256:/],
      ["copy", source, elsewhere, source, /its digest is sha256:/],
      ["copy", damaged, fresh, damaged, /its digest is sha256:/],
      ["copy", damaged, elsewhere, damaged, /its digest is sha256:/],
      ["copy", layout, refused, refused, /403/],
      ["export", source, fresh, source, /its digest is sha256:/],
      ["export", damaged, `oci-archive:${join(directory, "b.tar")}`, damaged, /its digest is sha256:/],
    ];
    for (const [command, from, to, blamed, says] of cases) {
      const args = [command, `${from}:1.0`, to, "--retries", "0"];
      const { code, stderr } = await gantry(args);
      assert.equal(code, 1, stderr);
      assert.match(stderr, says);
      const place = blamed === refused ? `while uploading to ${blamed}` : `while reading from ${blamed}`;
      assert.equal(/^ {2}while .*$/m.exec(stderr)?.[0].trim(), place, stderr);
      const { stdout } = await gantry([...args, "-o", "json", "-q"]);
      assert.equal(JSON.parse(stdout).error.where, blamed, stdout);
    }
  });
});

Deno.test("copy says what is wrong with its arguments", async () => {
  await withPublished({}, async ({ source, registry }) => {
    const other = `sha256:${"0".repeat(64)}`;
    registry.clearLog();
    const cases: readonly (readonly [args: readonly string[], code: number, says: RegExp])[] = [
      [[source], 2, /missing required argument 'destination'/i],
      [[source, "app:1"], 2, /it has no scheme/],
      [[`${source}:1.0`, `${source}2`, "--all-tags"], 2, /Cannot copy all tags with "1.0"/],
      [[source, `${source}2:1.0`, "--all-tags"], 2, /Cannot copy all tags with "1.0"/],
      [[`${source}:9`, `${source}2`], 1, /Cannot find .*:9: there is no such tag/],
      [[`${source}:1.0`, `${source}2@${other}`], 1, /the source's digest is sha256/],
    ];
    for (const [args, expected, says] of cases) {
      const { code, stdout, stderr } = await gantry(["copy", ...args]);
      assert.match(stderr, says);
      assert.deepEqual([code, stdout], [expected, ""]);
    }
    assert.ok(registry.requests.every(({ method }) => method === "GET" || method === "HEAD"));
  });
});

async function publish(store: Store): Promise<void> {
  for (const child of [...CHILDREN, INNER, sampleOf("sbom")]) await putSample(store, child, [], context);
  await putSample(store, IMAGE, ["1.0"], context);
  for (const referrer of REFERRERS.filter((each) => each !== COSIGN)) await putSample(store, referrer, [], context);
  await putSample(store, COSIGN, [COSIGN_TAG], context);
}

async function assertComplete(store: Store): Promise<void> {
  assert.equal((await store.resolve("1.0", context))?.digest, IMAGE.manifest.descriptor.digest);
  assert.equal((await store.resolve(COSIGN_TAG, context))?.digest, COSIGN.manifest.descriptor.digest);
  const listed = (await Array.fromAsync(store.tags(context))).filter((tag) => !/^sha256-[0-9a-f]{64}$/.test(tag));
  assert.deepEqual(listed.sort(), ["1.0", COSIGN_TAG]);
  for (const { stored, blobs } of [IMAGE, INNER, ...CHILDREN, ...REFERRERS]) {
    assert.deepEqual((await store.fetchManifest(stored.descriptor.digest, context))?.bytes, stored.bytes);
    for (const { descriptor } of blobs) assert.equal(await store.exists(descriptor, context), true);
  }
  const pairs: readonly (readonly [subject: Sample, referrer: Sample])[] = [
    [CHILDREN[1], SIGNATURE],
    [SIGNATURE, COUNTERSIGNATURE],
    [IMAGE, BUNDLE],
  ];
  for (const [subject, referrer] of pairs) {
    const found = await store.referrers(subject.manifest.descriptor.digest, context);
    assert.deepEqual(found.map(({ digest }) => digest), [referrer.manifest.descriptor.digest]);
  }
}

interface Places {
  readonly registry: FakeRegistry;
  readonly directory: string;
}

async function withPlaces(options: FakeRegistryOptions, body: (places: Places) => Promise<void>): Promise<void> {
  await using registry = startFakeRegistry(options);
  await using directory = await tempDirectory();
  try {
    await body({ registry, directory: directory.path });
  } finally {
    for (const client of clients.splice(0)) client.close();
  }
}

async function withPublished(
  options: FakeRegistryOptions,
  body: (places: Places & { readonly source: string }) => Promise<void>,
): Promise<void> {
  await withPlaces(options, async (places) => {
    await publish(registryOf(places.registry, "acme/app"));
    await body({ ...places, source: `oci://${places.registry.host}/acme/app` });
  });
}

function registryOf({ host }: FakeRegistry, repository: string): Store {
  const client = createRegistryClient({ host });
  clients.push(client);
  return registryStore({ reference: { kind: "registry", host, repository }, client, access: "delete" });
}

function answer(status: number): { readonly kind: "answer"; readonly answer: () => Response } {
  return { kind: "answer", answer: () => Response.json({ errors: [{ code: "DENIED", message: "no" }] }, { status }) };
}
