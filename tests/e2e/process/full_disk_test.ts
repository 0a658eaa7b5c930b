/** A copy onto a disk that is too small leaves what was there, and goes on when there is room. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { directoryStore } from "../../../src/layout/directory/store.ts";
import { mountTest } from "../../layout/mount.ts";
import { testContext } from "../../layout/test_context.ts";
import { gantry, gantryOk } from "../../support/gantry.ts";
import { putSample, sampleOf } from "../../support/store_samples.ts";
import { tempDirectory } from "../../support/temp_directory.ts";

for (const kind of ["oci-layout", "oci-archive"] as const) {
  mountTest(
    `copy --all-tags to ${kind} keeps the old tags when the disk is full, and completes later`,
    "1m",
    async (mount) => {
      await using directory = await tempDirectory();
      const source = join(directory.path, "source");
      await using store = directoryStore({ kind: "oci-layout", path: source });
      const samples = ["small", "medium", "large"].map((name, at) => sampleOf(`${name} `.repeat(100 + at * 100_000)));
      for (const [at, sample] of samples.entries()) await putSample(store, sample, [`${at}`], testContext());

      const destination = `${kind}:${join(mount.path, "copied")}`;
      await gantryOk(["copy", `oci-layout:${source}:0`, destination, "-q"]);
      const { code, stderr } = await gantry(["copy", `oci-layout:${source}`, destination, "--all-tags", "-q"]);
      assert.equal(code, 1);
      assert.match(stderr, /: no space left on device/i);
      const listed = await gantryOk(["list", destination, "--all"]);
      assert.deepEqual(listed.stdout.trim().split("\n").slice(1), [
        `0        ${samples[0]?.manifest.descriptor.digest}`,
      ]);
      const { whole, leftovers } = JSON.parse((await gantryOk(["verify", destination, "-o", "json"])).stdout);
      assert.deepEqual([whole, leftovers], [true, []]);

      await mount.grow("8m");
      await gantryOk(["copy", `oci-layout:${source}`, destination, "--all-tags", "-q"]);
      const report = JSON.parse((await gantryOk(["verify", destination, "-o", "json"])).stdout);
      assert.deepEqual([report.whole, report.manifests, report.unreferenced], [true, 3, []]);
    },
  );
}
