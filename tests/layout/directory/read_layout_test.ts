import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { isLayout } from "../../../src/layout/directory/read_layout.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const MARKER = '{"imageLayoutVersion":"1.0.0"}';

Deno.test("isLayout() knows a layout, and where there is room for one", async () => {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  await writeTree(directory.path, { "empty/": "", "begun/.gantry-1-a.tmp": "", "layout/oci-layout": MARKER });
  assert.deepEqual(await Promise.all([at("missing"), at("empty"), at("begun"), at("layout")].map(isLayout)), [
    false,
    false,
    false,
    true,
  ]);
});

for (const part of ["blobs", "blobs/sha256", "blobs/sha512"]) {
  for (const kind of ["a symbolic link", "no directory"]) {
    Deno.test(`isLayout() refuses a layout when its ${part} is ${kind}`, async () => {
      await using directory = await tempDirectory();
      const path = join(directory.path, "layout");
      await writeTree(path, { "oci-layout": MARKER, "index.json": '{"schemaVersion":2,"manifests":[]}' });
      await Deno.mkdir(join(directory.path, "elsewhere"));
      await Deno.mkdir(dirname(join(path, part)), { recursive: true });
      if (kind === "no directory") await Deno.writeTextFile(join(path, part), "text");
      else await Deno.symlink(join(directory.path, "elsewhere"), join(path, part));
      const message = `Cannot use ${JSON.stringify(join(path, part))} as a part of an OCI layout: it is ${kind}`;
      await assert.rejects(isLayout(path), { message });
    });
  }
}
