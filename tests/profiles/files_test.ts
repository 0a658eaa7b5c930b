import assert from "node:assert/strict";
import { join } from "node:path";
import { writeTar } from "../../src/oci/tar/write.ts";
import { tarFile } from "../oci/tar/tar_entries.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { gantry, gantryOk } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

const FILES = { "a.json": "{}", "docs/b.json": "{}", "docs/c d.md": "# C\n", "run.sh": "#!/bin/sh\n", "empty": "" };

Deno.test("the profile files makes a layer of each file, of the type of the last pattern that matches", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, FILES);
  const { stdout, stderr } = await gantryOk([
    "plan",
    directory.path,
    "--profile",
    "files",
    "--artifact-type",
    "application/vnd.acme.files",
    "--media-type",
    "*.json=application/json",
    "--media-type",
    "docs/=text/plain",
    "--media-type",
    "*.md=text/markdown",
    "-o",
    "json",
  ]);
  const { artifactType, config, layers, digest } = JSON.parse(stdout);
  assert.equal(artifactType, "application/vnd.acme.files");
  assert.equal(config.mediaType, "application/vnd.oci.empty.v1+json");
  assert.deepEqual(
    layers.map(({ mediaType, size, annotations }: Layer) => [annotations[TITLE], mediaType, size]),
    [
      ["a.json", "application/json", 2],
      ["docs/b.json", "text/plain", 2],
      ["docs/c d.md", "text/markdown", 4],
      ["empty", "application/octet-stream", 0],
      ["run.sh", "application/octet-stream", 10],
    ],
  );
  assert.match(stderr, /^Nothing in the artifact says that "run\.sh" can be executed$/m);
  assert.equal(digest, "sha256:ff1092758351f0e5afc1463c0ab42b8acf2c7303cc9763cb81558ea505574a9e");
});

Deno.test("media types come from the configuration, and flags replace them", async () => {
  await using directory = await tempDirectory();
  await writeTree(join(directory.path, "app"), { "a.json": "{}" });
  const config = join(directory.path, "gantry.jsonc");
  const types = async (...flags: readonly string[]): Promise<readonly string[]> => {
    const { stdout } = await gantryOk(["plan", "--config", config, "-o", "json", ...flags]);
    return JSON.parse(stdout).layers.map(({ mediaType }: Layer) => mediaType);
  };
  const fields = { source: "./app", profile: "files", mediaTypes: { "*.json": "a/config" } };
  await Deno.writeTextFile(config, JSON.stringify(fields));
  assert.deepEqual(await types(), ["a/config"]);
  assert.deepEqual(await types("--media-type", "a.json=a/flag"), ["a/flag"]);
  const pipeline = { archive: [["files", { mediaTypes: { "*.json": "a/option" } }]] };
  await Deno.writeTextFile(config, JSON.stringify({ ...fields, pipeline }));
  assert.deepEqual(await types(), ["a/option"]);
  assert.deepEqual(await types("--media-type", "a.json=a/flag"), ["a/flag"]);
  await Deno.writeTextFile(config, JSON.stringify({ ...fields, mediaTypes: { "*.json": "json" } }));
  const { code, stderr } = await gantry(["plan", "--config", config]);
  assert.equal(code, 2);
  assert.match(stderr, /gantry\.jsonc:1:\d+: "mediaTypes\.\*\.json": must be a media type, such as application\/json/);
});

Deno.test("media types that are none, or that no file has, are refused", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "a.json": "{}" });
  const refused = [
    ["a.json", /It must be PATTERN=TYPE/],
    ["=a/b", /It must be PATTERN=TYPE/],
    ["a.json=json", /Cannot use "json" for "a\.json": it must be a media type, such as application\/json/],
    ["*.yaml=a/b", /Cannot use media type a\/b: no file matches "\*\.yaml"/],
  ] as const;
  for (const [given, said] of refused) {
    const { code, stderr } = await gantry(["plan", directory.path, "--profile", "files", "--media-type", given]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, said);
  }
});

Deno.test("more files than a manifest can name are refused before they are read", async () => {
  await using directory = await tempDirectory();
  const names = Array.from({ length: 25_000 }, (_, at) => `${at}`);
  await writeTree(directory.path, { "many.tar": await tarOfNames(names) });
  const { code, stderr } = await gantry(["plan", join(directory.path, "many.tar"), "--profile", "files"]);
  assert.equal(code, 2);
  assert.match(stderr, /Cannot publish 25000 files with a layer each: .* more than 4 MiB/);
});

const TITLE = "org.opencontainers.image.title";

interface Layer {
  readonly mediaType: string;
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
}

async function tarOfNames(names: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  return await collectBytes(writeTar(names.map((name) => tarFile(name, ""))));
}
