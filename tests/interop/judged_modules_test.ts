/**
 * What gantry says of modules is what CUE and OpenTofu say: each artifact is given to the program, and both have to
 * agree.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { OCI_INDEX_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { startFakeRegistry } from "../support/fake_registry.ts";
import { type ForeignRepository, foreignRepository, type Json } from "../support/foreign_artifact.ts";
import { gantryOk } from "../support/gantry.ts";
import { rawTar } from "../support/raw_tar.ts";
import { rawZip, type RawZipMember } from "../support/raw_zip.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, type ToolResult, toolTest } from "../support/tools.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type LayerSpec = readonly [mediaType: string, bytes: Bytes];
type Put = (repository: ForeignRepository) => void;

const TAG = "v1.0.0";

interface ManifestSpec {
  readonly config?: string;
  /** Fields of the manifest. */
  readonly more?: Json;
}

function put(layers: readonly LayerSpec[], { config = "application/vnd.oci.empty.v1+json", more }: ManifestSpec): Put {
  return (repository) => {
    repository.manifest({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST_MEDIA_TYPE,
      config: repository.blob("{}", config),
      layers: layers.map(([mediaType, bytes]) => repository.blob(bytes, mediaType)),
      ...more,
    }, { tag: TAG });
  };
}

function inIndex(putIt: Put): Put {
  return (repository) => {
    let child: Json = {};
    putIt({
      ...repository,
      manifest: (json, options) => child = repository.manifest(json, { ...options, tag: "child" }),
    });
    const json = { schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests: [child] };
    repository.manifest(json, { tag: TAG, mediaType: OCI_INDEX_MEDIA_TYPE });
  };
}

const files = (...names: readonly (string | RawZipMember)[]): Bytes =>
  rawZip(names.map((name) => typeof name === "string" ? { name, content: "" } : name));

const TYPE = "application/vnd.opentofu.modulepkg";
const ZIP = "archive/zip";
const tofu = (layers: readonly LayerSpec[], more: Json = {}): Put =>
  put(layers, { more: { artifactType: TYPE, ...more } });
const tofuZip = (...members: readonly (string | RawZipMember)[]): Put => tofu([[ZIP, files("main.tf", ...members)]]);

const FOR_OPENTOFU: Readonly<Record<string, Put>> = {
  "a module": tofuZip("sub/main.tf"),
  "a module in a directory": tofu([[ZIP, files("sub/main.tf")]]),
  "directories": tofuZip({ name: "sub/", content: "", mode: 0o040755 }),
  "other layers": tofu([["text/plain", new Uint8Array(1)], [ZIP, files("main.tf")]]),
  "another config": put([[ZIP, files("main.tf")]], { config: "application/json", more: { artifactType: TYPE } }),
  "an index": inIndex(tofuZip()),
  "no artifact type": put([[ZIP, files("main.tf")]], {}),
  "another artifact type": tofu([[ZIP, files("main.tf")]], { artifactType: "application/zip" }),
  "no media type in the manifest": tofu([[ZIP, files("main.tf")]], { mediaType: undefined }),
  "another type of zip": tofu([["application/zip", files("main.tf")]]),
  "two zips": tofu([[ZIP, files("main.tf")], [ZIP, files("a.tf")]]),
  "no layer": tofu([]),
  "a tar": tofu([[ZIP, rawTar([{ name: "main.tf" }])]]),
  "a zip that is cut off": tofu([[ZIP, files("main.tf").slice(0, -3)]]),
  "an empty zip": tofu([[ZIP, files()]]),
  "a path that leads out": tofuZip("../a.tf"),
  "a path that leads out and in again": tofuZip("sub/../a.tf"),
  "two dots in a name": tofuZip("sub/a..tf", "..a"),
  "an absolute path": tofuZip("/a.tf"),
  "a link": tofuZip({ name: "l", content: "main.tf", mode: 0o120777 }),
  "a link that leads out": tofuZip({ name: "l", content: "../../x", mode: 0o120777 }),
  "a file twice": tofuZip("a.tf", "a.tf"),
};

const CONFIG = "application/vnd.cue.module.v1+json";
const MODULE_ZIP = "application/zip";
const MODULE_FILE_TYPE = "application/vnd.cue.modulefile.v1";
const MODULE_FILE = 'module: "x.test/m@v1"\nlanguage: version: "v0.15.0"\n';
const MEMBERS: readonly RawZipMember[] = [
  { name: "cue.mod/module.cue", content: MODULE_FILE },
  { name: "m.cue", content: "package m\n\na: 1\n" },
];
const FILE: LayerSpec = [MODULE_FILE_TYPE, new TextEncoder().encode(MODULE_FILE)];
const cueModule = (layers: readonly LayerSpec[], spec: ManifestSpec = {}): Put =>
  put(layers, { config: CONFIG, ...spec });
const cueZip = (...members: readonly (string | RawZipMember)[]): Put =>
  cueModule([[MODULE_ZIP, files(...MEMBERS, ...members)], FILE]);

const FOR_CUE: Readonly<Record<string, Put>> = {
  "a module": cueZip("lib/a.cue", "LICENSE"),
  "directories": cueZip("lib/", "lib/a.cue"),
  "names with much in them": cueZip("a !#$%&()+,-.=@[]^_{}~b", "ünï", "文/文"),
  "another type of zip": cueModule([["archive/zip", files(...MEMBERS)], FILE]),
  "an artifact type": cueModule([[MODULE_ZIP, files(...MEMBERS)], FILE], { more: { artifactType: "application/x" } }),
  "an index": inIndex(cueZip()),
  "another config": put([[MODULE_ZIP, files(...MEMBERS)], FILE], {}),
  "the zip alone": cueModule([[MODULE_ZIP, files(...MEMBERS)]]),
  "a third layer": cueModule([[MODULE_ZIP, files(...MEMBERS)], FILE, FILE]),
  "another order": cueModule([FILE, [MODULE_ZIP, files(...MEMBERS)]]),
  "another type of the module file": cueModule([[MODULE_ZIP, files(...MEMBERS)], ["text/plain", FILE[1]]]),
  "a tar": cueModule([[MODULE_ZIP, rawTar([{ name: "cue.mod/module.cue", content: MODULE_FILE }])], FILE]),
  "no module file in the zip": cueModule([[MODULE_ZIP, files("m.cue")], FILE]),
  "cue.mod twice": cueZip("sub/cue.mod/module.cue"),
  "a file in another cue.mod": cueZip("sub/cue.mod/a.txt"),
  "a file called cue.mod below": cueZip("sub/cue.mod"),
  "an entry for cue.mod": cueZip("cue.mod/"),
  "cue.mod in other letters": cueZip("CUE.mod/a.txt"),
  "generated code": cueZip("cue.mod/gen/x.test/y/y.cue", "cue.mod/pkg/a.txt", "cue.mod/usr/a.txt"),
  "a local module file": cueZip("cue.mod/local-module.cue"),
  "a file twice": cueZip("a.txt", "a.txt"),
  "a file and a directory": cueZip("a", "a/b"),
  "letter case": cueZip("a.txt", "A.txt"),
  "letter case of directories": cueZip("lib/a.txt", "Lib/b.txt"),
  "letter case beyond ASCII": cueZip("é", "É"),
  "a long s": cueZip("s", "ſ"),
  "a sharp s": cueZip("ß", "ss"),
  "a Kelvin": cueZip("k", "\u212a"),
  "a final sigma": cueZip("σ", "ς"),
  "an I with a dot": cueZip("i", "İ"),
  "normal forms": cueZip("e\u0301", "é"),
  "a colon": cueZip("a:b"),
  "a backslash": cueZip("a\\b"),
  "a quote": cueZip("a'b"),
  "a control character": cueZip("a\tb"),
  "a mark": cueZip("a\u0301"),
  "a number beyond ASCII": cueZip("½"),
  "an emoji": cueZip("🙂"),
  "a path that leads out": cueZip("../a"),
  "an absolute path": cueZip("/a"),
  "a path with a dot": cueZip("./a"),
  "a double slash": cueZip("a//b"),
  "a dot at the end": cueZip("a."),
  "a device": cueZip("aux"),
  "a device with an ending": cueZip("lib/Com1.cue"),
  "no device": cueZip("com10", "auxiliary"),
  "a large LICENSE": cueZip({ name: "LICENSE", content: "x".repeat(16 * 1024 * 1024 + 1) }),
};

toolTest("gantry inspect --for opentofu says what OpenTofu's fetcher says", ["tofu-module"], async () => {
  await assertAgreement("opentofu", FOR_OPENTOFU, async (place, out) => {
    return await runTool("tofu-module", [join(out, "x"), `oci://${place}?tag=${TAG}`]);
  });
});

toolTest("gantry inspect --for cue says what cue says", ["cue"], async () => {
  await assertAgreement("cue", FOR_CUE, async (place, out) => {
    const registries = `moduleRegistries: "x.test/m": {registry: "${place}+insecure", stripPrefix: true}`;
    await Deno.mkdir(join(out, "project/cue.mod"), { recursive: true });
    await Deno.writeTextFile(
      join(out, "project/cue.mod/module.cue"),
      'module: "x.test/project@v0"\nlanguage: version: "v0.15.0"\ndeps: "x.test/m@v1": v: "v1.0.0"\n',
    );
    const env = { CUE_REGISTRY: `inline:${registries}`, CUE_CACHE_DIR: join(out, "cache") };
    const result = await runTool("cue", ["eval", "x.test/m@v1"], { cwd: join(out, "project"), env });
    await runTool("chmod", ["-R", "u+w", out]);
    return result;
  });
});

async function assertAgreement(
  consumer: string,
  artifacts: Readonly<Record<string, Put>>,
  take: (place: string, out: string) => Promise<ToolResult>,
): Promise<void> {
  await using registry = startFakeRegistry();
  const said: Record<string, string> = {};
  const done: Record<string, string> = {};
  for (const [number, [name, putIt]] of Object.entries(artifacts).entries()) {
    await using out = await tempDirectory();
    const repository = foreignRepository(registry, `acme/${number}`);
    putIt(repository);
    const { stdout } = await gantryOk(["inspect", `${repository.url}:${TAG}`, "--for", consumer, "-o", "json"]);
    const { accepted, refusals } = JSON.parse(stdout).consumers[0];
    const { code, stderr } = await take(repository.url.slice("oci://".length), out.path);
    if (accepted === (code === 0)) continue;
    said[name] = accepted ? "accepted" : JSON.stringify(refusals);
    done[name] = code === 0 ? "accepted" : stderr;
  }
  assert.deepEqual(said, done);
}
