/** Profile `opa`: bundles whose manifest the files do not contradict. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { readTree, writeTree } from "../support/tree.ts";

const BUNDLE = {
  "authz/allow.rego": "# Who may do what.\n\npackage authz\n\nallow if input.user == data.acme.admin\n",
  "acme/data.json": '{"admin": "anna"}\n',
  "data.yaml": "other: {}\n",
  "README.md": "# Not for OPA\n",
  "acme/names.json": "[]\n",
};

Deno.test("the profile opa makes a bundle with a manifest that names the commit", async () => {
  await withBundle(BUNDLE, async ({ source, at, plan }) => {
    const { config, layers, files, dropped } = await plan("--revision", "abc");
    assert.equal(config.mediaType, "application/vnd.cncf.openpolicyagent.config.v1+json");
    assert.deepEqual(
      layers.map(({ mediaType, annotations }) => [mediaType, annotations["org.opencontainers.image.title"]]),
      [
        ["application/vnd.oci.image.layer.v1.tar+gzip", "."],
      ],
    );
    assert.equal(layers[0]?.digest, "sha256:065226e32d516ee2f63d1f3665e2c67fd8f2b440b44f217e3f53909f5d0603c4");
    assert.deepEqual(files.map(({ path }) => path), ["acme/data.json", "authz/allow.rego", "data.yaml"]);
    assert.deepEqual(dropped.map(({ path }) => path), ["README.md", "acme/names.json"]);
    const target = `oci-layout:${at("layout")}:1`;
    await gantryOk(["push", source, target, "--profile", "opa", "--revision", "abc"]);
    await gantryOk(["pull", target, at("pulled")]);
    assert.equal(await Deno.readTextFile(at("pulled/.manifest")), '{"revision":"abc","roots":[""]}\n');
    // The revision is the one that was published: another commit alone is no difference.
    assert.deepEqual(await gantry(["diff", target, source]), { code: 0, stdout: "", stderr: "" });
    const again = ["push", source, `oci-layout:${at("layout")}`, "-t", "1", "--profile", "opa", "--revision", "def"];
    assert.equal(JSON.parse((await gantryOk([...again, "--if-changed", "-o", "json"])).stdout).changed, false);
    await Deno.writeTextFile(join(source, ".manifest"), '{"roots": ["authz", "acme", "other"]}');
    assert.equal(JSON.parse((await gantryOk([...again, "--if-changed", "-o", "json"])).stdout).changed, true);
  });
});

Deno.test("a bundle for Trivy has Trivy's media type, and the name of a file that Trivy unpacks", async () => {
  await withBundle(BUNDLE, async ({ at, source, plan }) => {
    const { layers } = await plan("--trivy");
    assert.deepEqual(layers.map(({ mediaType, annotations }) => [mediaType, annotations]), [[
      "application/vnd.cncf.openpolicyagent.layer.v1.tar+gzip",
      { "org.opencontainers.image.title": "bundle.tar.gz" },
    ]]);
    const target = `oci-layout:${at("layout")}:1`;
    await gantryOk(["push", source, target, "--profile", "opa", "--trivy"]);
    await gantryOk(["pull", target, at("pulled")]);
    assert.deepEqual(Object.keys(await readTree(at("pulled"))).sort(), [
      ".manifest",
      "acme",
      "acme/data.json",
      "authz",
      "authz/allow.rego",
      "data.yaml",
    ]);
    assert.deepEqual(await gantry(["diff", target, source]), { code: 0, stdout: "", stderr: "" });
  });
});

Deno.test("trivy is a matter of bundles alone, and switched off it is nobody's", async () => {
  await withBundle(BUNDLE, async ({ source, at }) => {
    const { code, stderr } = await gantry(["plan", source, "--profile", "flux", "--trivy"]);
    assert.equal(code, 2);
    assert.match(stderr, /Cannot use a bundle for Trivy with profile "flux": its consumers expect none/);
    await Deno.writeTextFile(at("gantry.jsonc"), '{"trivy": false}');
    await gantryOk(["plan", source, "--profile", "flux", "--config", at("gantry.jsonc")]);
  });
});

const MANIFESTS: readonly (readonly [what: string, manifest: string, published: string])[] = [
  ["its own revision", '{"revision": "r1",\n "roots": [""]}', '{"revision": "r1",\n "roots": [""]}'],
  ["no revision", '{"roots": ["authz", "/acme/", "other"]}', '{"revision":"abc","roots":["authz","/acme/","other"]}\n'],
  ["an empty revision", '{"rego_version": 1, "revision": ""}', '{"revision":"abc","rego_version":1}\n'],
];

for (const [what, manifest, published] of MANIFESTS) {
  Deno.test(`a bundle whose manifest has ${what} says what it was made of`, async () => {
    await withBundle({ ...BUNDLE, ".manifest": manifest }, async ({ source, at }) => {
      const target = `oci-layout:${at("layout")}:1`;
      // A manifest is what tells a bundle from a directory of policies.
      const { stderr } = await gantryOk(["push", source, target, "--ignore", "*.md", "--revision", "abc"]);
      assert.match(
        stderr,
        /^Profile opa: there are policies and the \.manifest of a bundle; choose another with --profile$/m,
      );
      await gantryOk(["pull", target, at("pulled")]);
      assert.equal(await Deno.readTextFile(at("pulled/.manifest")), published);
    });
  });
}

Deno.test("a bundle that is signed is published as it is", async () => {
  const signed = { ...BUNDLE, ".manifest": '{"roots": [""]}', ".signatures.json": '{"signatures": []}' };
  await withBundle(signed, async ({ source, at }) => {
    await gantryOk(["push", source, `oci-layout:${at("layout")}:1`, "--profile", "opa", "--revision", "abc"]);
    await gantryOk(["pull", `oci-layout:${at("layout")}:1`, at("pulled")]);
    assert.equal(await Deno.readTextFile(at("pulled/.manifest")), '{"roots": [""]}');
    assert.ok(".signatures.json" in await readTree(at("pulled")));
  });
});

const REFUSED: readonly (readonly [files: Readonly<Record<string, string>>, said: string])[] = [
  [
    { ".manifest": '{\n  "roots": ["acme", "other"]\n}' },
    'authz/allow.rego:3: the package authz is in none of the roots ["acme","other"] (.manifest:2)',
  ],
  [
    { ".manifest": '{"roots": ["authz", "acme/x", "other"]}' },
    'acme/data.json:1: the data at "/acme/admin" is in none of the roots ["authz","acme/x","other"] (.manifest:1)',
  ],
  [
    { ".manifest": '{"roots": ["authz", "acme"]}', "data.yaml": "acme:\n  b: 1\nmore:\n  c: 1\n" },
    'data.yaml:3: the data at "/more" is in none of the roots ["authz","acme"] (.manifest:1)',
  ],
  [{ ".manifest": '{"roots": [\n"acme",\n"acme/x"]}' }, '.manifest:3: the roots "acme" and "acme/x" overlap'],
  [{ ".manifest": '{"roots": "acme"}' }, '.manifest:1: "roots" must be a list'],
  [{ ".manifest": '{"roots": [1]}' }, ".manifest:1: a root must be a text"],
  [{ ".manifest": '{\n"revision": 5}' }, '.manifest:2: "revision" must be a text'],
  [{ ".manifest": '{\n"revision": "a",\n}' }, ".manifest:3: it is no JSON"],
  [{ ".manifest": "[]" }, ".manifest:1: there must be an object"],
  [
    { ".manifest": '{"wasm": [\n{"entrypoint": "a", "module": "/policy.wasm"}]}' },
    '.manifest:2: there is no file "policy.wasm"',
  ],
  [{ "acme/.manifest": "{}" }, "acme/.manifest: it must stand at the root"],
  [
    { ".manifest": "{}", "acme/.manifest": "{}" },
    "there are several manifests, .manifest and acme/.manifest, and OPA takes one",
  ],
  [{ ".manifest.pb": "" }, ".manifest.pb: it can be checked as JSON only, in .manifest"],
  [{ "authz/allow.rego": "# nothing\n\nallow := true\n" }, "authz/allow.rego:3: a policy begins with its package"],
  [{ "acme/data.json": '{"a": 1,\n' }, "acme/data.json:2: it is no JSON"],
  [{ "data.yaml": "a: 1\nb: [\n" }, "data.yaml:3: "],
];

for (const [files, said] of REFUSED) {
  Deno.test(`the profile opa refuses a bundle: ${said}`, async () => {
    await withBundle({ ...BUNDLE, ...files }, async ({ source }) => {
      const { code, stderr } = await gantry(["push", source, "oci://registry.invalid/a", "--profile", "opa"]);
      assert.equal(code, 2, stderr);
      assert.ok(stderr.startsWith(`error: Cannot publish the bundle: ${said}`), stderr);
      assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
    });
  });
}

Deno.test("packages are read as Rego writes them", async () => {
  const files = {
    "a.rego": "package acme.deep\n",
    "b.rego": '#!/x\n  # y\npackage acme["more"].x # z\n',
    "c.rego": "package acme[`raw`]\n",
    ".manifest": '{"roots": ["acme"]}',
  };
  await withBundle(files, async ({ source }) => {
    await gantryOk(["plan", source, "--profile", "opa"]);
    await Deno.writeTextFile(join(source, "c.rego"), "package acmex\n");
    const { stderr } = await gantry(["plan", source, "--profile", "opa"]);
    assert.match(stderr, /c\.rego:1: the package acmex is in none of the roots \["acme"\]/);
  });
});

interface Planned {
  readonly config: { readonly mediaType: string };
  readonly layers: readonly {
    readonly mediaType: string;
    readonly digest: string;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
  readonly files: readonly { readonly path: string }[];
  readonly dropped: readonly { readonly path: string }[];
}

interface BundleSource {
  readonly source: string;
  readonly at: (path: string) => string;
  readonly plan: (...args: readonly string[]) => Promise<Planned>;
}

async function withBundle(
  files: Readonly<Record<string, string>>,
  use: (bundle: BundleSource) => Promise<void>,
): Promise<void> {
  await using directory = await tempDirectory();
  const at = (path: string): string => join(directory.path, path);
  const source = at("source");
  await writeTree(source, files);
  const plan = async (...args: readonly string[]): Promise<Planned> =>
    JSON.parse((await gantryOk(["plan", source, "--profile", "opa", "-o", "json", ...args])).stdout);
  await use({ source, at, plan });
}
