/**
 * `gantry inspect`: what was published, for people, for programs, and as it is.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { TITLE_ANNOTATION } from "../../src/oci/annotation_keys.ts";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { encodeManifest } from "../../src/oci/manifest.ts";
import { EMPTY_MEDIA_TYPE, OCI_INDEX_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import type { Store } from "../../src/store/store.ts";
import { tarStore } from "../../src/layout/tar/store.ts";
import { directoryStore } from "../../src/layout/directory/store.ts";
import { registryStore } from "../../src/registry/store.ts";
import { file, paxHeader, rawTar } from "../support/raw_tar.ts";
import { rawZip } from "../support/raw_zip.ts";
import { testClient, testContext } from "../registry/support.ts";
import { type FakeRegistryOptions, startFakeRegistry } from "../support/fake_registry.ts";
import { gantry, gantryOk } from "../support/gantry.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { indexOf, putSample, type Sample, sampleOf, textContent } from "../support/store_samples.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const context = testContext();

/** Runs a test in each kind of place, filled by `fill`. */
async function inEveryPlace(
  fill: (store: Store) => Promise<void>,
  test: (place: string) => Promise<void>,
  options: FakeRegistryOptions = {},
): Promise<void> {
  await using directory = await tempDirectory();
  await using registry = startFakeRegistry(options);
  using client = testClient(registry);
  const [layout, archive] = [join(directory.path, "layout"), join(directory.path, "app.tar")];
  const { host } = registry;
  const stores = [
    registryStore({ reference: { kind: "registry", host, repository: "acme/app" }, client, access: "push" }),
    directoryStore({ kind: "oci-layout", path: layout }),
    tarStore({ kind: "oci-archive", path: archive }),
  ];
  for (const store of stores) {
    await fill(store);
    await store.commit(context);
    await test(store.url);
    await store[Symbol.asyncDispose]();
  }
}

/** An artifact of these layers. */
function sampleWith(layers: Sample["blobs"], annotations: Readonly<Record<string, string>> = {}): Sample {
  const config = textContent("{}", EMPTY_MEDIA_TYPE);
  const bytes = encodeManifest({
    artifactType: "application/vnd.example.sample.v1",
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
    annotations,
  });
  const manifest = bytesContent(OCI_MANIFEST_MEDIA_TYPE, bytes);
  return { blobs: [config, ...layers], manifest, stored: { descriptor: manifest.descriptor, bytes } };
}

Deno.test("inspect shows an artifact to people", async () => {
  const layer = bytesContent("text/plain", new TextEncoder().encode("hello"), {
    annotations: { "org.opencontainers.image.title": "hello.txt" },
  });
  const sample = sampleWith([layer], { "org.example.key": "value", "org.example.odd": "two\nlines \x1b[31m" });
  const { digest, size } = sample.manifest.descriptor;
  const { digest: config } = sample.blobs[0]?.descriptor ?? assert.fail();
  await inEveryPlace((store) => putSample(store, sample, ["1.0", "latest"], context), async (place) => {
    const { stdout, stderr } = await gantryOk(["inspect", `${place}:1.0`]);
    assert.equal(
      stdout,
      `reference   ${place}:1.0
digest      ${digest}
media type  application/vnd.oci.image.manifest.v1+json
type        application/vnd.example.sample.v1
size        ${size + 2 + 5} B

config
  ${config}  2 B  application/vnd.oci.empty.v1+json

layers
  ${layer.descriptor.digest}  5 B  text/plain  hello.txt

annotations
  org.example.key  value
  org.example.odd  two\\nlines \\u001b[31m
`,
    );
    assert.equal(stderr, "");
    const untagged = (await gantryOk(["inspect", place])).stdout;
    assert.equal(untagged, stdout.replace(":1.0\n", ":latest\n"));
    const pinned = (await gantryOk(["inspect", `${place}@${digest}`])).stdout;
    assert.equal(pinned, stdout.replace(":1.0\n", `@${digest}\n`));
  });
});

Deno.test("inspect -o json tells programs all that the manifest says", async () => {
  const subject = textContent("subject", OCI_MANIFEST_MEDIA_TYPE).descriptor;
  const sample = sampleOf("one", { subject, annotations: { k: "v" } });
  const { descriptor } = sample.manifest;
  await inEveryPlace((store) => putSample(store, sample, ["1.0"], context), async (place) => {
    const [config, layer] = sample.blobs.map(({ descriptor }) => descriptor);
    const expected = {
      reference: `${place}:1.0`,
      url: `${place}@${descriptor.digest}`,
      digest: descriptor.digest,
      mediaType: OCI_MANIFEST_MEDIA_TYPE,
      artifactType: "application/vnd.example.sample.v1",
      size: descriptor.size + 2 + 3,
      subject,
      annotations: { k: "v" },
      config,
      layers: [layer],
    };
    assert.deepEqual(JSON.parse((await gantryOk(["inspect", `${place}:1.0`, "-o", "json"])).stdout), expected);
    assert.match(
      (await gantryOk(["inspect", `${place}:1.0`, "-o", "yaml"])).stdout,
      /^reference: .*\nurl: .*\ndigest: /,
    );
  });
});

Deno.test("inspect --raw prints the exact bytes", async () => {
  const sample = sampleOf("grüße \u{1f600}", { annotations: { "org.example.name": "grüße \u{1f600} \u202e" } });
  const text = new TextDecoder().decode(sample.stored.bytes);
  await inEveryPlace((store) => putSample(store, sample, ["1.0"], context), async (place) => {
    const { bytes = new Uint8Array() } = await gantryOk(["inspect", `${place}:1.0`, "--raw"]);
    assert.equal(new TextDecoder().decode(bytes), text);
    assert.equal(digestOf(bytes), sample.manifest.descriptor.digest);
  });
});

Deno.test("inspect --raw is not mixed with anything else", async () => {
  for (const flags of [["--files"], ["--referrers"], ["-o", "json"]]) {
    const { code, stderr } = await gantry(["inspect", "oci://localhost:1/app", "--raw", ...flags]);
    assert.equal(stderr, "error: Cannot print the raw manifest together with anything else\n");
    assert.equal(code, 2);
  }
});

const [ARM, INTEL] = [sampleOf("arm"), sampleOf("intel")];
const PLATFORMS = [{ os: "linux", architecture: "arm64", variant: "v8" }, { os: "linux", architecture: "amd64" }];

/** An index of one sample for each platform. */
function platformIndex(samples: readonly Sample[]): Sample {
  const bytes = new TextEncoder().encode(JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_INDEX_MEDIA_TYPE,
    manifests: samples.map(({ manifest }, at) => ({ ...manifest.descriptor, platform: PLATFORMS[at] })),
  }));
  const manifest = bytesContent(OCI_INDEX_MEDIA_TYPE, bytes);
  return { blobs: [], manifest, stored: { descriptor: manifest.descriptor, bytes } };
}

Deno.test("inspect shows the manifests of an index, with their platforms", async () => {
  const index = platformIndex([ARM, INTEL]);
  await inEveryPlace(async (store) => {
    for (const child of [ARM, INTEL]) await putSample(store, child, [], context);
    await putSample(store, index, ["1.0"], context);
  }, async (place) => {
    const { stdout } = await gantryOk(["inspect", `${place}:1.0`]);
    const rows = stdout.slice(stdout.indexOf("manifests\n")).split("\n").slice(1, 3);
    assert.match(rows[0] ?? "", new RegExp(`^  ${ARM.manifest.descriptor.digest} .* linux/arm64/v8$`));
    assert.match(rows[1] ?? "", new RegExp(`^  ${INTEL.manifest.descriptor.digest} .* linux/amd64$`));
    assert.ok(!stdout.includes("layers"));
    const json = JSON.parse((await gantryOk(["inspect", `${place}:1.0`, "-o", "json"])).stdout);
    assert.deepEqual(json.manifests.map(({ platform }: { platform: unknown }) => platform), PLATFORMS);
    assert.equal(json.index, undefined);
  });
});

Deno.test("inspect --platform shows that manifest of an index, and what refers to either", async () => {
  const index = platformIndex([ARM, INTEL]);
  const root = index.manifest.descriptor;
  const onIndex = sampleOf("on the index", { subject: root });
  const onIntel = sampleOf("on one of it", { subject: INTEL.manifest.descriptor });
  await inEveryPlace(async (store) => {
    for (const child of [ARM, INTEL, onIndex, onIntel]) await putSample(store, child, [], context);
    await putSample(store, index, ["1.0"], context);
  }, async (place) => {
    const amd64 = ["inspect", `${place}:1.0`, "--platform", "linux/amd64"];
    const { stdout } = await gantryOk([...amd64, "--files", "--referrers"]);
    const { digest } = INTEL.manifest.descriptor;
    const layer = INTEL.blobs[1]?.descriptor.digest;
    assert.match(stdout, new RegExp(`^digest +${digest}\nin index +${root.digest}$`, "m"));
    assert.ok(stdout.includes(`\nfiles in ${layer}\n    5 B  ${layer}\n`), stdout);
    assert.match(stdout, new RegExp(`^referrers\n  ${onIntel.manifest.descriptor.digest} .*$`, "m"));
    assert.match(stdout, new RegExp(`^referrers of ${root.digest}\n  ${onIndex.manifest.descriptor.digest} `, "m"));

    const json = JSON.parse((await gantryOk([...amd64, "--referrers", "-o", "json"])).stdout);
    assert.deepEqual([json.reference, json.digest, json.url], [`${place}:1.0`, digest, `${place}@${digest}`]);
    assert.equal(json.layers[0].files, undefined);
    const { referrers: [above, ...more], ...descriptor } = json.index;
    assert.deepEqual([descriptor, above.digest, more], [root, onIndex.manifest.descriptor.digest, []]);
    assert.deepEqual((await gantryOk([...amd64, "--raw"])).bytes, INTEL.stored.bytes);
  });
});

Deno.test("inspect --files takes the only manifest of an index, and says where there is a choice", async () => {
  const [both, one] = [platformIndex([ARM, INTEL]), platformIndex([ARM])];
  await inEveryPlace(async (store) => {
    for (const child of [ARM, INTEL]) await putSample(store, child, [], context);
    await putSample(store, both, ["both"], context);
    await putSample(store, one, ["one"], context);
  }, async (place) => {
    const only = JSON.parse((await gantryOk(["inspect", `${place}:one`, "--files", "-o", "json"])).stdout);
    assert.deepEqual([only.digest, only.index], [ARM.manifest.descriptor.digest, one.manifest.descriptor]);
    assert.equal(only.layers[0].files.length, 1);
    const said = `error: Cannot choose a manifest of ${place}@${both.manifest.descriptor.digest}: it is`;
    const advice = "advice: choose one with --platform OS/ARCHITECTURE, or name its digest\n";
    const cases: readonly (readonly [flags: readonly string[], stderr: string])[] = [
      [["--files"], `${said} an index for several platforms, linux/arm64/v8, linux/amd64\n${advice}`],
      [
        ["--platform", "linux/s390x"],
        `${said} not there for linux/s390x, but for linux/arm64/v8, linux/amd64\n${advice}`,
      ],
    ];
    for (const [flags, stderr] of cases) {
      assert.deepEqual(await gantry(["inspect", `${place}:both`, ...flags]), { code: 1, stdout: "", stderr });
    }
  });
});

Deno.test("inspect --files lists what is in the layers, with modes, sizes and links", async () => {
  const { packTar } = await import("modern-tar");
  const tar = await packTar([
    { header: { name: "bin/", type: "directory", size: 0, mode: 0o755 } },
    { header: { name: "bin/run", type: "file", size: 3, mode: 0o4755 }, body: "abc" },
    { header: { name: "../evil\n", type: "file", size: 0, mode: 0o600 } },
    { header: { name: "link", type: "symlink", size: 0, mode: 0o777, linkname: "/etc/passwd" } },
  ]);
  const gzipped = await collectBytes(
    new Blob([new Uint8Array(tar)]).stream().pipeThrough(new CompressionStream("gzip")),
  );
  const archive = bytesContent("application/x.tar+gzip", gzipped);
  const plain = bytesContent("application/x.tar", new Uint8Array(tar));
  const title = { annotations: { "org.opencontainers.image.title": "policy.rego" } };
  const file = bytesContent("application/x.rego", new TextEncoder().encode("package a"), title);
  const sample = sampleWith([archive, file, plain]);
  await inEveryPlace((store) => putSample(store, sample, ["1.0"], context), async (place) => {
    const { stdout } = await gantryOk(["inspect", `${place}:1.0`, "--files"]);
    const rows = `  drwxr-xr-x       bin/
  -rwsr-xr-x  3 B  bin/run
  -rw-------  0 B  ../evil\\n
  lrwxrwxrwx       link -> /etc/passwd
`;
    assert.ok(stdout.includes(`\nfiles in ${archive.descriptor.digest}\n${rows}\n`), stdout);
    assert.ok(stdout.includes(`\nfiles in ${file.descriptor.digest}\n    9 B  policy.rego\n`), stdout);
    assert.ok(stdout.endsWith(`\nfiles in ${plain.descriptor.digest}\n${rows}`), stdout);
    const { layers } = JSON.parse((await gantryOk(["inspect", `${place}:1.0`, "--files", "-o", "json"])).stdout);
    assert.deepEqual(layers[0].files[1], { path: "bin/run", type: "file", mode: "4755", size: 3 });
    assert.deepEqual(layers[0].files[3], {
      path: "link",
      type: "symlink",
      mode: "0777",
      size: 0,
      target: "/etc/passwd",
    });
    assert.deepEqual(layers[1].files, [{ path: "policy.rego", type: "file", size: 9 }]);
  });
});

Deno.test("inspect --files refuses a bomb, and a layer that is damaged", async () => {
  const zeros = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller): void {
      for (let at = 0; at < 64; at++) controller.enqueue(new Uint8Array(1024 * 1024));
      controller.close();
    },
  });
  // A thousand times is the limit; twice compressed zeros are far beyond that.
  const bomb = await collectBytes(zeros.pipeThrough(new CompressionStream("gzip")));
  const twice = await collectBytes(new Blob([bomb]).stream().pipeThrough(new CompressionStream("gzip")));
  const cases = [
    [bomb, /Cannot (?:unpack|read) layer sha256:.*: (?:it unpacks to more than|.*tar)/],
    [twice, /compressed twice/],
    [bomb.subarray(0, 1000), /Cannot read layer sha256:/],
  ] as const;
  for (const [bytes, message] of cases) {
    const sample = sampleWith([bytesContent("application/x.tar+gzip", bytes.slice())]);
    await inEveryPlace((store) => putSample(store, sample, ["1.0"], context), async (place) => {
      const { code, stdout, stderr } = await gantry(["inspect", `${place}:1.0`, "--files"]);
      assert.match(stderr, message);
      // The limits are not the user's to choose here.
      assert.doesNotMatch(stderr, /advice/);
      assert.deepEqual([code, stdout], [1, ""]);
    });
  }
});

for (const referrers of [true, false]) {
  const api = referrers ? "the API" : "the tag that stands in for the API";
  Deno.test(`inspect --referrers shows the tree of what refers to it, found by ${api} or by cosign's tags`, async () => {
    const subject = sampleOf("subject");
    const signature = sampleOf("signature", { subject: subject.manifest.descriptor, artifactType: "application/sig" });
    const nested = sampleOf("nested", { subject: signature.manifest.descriptor, artifactType: "application/note" });
    const cosign = sampleOf("cosign", { artifactType: "application/cosign" });
    const fill = async (store: Store): Promise<void> => {
      await putSample(store, subject, ["1.0"], context);
      for (const sample of [signature, nested]) await putSample(store, sample, [], context);
      const tag = `${subject.manifest.descriptor.digest.replace(":", "-")}.sig`;
      await putSample(store, cosign, [tag], context);
    };
    await inEveryPlace(fill, async (place) => {
      const { stdout } = await gantryOk(["inspect", `${place}:1.0`, "--referrers"]);
      const [title, ...rows] = stdout.slice(stdout.indexOf("referrers\n")).trimEnd().split("\n");
      assert.equal(title, "referrers");
      assert.match(rows[0] ?? "", new RegExp(`^  ${signature.manifest.descriptor.digest} +\\d+ B +application/sig$`));
      assert.match(rows[1] ?? "", new RegExp(`^    ${nested.manifest.descriptor.digest} +\\d+ B +application/note$`));
      assert.match(
        rows[2] ?? "",
        new RegExp(`^  ${cosign.manifest.descriptor.digest} +\\d+ B .*  signature +\\(tag sha256-.*\\.sig\\)$`),
      );
      assert.equal(rows.length, 3);
      // A digest and a tag can be copied from a terminal, too, where not all of it has room in one line.
      const screen = await gantryOk(["inspect", `${place}:1.0`, "--referrers"], { columns: 100 });
      const lines = screen.stdout.slice(screen.stdout.indexOf("referrers\n")).trimEnd().split("\n");
      assert.deepEqual(lines.filter((line) => line.length > 100), []);
      assert.deepEqual(lines.slice(3, 5).map((line) => line.replace(/\d+ B/, "N B")), [
        `    ${nested.manifest.descriptor.digest}`,
        "      N B  application/note",
      ]);
      assert.match(lines.at(-1) ?? "", /^ {4}\(tag sha256-[0-9a-f]{64}\.sig\)$/);
      const json = JSON.parse((await gantryOk(["inspect", `${place}:1.0`, "--referrers", "-o", "json"])).stdout);
      assert.equal(json.referrers[0].referrers[0].digest, nested.manifest.descriptor.digest);
      assert.deepEqual(json.referrers[0].referrers[0].referrers, []);
      assert.equal(json.referrers[0].artifactType, "application/sig");
    }, { referrers });
  });
}

Deno.test("inspect --referrers ends when manifests refer to each other in a circle", async () => {
  const [a, b] = [sampleOf("a"), sampleOf("b")];
  await using registry = startFakeRegistry();
  using client = testClient(registry);
  const reference = { kind: "registry", host: registry.host, repository: "acme/app" } as const;
  const store = registryStore({ reference, client, access: "push" });
  await putSample(store, a, ["1.0"], context);
  await putSample(store, b, [], context);
  // No two manifests can name each other, but a registry can say that they do.
  const answer = (url: URL): Response => {
    const { descriptor } = (url.pathname.endsWith(a.manifest.descriptor.digest) ? b : a).manifest;
    const body = { schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests: [descriptor] };
    return Response.json(body, { headers: { "content-type": OCI_INDEX_MEDIA_TYPE } });
  };
  registry.fault({ path: /\/referrers\//, times: Infinity, fault: { kind: "answer", answer } });
  const { stdout } = await gantryOk(["inspect", `${store.url}:1.0`, "--referrers"]);
  const rows = stdout.slice(stdout.indexOf("referrers\n")).trimEnd().split("\n");
  assert.equal(rows.length, 3);
  assert.match(rows[1] ?? "", new RegExp(`^  ${b.manifest.descriptor.digest}`));
  assert.match(rows[2] ?? "", new RegExp(`^    ${a.manifest.descriptor.digest}.* \\(see above\\)$`));
});

Deno.test("inspect --referrers gives up a long row of referrers, each of the one before", async () => {
  const chain: Sample[] = [sampleOf("0")];
  for (let at = 1; at <= 102; at++) {
    const { manifest } = chain.at(-1) ?? assert.fail();
    chain.push(sampleOf(`${at}`, { subject: manifest.descriptor }));
  }
  await inEveryPlace(async (store) => {
    for (const [at, sample] of chain.entries()) await putSample(store, sample, at === 0 ? ["1.0"] : [], context);
  }, async (place) => {
    const { code, stdout, stderr } = await gantry(["inspect", `${place}:1.0`, "--referrers"]);
    assert.equal(stderr, `error: Cannot show what refers to ${place}: more than 100 refer to each other in a row\n`);
    assert.deepEqual([code, stdout], [1, ""]);
  });
});

Deno.test("inspect --files lists what is in a zip, unless it is a file with a title", async () => {
  const zip = rawZip([{ name: "run.sh", content: "12345", mode: 0o100755 }, {
    name: "sub/",
    content: "",
    mode: 0o040755,
  }]);
  const titled = { annotations: { [TITLE_ANNOTATION]: "tool.jar" } };
  const broken = new TextEncoder().encode("PK\x03\x04 and no zip");
  const layers = [
    bytesContent("application/zip", zip),
    bytesContent("application/java-archive", rawZip([{ name: "A.class" }]), titled),
    bytesContent("application/octet-stream", broken, { annotations: { [TITLE_ANNOTATION]: "broken.zip" } }),
  ];
  await inEveryPlace((store) => putSample(store, sampleWith(layers), ["1.0"], context), async (place) => {
    const { stdout } = await gantryOk(["inspect", `${place}:1.0`, "--files", "-o", "json"]);
    const files = JSON.parse(stdout).layers.map((layer: { readonly files: unknown }) => layer.files);
    assert.deepEqual(files, [
      [{ path: "run.sh", type: "file", mode: "0755", size: 5 }, {
        path: "sub/",
        type: "directory",
        mode: "0755",
        size: 0,
      }],
      [{ path: "tool.jar", type: "file", size: layers[1]?.descriptor.size }],
      [{ path: "broken.zip", type: "file", size: broken.byteLength }],
    ]);
  });
  const unnamed = sampleWith([bytesContent("application/zip", broken)]);
  await inEveryPlace((store) => putSample(store, unnamed, ["1.0"], context), async (place) => {
    const { code, stderr } = await gantry(["inspect", `${place}:1.0`, "--files"]);
    assert.match(stderr, /^error: Cannot read layer sha256:\w+: it is no zip, or it is cut off\n/);
    assert.equal(code, 1);
  });
});

Deno.test("inspect --files refuses a path that is longer than any real one", async () => {
  const layer = bytesContent("application/vnd.example.tar", rawTar([paxHeader({ path: "a".repeat(2000) }), file("a")]));
  await inEveryPlace((store) => putSample(store, sampleWith([layer]), ["1.0"], context), async (place) => {
    const { code, stderr } = await gantry(["inspect", `${place}:1.0`, "--files"]);
    assert.match(
      stderr,
      /^error: Cannot unpack "a{200}…" from layer sha256:\w+: its path, or what it links to, is too long\n/,
    );
    assert.equal(code, 1);
  });
});

Deno.test("inspect --referrers shows what refers to the manifests of an index", async () => {
  const child = sampleOf("child");
  const index = indexOf([child]);
  const signature = sampleOf("signature", { subject: child.manifest.descriptor, artifactType: "application/sig" });
  const fill = async (store: Store): Promise<void> => {
    for (const blob of child.blobs) await store.push(blob, context);
    await store.pushManifest(child.manifest, context);
    await putSample(store, index, ["1.0"], context);
    await putSample(store, signature, [], context);
  };
  await inEveryPlace(fill, async (place) => {
    const { stdout } = await gantryOk(["inspect", `${place}:1.0`, "--referrers"]);
    const section = stdout.slice(stdout.indexOf(`referrers of ${child.manifest.descriptor.digest}\n`));
    assert.match(section, new RegExp(`^.*\n  ${signature.manifest.descriptor.digest}  .*application/sig\n$`));
    assert.ok(stdout.includes("\nreferrers\n  none\n"), stdout);
  });
});

Deno.test("inspect fails where there is nothing of that name", async () => {
  const fill = async (store: Store): Promise<void> => {
    await putSample(store, sampleOf("one"), ["1.0"], context);
    await putSample(store, sampleOf("two"), ["2.0"], context);
  };
  await inEveryPlace(fill, async (place) => {
    const { code, stdout, stderr } = await gantry(["inspect", place]);
    assert.equal(
      stderr,
      `error: Cannot find ${place}:latest: there is no such tag; there are 1.0, 2.0\n`,
    );
    assert.deepEqual([code, stdout], [1, ""]);
  });
});
