/** `push --if-changed`: what a consumer would see is compared, and not the bytes of a layer. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PLACE_KIND_NAMES, type Reference } from "../../../src/oci/reference.ts";
import { placeOf } from "../../support/every_place.ts";
import { startFakeRegistry } from "../../support/fake_registry.ts";
import { gantry, gantryOk, type GantryResult, push } from "../../support/gantry.ts";
import { sampleKeyPath } from "../../support/sample_keys.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const FILES = { "a.yaml": "a: 1\n", "bin/run.sh": "#!/bin/sh\n", "empty/": "" };

for (const kind of PLACE_KIND_NAMES) {
  Deno.test(`push --if-changed publishes to ${kind} only what another content has`, async () => {
    await withSource(async ({ source, place }) => {
      const target = place(kind);
      const first = await changed([source, target, "--version", "1.0.0", "--revision", "one", "--latest"]);
      assert.equal(first.changed, true);
      const again = ["--revision", "two", "--created", "2026-01-02T03:04:05Z", "--compression-level", "1"];
      const { stderr } = await gantryOk(["push", source, target, "--version", "1.1.0", "--if-changed", ...again]);
      assert.match(stderr, /^Unchanged: .*:1\.0\.0 holds the same content, so nothing is published$/m);
      const second = await changed([source, target, "--version", "1.1.0", ...again]);
      assert.deepEqual([second.changed, second.digest, second.tag], [false, first.digest, "1.0.0"]);
      assert.deepEqual(second.targets.map(({ tags, uploaded, bytesSent }) => [tags, uploaded, bytesSent]), [
        [["1.0.0"], 0, 0],
      ]);
      assert.deepEqual(await versions(target), ["latest", "1.0.0"]);

      await Deno.writeTextFile(join(source, "a.yaml"), "a: 2\n");
      const third = await changed([source, target, "--version", "1.1.0", ...again]);
      assert.equal(third.changed, true);
      assert.deepEqual(await versions(target), ["latest", "1.1.0", "1.0.0"]);
      // The highest version counts, and not the last that was pushed.
      await changed([source, target, "--version", "1.0.5", "-a", "x=y"]);
      assert.equal((await changed([source, target, "--version", "1.2.0"])).tag, "1.1.0");
    });
  });
}

Deno.test("push --if-changed says that it signs nothing where nothing has changed", async () => {
  await withSource(async ({ source, place }) => {
    const args = ["push", source, place("oci-layout"), "--version", "1.0.0"];
    await gantryOk(args);
    const key = fileURLToPath(sampleKeyPath("p256.pem"));
    const { stderr } = await gantryOk([...args, "--if-changed", "--sign-key", key]);
    assert.match(
      stderr,
      /^Unchanged: .*:1\.0\.0 holds the same content, so nothing is published, and nothing is signed$/m,
    );
  });
});

Deno.test("push --if-changed does not say on a terminal, or in a summary, that it published what is unchanged", async () => {
  await withSource(async ({ source, place, directory }) => {
    const summary = join(directory, "summary");
    const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary };
    const args = ["push", source, place("registry"), "-t", "main", "--if-changed"];
    const [first, second] = [await gantryOk(args, { columns: 100, env }), await gantryOk(args, { columns: 100, env })];
    assert.match(first.stderr, /^\u2714 Published main \u2192 \S+ {2}\S+ \S+ sent, 3 blobs \(0 reused\), /m);
    assert.match(second.stderr, /^\u2714 Unchanged main \u2192 \S+ {2}[\d.]+ s$/m);
    assert.deepEqual((await Deno.readTextFile(summary)).match(/^### .*$/gm), ["### Published", "### Unchanged"]);
  });
});

const CHANGES: readonly (readonly [what: string, change: Change, said: RegExp])[] = [
  ["a file that is new", { files: { "new.yaml": "" } }, /differs in "new\.yaml"/],
  ["a file that can be executed", { mode: ["a.yaml", 0o755] }, /differs in "a\.yaml"/],
  ["an empty directory", { files: { "more/": "" } }, /differs in its empty directories/],
  [
    "an annotation",
    { args: ["-a", "org.opencontainers.image.title=x"] },
    /the annotation "org\.opencontainers\.image\.title"/,
  ],
  ["the artifact type", { args: ["--artifact-type", "application/vnd.acme.x"] }, /differs in the artifact type/],
  ["the type of a layer", { args: ["--compression", "none"] }, /differs in the layers' types or annotations/],
  ["another profile", { args: ["--profile", "image"] }, /differs in the artifact type/],
];

for (const [what, { files = {}, mode, args = [] }, said] of CHANGES) {
  Deno.test(`push --if-changed sees ${what}`, async () => {
    await withSource(async ({ source, place }) => {
      await gantryOk(["push", source, place("registry"), "--version", "1.0.0"]);
      await writeTree(source, files);
      if (mode !== undefined) await Deno.chmod(join(source, mode[0]), mode[1]);
      const { code, stderr } = await gantry([
        "push",
        source,
        place("registry"),
        "--version",
        "1.0.1",
        "--if-changed",
        ...args,
      ]);
      assert.equal(code, 0, stderr);
      assert.match(stderr, said);
      assert.deepEqual(await versions(place("registry")), ["1.0.1", "1.0.0"]);
    });
  });
}

Deno.test("push --if-changed compares the config of an image without what only says when it was made", async () => {
  await withSource(async ({ source, place }) => {
    const target = place("registry");
    const image = [source, target, "--profile", "image"];
    await changed([...image, "--version", "1.0.0", "--created", "2026-01-01T00:00:00Z", "--label", "a=b"]);
    const same = [...image, "--version", "1.0.1", "--created", "2026-01-02T00:00:00Z"];
    assert.equal((await changed([...same, "--label", "a=b"])).changed, false);
    assert.equal((await changed([...same, "--label", "a=c"])).changed, true);
    const arm = [...image, "--version", "1.0.2", "--label", "a=c", "--platform", "linux/arm64"];
    assert.equal((await changed(arm)).changed, true);
  });
});

Deno.test("push --if-changed publishes everywhere when one target has something else", async () => {
  await withSource(async ({ source, place }) => {
    const [registry, layout] = [place("registry"), place("oci-layout")];
    await changed([source, registry, "--version", "1.0.0", "--revision", "one"]);
    const both = [source, registry, layout, "--version", "1.1.0", "--revision", "two"];
    const { stdout, stderr } = await gantryOk(["push", ...both, "--if-changed", "-o", "json"]);
    assert.equal(JSON.parse(stdout).changed, true);
    assert.match(stderr, /^Changed: there is no version in oci-layout:/m);
    assert.deepEqual(await versions(registry), ["1.1.0", "1.0.0"]);
    assert.deepEqual(await versions(layout), ["1.1.0"]);
    const { changed: isChanged, targets } = await changed([source, registry, layout, "--version", "1.2.0"]);
    assert.deepEqual([isChanged, targets.length], [false, 2]);
  });
});

Deno.test("push --if-changed compares with the tags that would be set where there is no version", async () => {
  await withSource(async ({ source, place }) => {
    const target = place("registry");
    assert.equal((await changed([source, target, "-t", "main"])).changed, true);
    assert.equal((await changed([source, target, "-t", "main", "--revision", "x"])).changed, false);
    assert.equal((await changed([source, target, "-t", "main", "-t", "other"])).changed, true);
    assert.equal((await changed([source, `${target}:other`, "--revision", "x"])).changed, false);
    assert.equal((await changed([source, target, "--version", "1.0.0", "--if-changed-from", "main"])).changed, false);
    const { stderr } = await gantryOk(["push", source, target, "-t", "x", "--if-changed", "--if-changed-from", "none"]);
    assert.match(stderr, /^Changed: .*:none is not there$/m);
  });
});

Deno.test("push --if-changed compares a release with releases only", async () => {
  await withSource(async ({ source, place }) => {
    const target = place("registry");
    await changed([source, target, "--version", "1.0.0-rc.1"]);
    assert.equal((await changed([source, target, "--version", "1.0.0-rc.2"])).changed, false);
    assert.equal((await changed([source, target, "--version", "1.0.0"])).changed, true);
    assert.equal((await changed([source, target, "--version", "1.0.1"])).changed, false);
  });
});

Deno.test("push --if-changed refuses what it cannot compare, and contacts nobody", async () => {
  await withSource(async ({ source, directory }) => {
    const target = "oci://registry.invalid/acme/app";
    const refused = [
      [[source, target, "--if-changed"], /there is no version and no tag to compare with, give one with --version/],
      [[source, target, "-t", "x", "--if-changed-from", "y"], /Cannot use --if-changed-from without --if-changed/],
    ] as const;
    for (const [args, said] of refused) {
      const { code, stderr } = await gantry(["push", ...args]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, said);
    }
    const plugin = join(directory, "target.ts");
    await Deno.writeTextFile(plugin, TARGET);
    const config = join(directory, "gantry.jsonc");
    await Deno.writeTextFile(config, JSON.stringify({ pipeline: { upload: ["./target.ts"] }, ifChanged: true }));
    const { code, stderr } = await gantry(["push", source, "-t", "x", "--config", config]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /Cannot tell whether memory: has changed: a plugin publishes to it, and reads nothing/);
    const away = await gantryOk(["push", source, "-t", "x", "--config", config, "--no-if-changed", "-o", "json"]);
    assert.equal("changed" in JSON.parse(away.stdout), false);
  });
});

Deno.test("push --if-changed tells the next step of a workflow", async () => {
  await withSource(async ({ source, place, directory }) => {
    const outputs = join(directory, "outputs");
    const env = { GITHUB_ACTIONS: "true", GITHUB_OUTPUT: outputs };
    for (const _ of [1, 2]) await gantryOk(["push", source, place("registry"), "-t", "x", "--if-changed"], { env });
    const lines = (await Deno.readTextFile(outputs)).split("\n").filter((line) => line.startsWith("changed="));
    assert.deepEqual(lines, ["changed=true", "changed=false"]);
  });
});

const TARGET = `export default (kit) => kit.plugin({
  name: "memory", version: "1.0.0", apiVersion: 1, stage: "upload", options: kit.z.strictObject({}),
  place: { url: () => "memory:", tag: ({ tags }) => ({ moved: tags.map(({ name }) => ({ tag: name })) }), discard() {} },
  run: ({ manifest, blobs }) => ({
    uploaded: [...blobs, manifest].map(({ descriptor }) => descriptor.digest),
    existing: [],
  }),
});
`;

interface Change {
  readonly files?: Readonly<Record<string, string>>;
  readonly mode?: readonly [path: string, mode: number];
  readonly args?: readonly string[];
}

interface Places {
  readonly directory: string;
  readonly source: string;
  readonly place: (kind: Reference["kind"]) => string;
}

async function withSource(use: (places: Places) => Promise<void>): Promise<void> {
  await using registry = startFakeRegistry();
  await using directory = await tempDirectory();
  const source = join(directory.path, "source");
  await writeTree(source, FILES);
  const at = { registry, directory: directory.path };
  await use({ directory: directory.path, source, place: (kind) => placeOf(kind, "app", at) });
}

async function changed(
  args: readonly string[],
): Promise<Awaited<ReturnType<typeof push>> & { readonly changed?: boolean }> {
  return await push([...args, "--if-changed"]);
}

async function versions(place: string): Promise<readonly string[]> {
  const { stdout }: GantryResult = await gantryOk(["list", place, "-o", "json"]);
  return JSON.parse(stdout).map(({ version }: { readonly version: string }) => version);
}
