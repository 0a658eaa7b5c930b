import assert from "node:assert/strict";
import { join } from "node:path";
import { bytesContent, readContent } from "../../../src/oci/bytes_content.ts";
import type { Content, Descriptor } from "../../../src/oci/descriptor.ts";
import { type Digest, digestHex, digestOf } from "../../../src/oci/digest.ts";
import { encodeManifest } from "../../../src/oci/manifest.ts";
import { OCI_INDEX_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../../src/oci/media_types.ts";
import type { BundleDescription } from "../../../src/bundle/bundle.ts";
import { bundleContents } from "../../../src/bundle/bundle_contents.ts";
import type { LayoutReference } from "../../../src/oci/reference.ts";
import { tarStore } from "../../../src/layout/tar/store.ts";
import { checkLayout, type LayoutCheck } from "../../../src/layout/check/check_layout.ts";
import { openLayout } from "../../../src/places/open_store.ts";
import { EMPTY_INDEX } from "../../../src/layout/index.ts";
import { withReferrerLists } from "../../../src/layout/referrer_lists.ts";
import { directoryStore } from "../../../src/layout/directory/store.ts";
import { formatVolumeHeader, parseVolumeHeader, VOLUME_HEADER_SIZE } from "../../../src/layout/tar/volumes/header.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { noise } from "../../support/sample_bytes.ts";
import { testContext } from "../test_context.ts";
import { namesOf } from "../../support/store_samples.ts";

const MIB = 1024 * 1024;
const json = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value));
const config = bytesContent("application/json", json({}));

/** A manifest with one layer of noise, and with a subject if one is given. */
function artifact(
  seed: number,
  subject?: Descriptor,
): { readonly blobs: readonly Content[]; readonly manifest: Content } {
  const layer = bytesContent("application/octet-stream", noise(700_000, seed));
  const bytes = encodeManifest({ config: config.descriptor, layers: [layer.descriptor] });
  const manifest = subject === undefined ? bytes : json({ ...JSON.parse(new TextDecoder().decode(bytes)), subject });
  return { blobs: [config, layer], manifest: bytesContent(OCI_MANIFEST_MEDIA_TYPE, manifest) };
}

const APP = artifact(1);
const CHILD = artifact(2);
const SIGNATURE = artifact(3, APP.manifest.descriptor);
const INDEX = bytesContent(
  OCI_INDEX_MEDIA_TYPE,
  json({ schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests: [CHILD.manifest.descriptor] }),
);
const DESCRIPTION: BundleDescription = {
  artifacts: [{
    origin: "localhost:5000/app",
    ...named(APP.manifest),
    tags: ["1.0"],
    referrers: [{ subject: APP.manifest.descriptor.digest, ...named(SIGNATURE.manifest) }],
    companions: {},
  }],
  omitted: [],
};

function named({ descriptor }: Content): Pick<Descriptor, "digest" | "mediaType" | "size"> {
  const { digest, mediaType, size } = descriptor;
  return { digest, mediaType, size };
}

const digest = ({ descriptor }: Content): Digest => descriptor.digest;

/** The kinds of layouts, with what makes one. */
const kinds: readonly (readonly [name: string, kind: LayoutReference["kind"], volumeSize: number | undefined])[] = [
  ["a directory", "oci-layout", undefined],
  ["a tar", "oci-archive", undefined],
  ["volumes", "oci-archive", MIB],
];

/** Writes an artifact, an index, a signature and, if there is one, a description of the bundle. */
async function write(
  reference: LayoutReference,
  volumeSize: number | undefined,
  { description, isSigned = true }: { readonly description?: BundleDescription; readonly isSigned?: boolean } = {},
): Promise<void> {
  const context = testContext();
  await using store = reference.kind === "oci-layout"
    ? directoryStore(reference)
    : tarStore(reference, volumeSize === undefined ? {} : { volumeSize });
  const pushed: (readonly [manifest: Content, blobs: readonly Content[], tags: readonly string[]])[] = [
    [APP.manifest, APP.blobs, ["1.0"]],
    [CHILD.manifest, CHILD.blobs, []],
    [INDEX, [], ["multi"]],
    ...(isSigned ? [[SIGNATURE.manifest, SIGNATURE.blobs, []] as const] : []),
  ];
  if (description !== undefined) {
    const { manifest, blobs } = bundleContents(description);
    pushed.push([manifest, blobs, []]);
  }
  for (const [manifest, blobs, tags] of pushed) {
    for (const blob of blobs) await store.push(blob, context);
    await store.pushManifest(manifest, context);
    const bytes = new Uint8Array(await new Response(manifest.open()).arrayBuffer());
    if (manifest !== CHILD.manifest) {
      await store.tag({ descriptor: manifest.descriptor, bytes }, namesOf(tags), context);
    }
  }
  await store.commit(context);
}

async function check(reference: LayoutReference): Promise<LayoutCheck> {
  return await checkLayout(await openLayout(reference), testContext());
}

/** The problems, as texts. */
function told({ problems }: LayoutCheck): readonly string[] {
  return problems.map(({ digest, file, problem, neededBy }) => `${digest ?? file} ${problem} < ${neededBy.join(", ")}`);
}

for (const [name, kind, volumeSize] of kinds) {
  Deno.test(`checkLayout() finds nothing wrong with ${name} that is whole`, async () => {
    await using directory = await tempDirectory();
    const reference = { kind, path: join(directory.path, "layout") };
    await write(reference, volumeSize, { description: DESCRIPTION });
    const { problems, unreferenced, leftovers, manifests, blobs, bytes, description } = await check(reference);
    assert.deepEqual({ problems, unreferenced, leftovers }, { problems: [], unreferenced: [], leftovers: [] });
    assert.deepEqual([manifests, blobs], [6, 11]);
    const { manifest, blobs: described } = bundleContents(DESCRIPTION);
    const stored = { descriptor: SIGNATURE.manifest.descriptor, bytes: await readContent(SIGNATURE.manifest) };
    const lists = await withReferrerLists(EMPTY_INDEX, { added: [stored], removed: [] }, () => assert.fail());
    const alone = [INDEX, ...lists.contents].map((manifest) => ({ manifest, blobs: [] }));
    const written = [APP, CHILD, SIGNATURE, ...alone, { manifest, blobs: described }];
    const sizes = new Map(
      written.flatMap(({ manifest, blobs }) => [manifest, ...blobs]).map(({ descriptor }) => {
        return [descriptor.digest, descriptor.size];
      }),
    );
    assert.equal(bytes, sizes.values().reduce((sum, size) => sum + size, 0));
    assert.deepEqual(description?.description.artifacts, DESCRIPTION.artifacts);
  });

  Deno.test(`checkLayout() says what ${name} promises and does not hold`, async () => {
    await using directory = await tempDirectory();
    const reference = { kind, path: join(directory.path, "layout") };
    await write(reference, volumeSize, { description: DESCRIPTION, isSigned: false });
    const bundle = digest(bundleContents(DESCRIPTION).manifest);
    assert.deepEqual(told(await check(reference)), [
      `${digest(SIGNATURE.manifest)} is promised as a referrer of ${digest(APP.manifest)}, and nothing leads to it < ` +
      `the bundle ${bundle} (localhost:5000/app:1.0)`,
    ]);
  });
}

const TOO_LARGE = bytesContent(OCI_MANIFEST_MEDIA_TYPE, json(" ".repeat(4 * MIB)));
const STRAY = digestOf(noise(10, 7));

const damages: readonly (readonly [
  state: string,
  damage: (path: string) => Promise<unknown>,
  expected: readonly string[],
])[] = [
  [
    "a blob was removed",
    (path) => Deno.remove(blobAt(path, digest(layerOf(CHILD)))),
    [`${digest(layerOf(CHILD))} is missing < ${digest(CHILD.manifest)}`],
  ],
  [
    "a byte of a blob is another one",
    (path) => Deno.writeFile(blobAt(path, digest(layerOf(APP))), noise(700_000, 9)),
    [`${digest(layerOf(APP))} is damaged: its bytes have another digest < ${digest(APP.manifest)}`],
  ],
  [
    "a blob was cut off",
    (path) => Deno.truncate(blobAt(path, digest(layerOf(APP))), 5),
    [`${digest(layerOf(APP))} is damaged: its bytes have another digest < ${digest(APP.manifest)}`],
  ],
  [
    "a blob that all need was removed",
    (path) => Deno.remove(blobAt(path, digest(config))),
    [
      `${digest(config)} is missing < ${[APP.manifest, SIGNATURE.manifest, CHILD.manifest].map(digest).join(", ")}`,
    ],
  ],
  [
    "a manifest was removed",
    (path) => Deno.remove(blobAt(path, digest(APP.manifest))),
    [`${digest(APP.manifest)} is missing < index.json (1.0)`],
  ],
  [
    "a manifest of an index was removed",
    (path) => Deno.remove(blobAt(path, digest(CHILD.manifest))),
    [`${digest(CHILD.manifest)} is missing < ${digest(INDEX)}`],
  ],
  [
    "a blob is a link",
    async (path) => {
      await Deno.rename(blobAt(path, digest(layerOf(APP))), join(path, "elsewhere"));
      await Deno.symlink(join(path, "elsewhere"), blobAt(path, digest(layerOf(APP))));
    },
    [`${digest(layerOf(APP))} is a symbolic link < ${digest(APP.manifest)}`],
  ],
  [
    "the index says another size",
    async (path) => {
      const index = await Deno.readTextFile(join(path, "index.json"));
      const { size } = APP.manifest.descriptor;
      await Deno.writeTextFile(join(path, "index.json"), index.replace(`"size":${size}`, `"size":${size + 1}`));
    },
    [
      `${digest(APP.manifest)} has ${APP.manifest.descriptor.size} bytes, and ` +
      `${APP.manifest.descriptor.size + 1} are said < index.json (1.0)`,
    ],
  ],
  [
    "something is listed that is no manifest",
    async (path) => {
      const index = JSON.parse(await Deno.readTextFile(join(path, "index.json")));
      index.manifests.push({ ...config.descriptor, mediaType: OCI_MANIFEST_MEDIA_TYPE });
      await Deno.writeTextFile(join(path, "index.json"), JSON.stringify(index));
    },
    [
      `${digest(config)} is no manifest: its schemaVersion is not 2 < index.json, ${
        [APP.manifest, SIGNATURE.manifest, CHILD.manifest].map(digest).join(", ")
      }`,
    ],
  ],
  [
    "a manifest is too large",
    async (path) => {
      await Deno.writeFile(blobAt(path, digest(TOO_LARGE)), TOO_LARGE.open());
      const index = JSON.parse(await Deno.readTextFile(join(path, "index.json")));
      index.manifests.push(TOO_LARGE.descriptor);
      await Deno.writeTextFile(join(path, "index.json"), JSON.stringify(index));
    },
    [`${digest(TOO_LARGE)} is no manifest: it has ${4 * MIB + 2} bytes, and ${4 * MIB} are the limit < index.json`],
  ],
  [
    "a blob that nothing leads to has other bytes",
    (path) => Deno.writeTextFile(blobAt(path, STRAY), "other"),
    [`${STRAY} is damaged: its bytes have another digest < `],
  ],
  [
    "the index is none",
    (path) => Deno.writeTextFile(join(path, "index.json"), "{"),
    ["PATH/index.json it is not JSON < "],
  ],
  ["the index is gone", (path) => Deno.remove(join(path, "index.json")), ["PATH/index.json it is missing < "]],
  ["the marker is gone", (path) => Deno.remove(join(path, "oci-layout")), ["PATH/oci-layout it is missing < "]],
];

function layerOf({ blobs }: { readonly blobs: readonly Content[] }): Content {
  return blobs[1] ?? assert.fail();
}

function blobAt(path: string, digest: Digest): string {
  return join(path, "blobs", "sha256", digestHex(digest));
}

for (const [state, damage, expected] of damages) {
  Deno.test(`checkLayout() says what is wrong when ${state}`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "layout");
    await write({ kind: "oci-layout", path }, undefined);
    await damage(path);
    const found = told(await check({ kind: "oci-layout", path }));
    const sorted = (line: string): string => {
      const [what, needs = ""] = line.replace("PATH", path).split(" < ");
      return `${what} < ${needs.split(", ").sort().join(", ")}`;
    };
    assert.deepEqual(found.map(sorted), expected.map(sorted));
  });
}

Deno.test("checkLayout() lists what nothing leads to and what was left behind, and takes both for whole", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  await write({ kind: "oci-layout", path }, undefined);
  const strays = [3, 4, 5, 6, 7].map((seed) => noise(10, seed));
  for (const stray of strays) await Deno.writeFile(blobAt(path, digestOf(stray)), stray);
  for (const name of [".gantry-1-a.tmp", "blobs/sha256/.gantry-1-b.tmp"]) {
    await Deno.writeTextFile(join(path, name), "x");
  }
  const { problems, unreferenced, leftovers } = await check({ kind: "oci-layout", path });
  assert.deepEqual(problems, []);
  assert.deepEqual(unreferenced, strays.map((stray) => digestOf(stray)).sort().map((digest) => ({ digest, size: 10 })));
  assert.deepEqual(leftovers, [".gantry-1-a.tmp", "blobs/sha256/.gantry-1-b.tmp"].map((name) => join(path, name)));
});

Deno.test("checkLayout() lets a blob be absent that the description of the bundle leaves out, and no other", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  const omitted = [{ ...named(layerOf(APP)), at: ["app"] }];
  await write({ kind: "oci-layout", path }, undefined, { description: { ...DESCRIPTION, omitted } });
  await Deno.remove(blobAt(path, digest(layerOf(APP))));
  const whole = await check({ kind: "oci-layout", path });
  assert.deepEqual([told(whole), whole.omitted], [[], omitted]);
  await Deno.remove(blobAt(path, digest(layerOf(SIGNATURE))));
  assert.deepEqual(told(await check({ kind: "oci-layout", path })), [
    `${digest(layerOf(SIGNATURE))} is missing < ${digest(SIGNATURE.manifest)}`,
  ]);
});

Deno.test("checkLayout() misses a manifest, though the description of the bundle leaves it out", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "layout");
  // What it is said to be there is a blob; the index that needs it knows better.
  const omitted = [{ ...named(CHILD.manifest), mediaType: "text/plain", at: ["app"] }];
  await write({ kind: "oci-layout", path }, undefined, { description: { ...DESCRIPTION, omitted } });
  await Deno.remove(blobAt(path, digest(CHILD.manifest)));
  assert.deepEqual(told(await check({ kind: "oci-layout", path })), [
    `${digest(CHILD.manifest)} is missing < ${digest(INDEX)}`,
  ]);
});

Deno.test("checkLayout() names the volume that is damaged, and what it damages", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "b.tar");
  await write({ kind: "oci-archive", path }, MIB);
  using file = await Deno.open(`${path}.002`, { read: true, write: true });
  // In the middle of a layer, wherever that is.
  await file.seek(VOLUME_HEADER_SIZE + MIB / 2, Deno.SeekMode.Start);
  await file.write(new TextEncoder().encode("damaged"));
  const found = told(await check({ kind: "oci-archive", path }));
  assert.equal(found[0], `${path}.002 volume 2 of 3 is damaged: get this file again < `);
  assert.match(found[1] ?? "", /^sha256:[0-9a-f]{64} is damaged: its bytes have another digest < sha256:/);
  assert.equal(found.length, 2);
});

Deno.test("checkLayout() says that the headers of volumes name another index than the one in the tar", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "b.tar");
  await write({ kind: "oci-archive", path }, MIB);
  const bundle: Digest = `sha256:${"0".repeat(64)}`;
  let named: Digest | undefined;
  for (const number of [1, 2, 3]) {
    using file = await Deno.open(`${path}.00${number}`, { read: true, write: true });
    const bytes = new Uint8Array(VOLUME_HEADER_SIZE);
    await file.read(bytes);
    const header = parseVolumeHeader(bytes);
    named = header.bundle;
    await file.seek(0, Deno.SeekMode.Start);
    await file.write(formatVolumeHeader({ ...header, bundle }));
  }
  assert.deepEqual(told(await check({ kind: "oci-archive", path })), [
    `${path} its volumes say that its index.json is ${bundle}, and it is ${named} < `,
  ]);
});

Deno.test("checkLayout() hashes all volumes when the tar in them cannot be read", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "b.tar");
  await write({ kind: "oci-archive", path }, MIB);
  for (const [name, at] of [["b.tar.001", 0], ["b.tar.003", 100]] as const) {
    using file = await Deno.open(join(directory.path, name), { read: true, write: true });
    await file.seek(VOLUME_HEADER_SIZE + at, Deno.SeekMode.Start);
    await file.write(new TextEncoder().encode("damaged"));
  }
  const found = told(await check({ kind: "oci-archive", path }));
  assert.deepEqual(found.filter((line) => line.includes("volume")), [
    `${path}.001 volume 1 of 3 is damaged: get this file again < `,
    `${path}.003 volume 3 of 3 is damaged: get this file again < `,
  ]);
});

Deno.test("checkLayout() says in a tar that is cut off what is missing", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "b.tar");
  await write({ kind: "oci-archive", path }, undefined);
  const { size } = await Deno.stat(path);
  await Deno.truncate(path, size - 600_000);
  const [first, ...others] = told(await check({ kind: "oci-archive", path }));
  assert.match(first ?? "", /b\.tar is cut off or damaged from byte \d+ on < $/);
  assert.ok(
    others.length > 0 && others.every((line) => / is missing < (?:sha256|index\.json)/.test(line)),
    `${others}`,
  );
});

Deno.test("checkLayout() reads a tar that is compressed", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "b.tar");
  await write({ kind: "oci-archive", path }, undefined, { description: DESCRIPTION });
  const bytes = await Deno.readFile(path);
  await Deno.writeFile(path, new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip")));
  const { problems, blobs, manifests } = await check({ kind: "oci-archive", path });
  assert.deepEqual([problems, blobs, manifests], [[], 11, 6]);
});

for (const kind of ["oci-layout", "oci-archive"] as const) {
  Deno.test(`checkLayout() says that there is nothing to verify when the path of ${kind} is not there`, async () => {
    await using directory = await tempDirectory();
    await assert.rejects(check({ kind, path: join(directory.path, "nothing") }), /Cannot verify ".*": there is no/);
  });
}
