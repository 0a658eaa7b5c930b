/** Profile `image`: what nearly everything that takes an image or an artifact agrees on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createHash } from "node:crypto";
import { gantry, gantryOk } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

const EPOCH = { SOURCE_DATE_EPOCH: "1767323045" };
const TIMES: readonly (readonly [args: readonly string[], env: Record<string, string>, created: string | undefined])[] =
  [
    [["--created", "2024-01-02T03:04:05Z"], EPOCH, "2024-01-02T03:04:05Z"],
    [[], EPOCH, "2026-01-02T03:04:05Z"],
    [[], {}, undefined],
  ];

for (const [args, env, created] of TIMES) {
  Deno.test(`push makes an image that says it was created at ${created ?? "no time that is known"}`, async () => {
    await using directory = await tempDirectory();
    const layout = join(directory.path, "layout");
    await writeTree(join(directory.path, "app"), { "a.yaml": "a: 1\n", "b/run.sh": "#!/bin/sh\n" });
    await gantryOk(
      ["push", join(directory.path, "app"), `oci-layout:${layout}:x`, "--profile", "image", ...args],
      { env },
    );
    const read = (digest: string): Uint8Array => Deno.readFileSync(join(layout, "blobs", digest.replace(":", "/")));
    const json = (digest: string) => JSON.parse(new TextDecoder().decode(read(digest)));
    const [described] = JSON.parse(await Deno.readTextFile(join(layout, "index.json"))).manifests;
    const manifest = json(described.digest);
    assert.equal(manifest.mediaType, "application/vnd.oci.image.manifest.v1+json");
    assert.equal(manifest.artifactType, undefined);
    assert.equal(manifest.config.mediaType, "application/vnd.oci.image.config.v1+json");
    assert.equal(manifest.annotations?.["org.opencontainers.image.created"], created);
    const layers: readonly { readonly mediaType: string; readonly digest: string }[] = manifest.layers;
    assert.deepEqual(layers.map(({ mediaType }) => mediaType), ["application/vnd.oci.image.layer.v1.tar+gzip"]);
    const tar = gunzipSync(read(layers[0]?.digest ?? ""));
    const time = created === undefined ? {} : { created };
    assert.deepEqual(json(manifest.config.digest), {
      ...time,
      architecture: "amd64",
      os: "linux",
      config: {},
      rootfs: { type: "layers", diff_ids: [`sha256:${createHash("sha256").update(tar).digest("hex")}`] },
      history: [{ ...time, created_by: "gantry" }],
    });
  });
}

Deno.test("push makes no image with a time that is none", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "a.yaml": "a: 1\n" });
  const args = ["plan", directory.path, "--profile", "image"];
  const { code, stderr } = await gantry(args, { env: { SOURCE_DATE_EPOCH: "now" } });
  assert.deepEqual([code, stderr.split(":")[0]], [2, "error"]);
});
