/** Manifests whose author means harm. `pull` refuses each with an error of its own, and writes nothing anywhere. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { digestOf } from "../../src/oci/digest.ts";
import {
  DOCKER_MANIFEST_MEDIA_TYPE,
  EMPTY_MEDIA_TYPE,
  OCI_INDEX_MEDIA_TYPE,
  OCI_MANIFEST_MEDIA_TYPE,
} from "../../src/oci/media_types.ts";
import { startFakeRegistry } from "../support/fake_registry.ts";
import { type ForeignRepository, foreignRepository, type Json } from "../support/foreign_artifact.ts";
import { gantry } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { readTree } from "../support/tree.ts";

type Case = readonly [
  name: string,
  make: (repository: ForeignRepository) => void,
  says: RegExp,
  args?: readonly string[],
];

const TITLE = "org.opencontainers.image.title";
const UNPACK = "io.deis.oras.content.unpack";
const HEX = digestOf(new Uint8Array()).slice("sha256:".length);

const CASES: readonly Case[] = [
  ...([
    ["sec/descriptor-size-2^62", 2 ** 62, "4611686018427388000"],
    ["sec/descriptor-size-2^62: negative", -1, "-1"],
    ["sec/descriptor-size-2^62: float", 1.5, "1.5"],
    ["sec/descriptor-size-2^62: string", "5", '"5"'],
    ["sec/descriptor-size-2^62: null", null, "null"],
    ["sec/descriptor-size-2^62: 2^53", 2 ** 53, "9007199254740992"],
  ] as const).map(([name, size, shown]): Case => [
    name,
    (repository) => repository.manifest(artifact(repository, [{ ...file(repository), size }])),
    new RegExp(`its layers\\[0\\] has ${shown.replace(".", "\\.")} for a size$`, "m"),
  ]),
  [
    "sec/descriptor-size-2^62: larger than any number",
    (repository) =>
      repository.manifest(
        JSON.stringify(artifact(repository, [{ ...file(repository), size: 5 }])).replace('"size":5,', '"size":1e999,'),
      ),
    /its layers\[0\] has null for a size$/m,
  ],
  ...([
    ["sec/digest-string-traversal", "sha256:../../../../etc/passwd"],
    ["sec/digest-string-traversal: upper case", `sha256:${HEX.toUpperCase()}`],
    ["sec/digest-string-traversal: too short", `sha256:${HEX.slice(1)}`],
    ["sec/digest-string-traversal: another algorithm", `md5:${HEX.slice(0, 32)}`],
    ["sec/digest-string-traversal: a query behind it", `sha256:${HEX}?x=/`],
    ["sec/digest-string-traversal: a list", [`sha256:${HEX}`]],
  ] as const).map(([name, digest]): Case => [
    name,
    (repository) => repository.manifest(artifact(repository, [{ ...file(repository), digest }])),
    /its layers\[0\] has .* for a digest$/m,
  ]),
  [
    "sec/digest-string-traversal: in the config",
    (repository) =>
      repository.manifest({ ...artifact(repository, []), config: { mediaType: "x/y", digest: "sha256:..", size: 1 } }),
    /its config has "sha256:\.\." for a digest$/m,
  ],
  [
    "sec/digest-string-traversal: in an index",
    (repository) =>
      repository.manifest(index([{ mediaType: OCI_MANIFEST_MEDIA_TYPE, digest: "sha256:../x", size: 1 }]), INDEX),
    /its manifests\[0\] has "sha256:\.\.\/x" for a digest$/m,
  ],
  [
    "download/manifest-content-type-params: a manifest that calls itself something else",
    (repository) =>
      repository.manifest({ ...artifact(repository, [file(repository)]), mediaType: DOCKER_MANIFEST_MEDIA_TYPE }),
    /it is sent as .*oci\.image\.manifest.* and calls itself .*docker.*/,
  ],
  [
    "an index that is a manifest as well",
    (repository) => repository.manifest({ ...artifact(repository, [file(repository)]), manifests: [] }),
    /it is a manifest and lists manifests as an index does$/m,
  ],
  [
    "a manifest that is an index as well",
    (repository) => repository.manifest({ ...index([]), layers: [] }, INDEX),
    /it is an index and has a config or layers as a manifest does$/m,
  ],
  [
    "an index that says something else than its manifest",
    (repository) => {
      const child = repository.manifest({
        ...artifact(repository, [file(repository)]),
        mediaType: OCI_MANIFEST_MEDIA_TYPE,
      });
      repository.manifest(index([{ ...child, mediaType: DOCKER_MANIFEST_MEDIA_TYPE }]), INDEX);
    },
    /it is called ".*docker.*" and calls itself ".*oci.*"$/m,
  ],
  [
    "an index that says another size",
    (repository) => {
      const child = repository.manifest(artifact(repository, [file(repository)]));
      repository.manifest(index([{ ...child, size: Number(child.size) + 1 }]), INDEX);
    },
    /it has \d+ bytes, and its index says \d+$/m,
  ],
  [
    "indexes in each other",
    (repository) => {
      let inner = repository.manifest(artifact(repository, [file(repository)]));
      for (let depth = 0; depth < 20; depth++) inner = repository.manifest(index([inner]), INDEX);
    },
    /there are more than 8 indexes in each other\nadvice: name the manifest that is meant by its digest$/m,
  ],
  [
    "a manifest that is no JSON",
    (repository) => repository.manifest("{"),
    /the answer is no manifest: \{/,
  ],
  ["a manifest that is a list", (repository) => repository.manifest("[]"), /the answer is no manifest: \[\]/],
  ["a manifest of nothing", (repository) => repository.manifest("null"), /the answer is no manifest: null/],
  ["another schema", (repository) => repository.manifest({ schemaVersion: 1 }), /its schemaVersion is not 2$/m],
  [
    "sec/manifest-4MiB+1",
    (repository) => repository.manifest({ ...artifact(repository, []), x: "x".repeat(4 * 1024 * 1024) }),
    /the answer is larger than 4194304 bytes$/m,
  ],
  [
    "an unknown kind of manifest",
    (repository) => repository.manifest(artifact(repository, []), { mediaType: "application/json" }),
    /"application\/json" is not a kind of manifest that gantry reads$/m,
  ],
  [
    "layers that are no list",
    (repository) => repository.manifest({ ...artifact(repository, []), layers: { length: 1 } }),
    /its layers are not a list$/m,
  ],
  [
    "a layer that is nothing",
    (repository) => repository.manifest(artifact(repository, [null])),
    /its layers\[0\] is not a descriptor$/m,
  ],
  [
    "a layer without a media type",
    (repository) => repository.manifest(artifact(repository, [{ ...file(repository), mediaType: "" }])),
    /its layers\[0\] has no mediaType$/m,
  ],
  [
    "annotations that are no texts",
    (repository) =>
      repository.manifest(artifact(repository, [{ ...file(repository), annotations: { [TITLE]: ["a"] } }])),
    /its layers\[0\]\.annotations are not texts by name$/m,
  ],
  [
    "download/data-field: other content",
    (repository) => repository.manifest(artifact(repository, [{ ...file(repository), data: btoa("evils") }])),
    /its layers\[0\] is wrong: the data of sha256:\w+ are something else$/m,
  ],
  [
    "download/data-field: more content",
    (repository) => repository.manifest(artifact(repository, [{ ...file(repository), data: btoa("bytes and more") }])),
    /its layers\[0\] is wrong: the data of sha256:\w+ are something else$/m,
  ],
  [
    "download/data-field: no Base64",
    (repository) => repository.manifest(artifact(repository, [{ ...file(repository), data: "%%%" }])),
    /its layers\[0\] is wrong: the data of sha256:\w+ are not Base64$/m,
  ],
  [
    "download/data-field: no text",
    (repository) => repository.manifest(artifact(repository, [{ ...file(repository), data: 5 }])),
    /its layers\[0\] has data that are not a text$/m,
  ],
  ...([
    ["..", "../evil", /"\.\.\/evil" from layer sha256:\w+: its path leads out of the directory$/m],
    [".. in the middle", "a/../../evil", /its path leads out of the directory$/m],
    ["an absolute path", "/tmp/evil", /its path is absolute$/m],
    ["a backslash", "..\\evil", /its path holds a backslash$/m],
    ["the directory itself", ".", /it stands for the directory itself$/m],
    ["a control character", "a\u001b[2Jb", /"a\\u001b\[2Jb" from .*: its path holds a control character$/m],
    ["a long name", "n".repeat(2000), /its path has 2000 bytes, and 1024 are allowed$/m],
  ] as const).map(([name, title, says]): Case => [
    `sec/tar-extract: a title with ${name}`,
    (repository) => repository.manifest(artifact(repository, [file(repository, title)])),
    says,
  ]),
  ...([
    ["a drive letter", "C:/evil", /its path begins with a drive letter$/m],
    ["a device", "dir/NUL", /"NUL" is a device on Windows$/m],
  ] as const).map(([name, title, says]): Case => [
    `sec/tar-extract: a title with ${name}`,
    (repository) => repository.manifest(artifact(repository, [file(repository, title)])),
    says,
    ["--names", "portable"],
  ]),
  [
    "sec/tar-extract: a title twice",
    (repository) => repository.manifest(artifact(repository, [file(repository, "a"), file(repository, "a", "other")])),
    /Cannot unpack "a" from layer sha256:\w+: another layer holds it too$/m,
  ],
  [
    "sec/tar-extract: titles that differ by case",
    (repository) => repository.manifest(artifact(repository, [file(repository, "a"), file(repository, "A", "other")])),
    /"A" and "a" are one name on some file systems$/m,
    ["--names", "portable"],
  ],
  [
    "sec/tar-extract: a title below a file",
    (repository) =>
      repository.manifest(artifact(repository, [file(repository, "a"), file(repository, "a/b", "other")])),
    /Cannot unpack "a\/b" from layer sha256:\w+: another layer holds it too$/m,
  ],
  [
    "sec/tar-extract: a directory with a title with ..",
    (repository) => {
      const layer = repository.blob("", "application/x", { annotations: { [TITLE]: "../evil", [UNPACK]: "true" } });
      repository.manifest(artifact(repository, [layer]));
    },
    /Cannot read layer sha256:\w+ as a tar: /,
  ],
  [
    "a layer without a name that is no archive",
    (repository) => repository.manifest(artifact(repository, [repository.blob("text", "text/plain")])),
    /of type "text\/plain": it has no title and is no archive\nadvice: choose layers with --layer-type/m,
  ],
  [
    "no layers",
    (repository) => repository.manifest(artifact(repository, [])),
    /Cannot find a layer with content: there is none at all$/m,
  ],
  ...([
    ["download/digest-mismatch", "wrong", /its digest is sha256:\w+, it should be sha256:\w+$/m],
    ["download/size-too-long", "right and more", /it has more than the 5 bytes it should have$/m],
    ["download/digest-mismatch: fewer bytes", "righ", /Cannot .* blob sha256:\w+/m],
  ] as const).map(([name, content, says]): Case => [
    name,
    (repository) => {
      const layer = file(repository, "a", "right");
      repository.manifest(artifact(repository, [layer]));
      repository.damage(layer, content);
    },
    says,
  ]),
];

for (const [name, make, says, args = []] of CASES) {
  Deno.test(`${name.includes("/") ? name : `sec/manifest: ${name}`}`, async () => {
    await using fake = startFakeRegistry();
    await using directory = await tempDirectory();
    const repository = foreignRepository(fake);
    make(repository);
    const { code, stdout, stderr } = await gantry([
      "pull",
      `${repository.url}:1`,
      join(directory.path, "out"),
      "--retries",
      "0",
      ...args,
    ]);
    assert.match(stderr, says);
    assert.match(stderr, /^error: /);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.deepEqual(await readTree(directory.path), {});
  });
}

Deno.test("sec/duplicate-json-keys / __proto__: such keys are harmless, and the last of two counts", async () => {
  await using fake = startFakeRegistry();
  await using directory = await tempDirectory();
  const repository = foreignRepository(fake);
  const layer = JSON.stringify(file(repository, "a", "right"));
  const config = JSON.stringify(empty(repository));
  const annotations = '{"__proto__":"x","constructor":"y","k":"first","k":"last"}';
  repository.manifest(
    `{"__proto__":{"layers":[]},"schemaVersion":2,"config":${config},"layers":[],"layers":[${layer}],"annotations":${annotations}}`,
  );
  const { code, stdout } = await gantry(["pull", `${repository.url}:1`, join(directory.path, "out"), "-o", "json"]);
  assert.equal(code, 0);
  assert.deepEqual(Object.keys(await readTree(directory.path)), ["out", "out/a"]);
  assert.deepEqual(Object.entries(JSON.parse(stdout).annotations), [["__proto__", "x"], ["constructor", "y"], [
    "k",
    "last",
  ]]);
  const bare: Readonly<Record<string, unknown>> = {};
  assert.equal(bare.layers, undefined);
});

Deno.test("download/foreign-urls: other places are never asked, and the error says so", async () => {
  await using elsewhere = startFakeRegistry();
  await using fake = startFakeRegistry();
  await using directory = await tempDirectory();
  const repository = foreignRepository(fake);
  const urls = [`${elsewhere.origin}/v2/acme/app/blobs/x`];
  const there = file(repository, "a", "right");
  repository.manifest(artifact(repository, [{ ...there, urls }]), { tag: "there" });
  repository.manifest(artifact(repository, [{ ...there, digest: `sha256:${HEX}`, size: 0, urls }]), { tag: "missing" });
  const out = join(directory.path, "out");
  const missing = await gantry(["pull", `${repository.url}:missing`, out]);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /it is said to be elsewhere, and other places are not asked$/m);
  assert.deepEqual(await readTree(directory.path), {});
  assert.equal((await gantry(["pull", `${repository.url}:there`, out])).code, 0);
  assert.deepEqual(elsewhere.requests, []);
});

Deno.test("download/data-field: embedded content is used without a request", async () => {
  await using fake = startFakeRegistry();
  await using directory = await tempDirectory();
  const repository = foreignRepository(fake);
  repository.manifest(artifact(repository, [{ ...file(repository, "a", "right"), data: btoa("right") }]));
  assert.equal((await gantry(["pull", `${repository.url}:1`, directory.path])).code, 0);
  assert.equal(await Deno.readTextFile(join(directory.path, "a")), "right");
  assert.deepEqual(fake.summary().filter((line) => line.includes("/blobs/")), []);
});

const INDEX = { mediaType: OCI_INDEX_MEDIA_TYPE };

function artifact(repository: ForeignRepository, layers: readonly (Json | null)[]): Json {
  return { schemaVersion: 2, config: empty(repository), layers };
}

function empty(repository: ForeignRepository): Json {
  return repository.blob("{}", EMPTY_MEDIA_TYPE);
}

function file(repository: ForeignRepository, title = "file", text = "bytes"): Json {
  return repository.blob(text, "text/plain", { annotations: { [TITLE]: title } });
}

function index(manifests: readonly Json[]): Json {
  return { schemaVersion: 2, manifests };
}
