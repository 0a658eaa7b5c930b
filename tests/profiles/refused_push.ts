import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

/** Pushes what must be refused before anything is contacted or written, and gives what was said. */
export async function refusedPush(files: Readonly<Record<string, string>>, profile: string): Promise<string> {
  await using directory = await tempDirectory();
  const source = join(directory.path, "source");
  await writeTree(source, files);
  const layout = join(directory.path, "layout");
  // Nobody answers at an address for documentation: whoever asks it waits.
  const targets = [`oci-layout:${layout}`, "oci://192.0.2.1/nobody"];
  const { code, stderr } = await gantry(["push", source, ...targets, "--profile", profile, "--version", "1.0.0"]);
  assert.equal(code, 2, stderr);
  await assert.rejects(Deno.stat(layout), Deno.errors.NotFound);
  return stderr;
}
