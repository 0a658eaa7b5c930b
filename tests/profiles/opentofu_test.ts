import assert from "node:assert/strict";
import { join } from "node:path";
import { refusedPush } from "./refused_push.ts";
import { writeZip } from "../../src/pack/zip.ts";
import { zipFile } from "../pack/zip_entries.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { gantry, gantryOk } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

const MODULE = {
  "main.tf": 'output "hello" { value = "hello" }\n',
  "outputs.tofu": "",
  "modules/net/main.tf.json": "{}",
  "scripts/run.sh": "#!/bin/sh\n",
};

interface Plan {
  readonly profile: string;
  readonly profileBecause: string;
  readonly artifactType?: string;
  readonly config: { readonly mediaType: string };
  readonly layers: readonly { readonly mediaType: string; readonly digest: string; readonly annotations?: unknown }[];
  readonly dropped: readonly { readonly path: string; readonly reason: string }[];
  readonly digest: string;
}

async function plan(...args: readonly string[]): Promise<{ readonly stderr: string; readonly report: Plan }> {
  const { stdout, stderr } = await gantryOk(["plan", ...args, "-o", "json"]);
  return { stderr, report: JSON.parse(stdout) };
}

Deno.test("the profile opentofu makes one zip of the module, always the same", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, MODULE);
  await Deno.chmod(join(directory.path, "scripts/run.sh"), 0o755);
  const { report, stderr } = await plan(directory.path, "--profile", "opentofu");
  assert.equal(report.artifactType, "application/vnd.opentofu.modulepkg");
  assert.equal(report.config.mediaType, "application/vnd.oci.empty.v1+json");
  assert.deepEqual(report.layers.map(({ mediaType, annotations }) => [mediaType, annotations]), [
    ["archive/zip", undefined],
  ]);
  assert.equal(report.digest, "sha256:d96a91022b8caa94a15a173bf45bd56613ca4c25d2ad1322aeec033fdd3313a1");
  assert.equal(stderr, "");
  const judged = JSON.parse(
    (await gantryOk(["plan", directory.path, "--profile", "opentofu", "--for", "opentofu", "-o", "json"])).stdout,
  );
  assert.deepEqual(judged.consumers.map((each: { accepted: boolean; notes: unknown }) => [each.accepted, each.notes]), [
    [true, []],
  ]);
});

Deno.test("the profile opentofu leaves out states, values and what was installed, unless told otherwise", async () => {
  await using directory = await tempDirectory();
  const extra = {
    ".terraform/modules/modules.json": "{}",
    "terraform.tfstate": "{}",
    "terraform.tfstate.backup": "{}",
    "prod.auto.tfvars": "",
  };
  await writeTree(directory.path, { ...MODULE, ...extra });
  const { report } = await plan(directory.path);
  assert.deepEqual(report.dropped, [
    { path: ".terraform", reason: ".terraform/ (opentofu defaults)" },
    { path: "prod.auto.tfvars", reason: "*.tfvars (opentofu defaults)" },
    { path: "terraform.tfstate", reason: "*.tfstate (opentofu defaults)" },
    { path: "terraform.tfstate.backup", reason: "*.tfstate.* (opentofu defaults)" },
  ]);
  const kept = await plan(directory.path, "--ignore", "!*.tfvars");
  assert.ok(!kept.report.dropped.some(({ path }) => path === "prod.auto.tfvars"));
  assert.deepEqual((await plan(directory.path, "--no-default-ignores")).report.dropped, []);
});

for (
  const [file, because] of Object.entries({
    "a.tf": "a.tf",
    "b.tofu": "b.tofu",
    "c.tf.json": "c.tf.json",
    "z.tofu.json": "z.tofu.json",
  })
) {
  Deno.test(`auto takes a directory with a ${file} for a module of OpenTofu`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, { [file]: "", "README.md": "" });
    const { report, stderr } = await plan(directory.path);
    assert.deepEqual([report.profile, report.profileBecause], ["opentofu", `there is a ${because}`]);
    assert.equal(stderr, `Profile opentofu: there is a ${because}; choose another with --profile\n`);
    await gantryOk(["init", directory.path]);
    assert.match(await Deno.readTextFile(join(directory.path, "gantry.jsonc")), /"profile": "opentofu"/);
  });
}

Deno.test("auto looks for files of OpenTofu at the root alone, and names main.tf when it is there", async () => {
  await using directory = await tempDirectory();
  await writeTree(join(directory.path, "below"), { "sub/main.tf": "" });
  assert.equal((await plan(join(directory.path, "below"))).report.profile, "generic");
  await writeTree(join(directory.path, "root"), { "a.tf": "", "main.tf": "", "z.tf": "" });
  assert.equal((await plan(join(directory.path, "root"))).report.profileBecause, "there is a main.tf");
});

Deno.test("the profile opentofu says that the source has to name a directory when there is nothing at the root", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "net/main.tf": "" });
  const { stderr } = await plan(directory.path, "--profile", "opentofu");
  assert.match(stderr, /^warning: There is no \.tf or \.tofu file at the root: the source has to name a directory/m);
});

Deno.test("push refuses a module of OpenTofu with a zip bomb, however deep it is", async () => {
  await using directory = await tempDirectory();
  const source = join(directory.path, "source");
  await writeTree(source, {
    ...MODULE,
    "files/broken.zip": "PK\x03\x04",
    "files/lambda.zip": await zipped({ "a.js": new Uint8Array(5000) }),
  });
  await plan(source, "--profile", "opentofu");
  const zeros = new Uint8Array(16 * 1024 * 1024);
  let bomb = await zipped({ "0": zeros, "1": zeros, "2": zeros, "3": zeros });
  for (let depth = 0; depth < 4; depth++) {
    bomb = await zipped(Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [`${name}.zip`, bomb])));
  }
  await Deno.writeFile(join(source, "files/bomb.zip"), bomb);
  const layout = join(directory.path, "layout");
  const { code, stderr } = await gantry(["push", source, `oci-layout:${layout}`, "--profile", "opentofu"]);
  assert.equal(code, 2, stderr);
  assert.match(
    stderr,
    /^error: Cannot publish the module: "files\/bomb\.zip" is a zip bomb: its \d+ bytes unpack to 39 GiB$/m,
  );
  await assert.rejects(Deno.stat(layout), Deno.errors.NotFound);
});

async function zipped(files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): Promise<Uint8Array<ArrayBuffer>> {
  return await collectBytes(writeZip(Object.entries(files).map(([path, bytes]) => zipFile(path, bytes))));
}

const WRONG: Readonly<Record<string, readonly [files: Readonly<Record<string, string>>, said: RegExp]>> = {
  "no file of OpenTofu": [
    { "README.md": "", "main.tf.bak": "" },
    /^error: Cannot publish the module: there is no file of OpenTofu in it: no \.tf, \.tofu, \.tf\.json or \.tofu\.json$/m,
  ],
  "files that differ in letter case": [
    { "main.tf": "", "Main.tf": "" },
    /^error: Cannot publish the module: "Main\.tf" and "main\.tf" differ in upper and lower case only$/m,
  ],
  "directories that differ in letter case": [
    { "main.tf": "", "net/a.tf": "", "Net/b.tf": "" },
    /^error: Cannot publish the module: "Net\/" and "net\/" differ in upper and lower case only$/m,
  ],
};
for (const [what, [files, said]] of Object.entries(WRONG)) {
  Deno.test(`push refuses a module of OpenTofu with ${what}, and contacts nobody`, async () => {
    const stderr = await refusedPush(files, "opentofu");
    assert.match(stderr, said);
  });
}

Deno.test("a profile with a zip takes a level, and no compression", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "main.tf": "# a comment, and the same again: a comment\n".repeat(500) });
  const digests = await Promise.all(["1", "9"].map(async (level) => {
    return (await plan(directory.path, "--compression-level", level)).report.digest;
  }));
  assert.equal(new Set(digests).size, 2);
  const { code, stderr } = await gantry(["plan", directory.path, "--compression", "zstd"]);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^error: Cannot use compression "zstd" with profile "opentofu": it publishes a zip, whose level alone can be chosen$/m,
  );
});
