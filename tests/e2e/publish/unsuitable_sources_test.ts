/** Sources that are published in another way: packed as files, nobody could use them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { writeTar } from "../../../src/oci/tar/write.ts";
import { tarFile } from "../../oci/tar/tar_entries.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { gantry, gantryOk } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const CHART = { "Chart.yaml": "name: app\nversion: 0.1.0\n", "templates/a.yaml": "a: 1\n" };
const ID = "5".repeat(64);
/** How they call config and layer: docker, crane and kaniko, jib, rules_oci. */
const SAVED: readonly (readonly [config: string, layer: string])[] = [
  [`${ID}.json`, `${ID}/layer.tar`],
  [`sha256:${ID}`, `${ID}.tar.gz`],
  ["config.json", `${ID}.tar.gz`],
  [`blobs/sha256/${ID}`, `blobs/sha256/${ID.replace("5", "6")}`],
];

/** What `push` says of a source that it refuses; the target gets nothing. */
async function refusal(
  source: string,
  { args = [], stdin = new Uint8Array() }: {
    readonly args?: readonly string[];
    readonly stdin?: Uint8Array<ArrayBuffer>;
  } = {},
): Promise<string> {
  const { code, stdout, stderr } = await gantry(
    ["push", source, "oci://registry.invalid/acme/app", "--version", "1.2.0", "-q", ...args],
    { stdin },
  );
  assert.deepEqual([code, stdout], [2, ""], stderr);
  return stderr;
}

Deno.test("push refuses a packaged chart on standard input, and says how to publish it", async () => {
  await using directory = await tempDirectory();
  const bytes = await archive(Object.fromEntries(Object.entries(CHART).map(([path, text]) => [`app/${path}`, text])));
  assert.equal(
    await refusal("-", { stdin: bytes }),
    "error: Cannot publish standard input as a generic artifact: it is a packaged Helm chart\n" +
      "advice: from a file, `gantry push FILE` publishes it with profile helm; " +
      "to pack its files as they are: --profile generic\n",
  );
  assert.match(
    await refusal("-", { stdin: bytes, args: ["--profile", "helm"] }),
    /^error: Cannot publish the chart: standard input is neither a directory nor an archive \(\.tgz\)/,
  );
  for (const profile of ["generic", "flux", "image"]) {
    await gantryOk(["plan", "-", "--profile", profile], { stdin: bytes });
  }
  const plan = await gantry(["plan", "-", "-o", "json"], { stdin: bytes });
  const { error } = JSON.parse(plan.stdout);
  assert.deepEqual([plan.code, error.stage, error.where], [2, "collect", undefined]);
  assert.match(error.hint, /^from a file, `gantry push FILE`/);
  await writeTree(directory.path, CHART);
  for (const profile of ["generic", "flux", "image"]) await gantryOk(["plan", directory.path, "--profile", profile]);
});

Deno.test("push takes what only resembles a chart", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    "charts/app/Chart.yaml": "name: app\n",
    "Chart.yaml": "name: app\n",
    "folder/Chart.yaml/a": "a\n",
  });
  const several = join(directory.path, "several.tgz");
  await Deno.writeFile(several, await archive({ "app/Chart.yaml": "name: app\n", "other/a": "" }));
  for (const source of ["charts", "Chart.yaml", "folder", "several.tgz"]) {
    await gantryOk(["plan", join(directory.path, source)]);
  }
});

Deno.test("push refuses an OCI layout, as a directory or as a tar, and says how to publish what is in it", async () => {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  await writeTree(at("app"), { "a.yaml": "a: 1\n" });
  await gantryOk(["push", at("app"), `oci-layout:${at("layout")}`, `oci-archive:${at("l.tar")}`, "-t", "x"]);
  await Deno.writeFile(at("l.tgz"), gzipSync(await Deno.readFile(at("l.tar"))));
  const forms = [["oci-layout", "layout"], ["oci-archive", "l.tar"], ["oci-archive", "l.tgz"]] as const;
  for (const [kind, name] of forms) {
    for (const profile of [[], ["--profile", "flux"], ["--profile", "timoni"], ["--profile", "image"]]) {
      const said = await refusal(at(name), { args: profile });
      const [, advised = ""] = /`gantry (copy .*?)`; to pack its files as they are: --profile generic\n$/.exec(said) ??
        [];
      assert.equal(advised, `copy ${kind}:${at(name)}:x oci://registry.invalid/acme/app:1.2.0`);
    }
    await gantryOk(["plan", at(name), "--profile", "generic"]);
    await gantryOk(["copy", `${kind}:${at(name)}:x`, `oci-layout:${at(`copy of ${name}`)}`]);
  }
  const stdin = await Deno.readFile(at("l.tar"));
  assert.match(await refusal("-", { stdin }), /`gantry copy oci-archive:FILE:x oci:\/\/registry/);
  await gantryOk(["push", at("app"), `oci-layout:${at("layout")}:y`, "--profile", "image"]);
  assert.match(await refusal(at("layout")), /oci-layout:.*layout:TAG oci:/);
  await Deno.writeTextFile(join(at("layout"), "index.json"), "{");
  assert.match(await refusal(at("layout")), /oci-layout:.*layout:TAG oci:/);
});

Deno.test("push refuses an image that was saved by Docker, podman, skopeo, or a tool that does as they do", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "saved.tar");
  for (const [Config, layer] of SAVED) {
    const list = JSON.stringify([{ Config, RepoTags: ["acme/app:1.0.0"], Layers: [layer] }]);
    const members = [tarFile("manifest.json", list), tarFile(Config, "{}"), tarFile(layer, "")];
    await Deno.writeFile(path, await collectBytes(writeTar(members)));
    assert.match(
      await refusal(path),
      /it is a container image[^]*skopeo copy docker-archive:.*saved\.tar oci-archive:/,
    );
  }
  const folder = join(directory.path, "folder");
  await writeTree(folder, { "manifest.json": "{}", "version": "Directory Transport Version: 1.1\n", [ID]: "" });
  assert.match(await refusal(folder), /it is a container image[^]*skopeo copy dir:/);
  await writeTree(join(directory.path, "app"), { "manifest.json": "{}", "index.json": "{}", "version": "1\n" });
  await gantryOk(["plan", join(directory.path, "app")]);
});

Deno.test("push lets a plugin of the user's own pack what it likes", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    "chart/Chart.yaml": "name: app\n",
    "helm.mjs": `export default (kit) => kit.plugin({
      name: "acme:helm", version: "1.0.0", apiVersion: 1, stage: "archive", options: kit.z.strictObject({}),
      run: async ({ entries }, _options, context) => ({ layers: [await context.layer(entries)] }),
    });`,
    "gantry.json": JSON.stringify({ source: "./chart", pipeline: { archive: ["./helm.mjs"] } }),
  });
  await gantryOk(["plan", "--config", join(directory.path, "gantry.json")]);
});

Deno.test("push refuses an ignore file that is packed and not obeyed, and takes it when it is obeyed or left out", async () => {
  await using directory = await tempDirectory();
  const files = { "timoni.cue": "", ".sourceignore": "*.md\n", "a.yaml": "", "README.md": "" };
  const app = join(directory.path, "app");
  await writeTree(app, files);
  const said = (file: string, profile: string, owner: string): string =>
    `error: Cannot publish ${
      JSON.stringify(app)
    }: its ${file} would be packed and not obeyed with profile ${profile}\n` +
    `advice: it counts with --profile ${owner}, its patterns count with --ignore-file ${app}/${file}, ` +
    `and --ignore ${file} leaves it out\n`;
  assert.equal(await refusal(app), said(".sourceignore", "timoni", "flux"));
  for (const profile of ["generic", "image", "timoni"]) {
    assert.equal(await refusal(app, { args: ["--profile", profile] }), said(".sourceignore", profile, "flux"));
    const kept = async (...args: readonly string[]): Promise<readonly string[]> => {
      const { stdout } = await gantryOk(["plan", app, "--profile", profile, "-o", "json", ...args]);
      return JSON.parse(stdout).files.map(({ path }: { readonly path: string }) => path);
    };
    assert.deepEqual(await kept("--ignore", ".sourceignore"), ["README.md", "a.yaml", "timoni.cue"]);
    assert.deepEqual(await kept("--ignore-file", join(app, ".sourceignore")), [
      ".sourceignore",
      "a.yaml",
      "timoni.cue",
    ]);
  }
  await gantryOk(["plan", app, "--profile", "flux"]);
  await gantryOk(["plan", join(app, ".sourceignore")]);
  await Deno.rename(join(app, ".sourceignore"), join(app, "timoni.ignore"));
  await gantryOk(["plan", app]);
  assert.equal(await refusal(app, { args: ["--profile", "flux"] }), said("timoni.ignore", "flux", "timoni"));
  await Deno.remove(join(app, "timoni.ignore"));
  // An ignore file below is about what is there, and Helm reads its own wherever a chart comes from.
  await writeTree(app, { "below/.sourceignore": "", ".helmignore": "" });
  const { stderr } = await gantryOk(["plan", app]);
  assert.match(
    stderr,
    /^warning: The \.helmignore would be packed and not obeyed with profile timoni: it counts with /m,
  );
});

Deno.test("push refuses a chart or a module that is packed in another way than its ecosystem does", async () => {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  const as = "to pack its files as they are: --profile generic\n";
  for (const [sign, owner] of [["Chart.yaml", "helm"], ["timoni.cue", "timoni"]] as const) {
    await Deno.writeFile(at("packed.tgz"), await archive({ [sign]: "name: app\n", "a.yaml": "" }));
    assert.equal(
      await refusal(at("packed.tgz")),
      `error: Cannot publish ${JSON.stringify(at("packed.tgz"))} as a generic artifact: there is a ${sign} in it\n` +
        `advice: unpacked to a directory, it is published with profile ${owner}; as it is, --profile ${owner} may take it; ${as}`,
    );
    await gantryOk(["plan", at("packed.tgz"), "--profile", "generic"]);
  }
  const packed = await archive({ "app/Chart.yaml": "name: app\nversion: 0.1.0\n" });
  await writeTree(at("dist"), { "app-0.1.0.tgz": packed, "app-0.1.0.tgz.prov": "" });
  assert.equal(
    await refusal(at("dist")),
    `error: Cannot publish ${JSON.stringify(at("dist"))} as a generic artifact: ` +
      "there is app-0.1.0.tgz in it, and it is a packaged Helm chart\n" +
      `advice: \`gantry push ${at("dist")}/app-0.1.0.tgz\` publishes it with profile helm; ${as}`,
  );
  await gantryOk(["plan", at("dist"), "--profile", "files"]);
  await writeTree(at("dist"), { "README.md": "" });
  await gantryOk(["plan", at("dist")]);
  const chart = "apiVersion: v2\nname: app\nversion: 0.1.0\n";
  await writeTree(at("two"), { "timoni.cue": "", "Chart.yaml": chart, "a.yaml": "" });
  assert.match(
    (await gantry(["plan", at("two")])).stderr,
    /There is a timoni\.cue, but there is a Chart\.yaml, so it is packed as helm: --profile timoni packs it as timoni does/,
  );
});

Deno.test("push names everything: without a name it warns, and a Timoni module is refused", async () => {
  await using directory = await tempDirectory();
  const app = join(directory.path, "app");
  await writeTree(app, { "timoni.cue": "", "a.yaml": "" });
  const named = `oci-layout:${join(directory.path, "named")}:x`;
  const other = `oci-layout:${join(directory.path, "other")}`;
  for (const targets of [[other], [named, other]]) {
    const { code, stderr } = await gantry(["push", app, ...targets]);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`error: Cannot publish to ${other} without a name: .* profile timoni`));
  }
  await assert.rejects(Deno.stat(join(directory.path, "named")), Deno.errors.NotFound);
  for (const args of [[named], [other, "--version", "1.0.0"], [other, "-t", "y"]]) {
    await gantryOk(["push", app, ...args]);
  }
  const config = join(directory.path, "gantry.json");
  await Deno.writeTextFile(config, JSON.stringify({ pipeline: { tag: ["version"] } }));
  const without = await gantry(["push", app, other, "--config", config]);
  assert.deepEqual([without.code, /without a name/.test(without.stderr)], [2, true], without.stderr);

  const warned = await gantryOk(["push", app, named, other, "--profile", "image"]);
  assert.deepEqual(warned.stderr.match(/^warning: Nothing names .*$/mg), [
    `warning: Nothing names what is published in ${other}: --version or --tag gives it a name`,
  ]);
  const [digest = ""] = /sha256:\w+/.exec(warned.stdout) ?? [];
  const byDigest = await gantryOk(["push", app, `${other}@${digest}`, "--profile", "image"]);
  assert.doesNotMatch(byDigest.stderr, /Nothing names/);
});

async function archive(files: Readonly<Record<string, string>>): Promise<Uint8Array<ArrayBuffer>> {
  const entries = Object.entries(files).map(([name, text]) => tarFile(name, text));
  return new Uint8Array(gzipSync(await collectBytes(writeTar(entries))));
}
