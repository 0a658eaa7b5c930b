import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleProgram } from "../../scripts/bundle_program.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

const PROGRAM = `
export function work(opened: Disposable & { readonly value: number }): number {
  using file = opened;
  return file.value;
}
`;

Deno.test("bundleProgram() keeps what disposes of things that are used once", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "main.ts": PROGRAM });
  const program = await bundleProgram({
    entry: join(directory.path, "main.ts"),
    workers: [],
    moved: {},
    external: [],
    directory: join(directory.path, "bundle"),
  });
  assert.ok(program);
  const { work } = await import(pathToFileURL(program.entry).href);
  let closed = 0;
  assert.equal(work({ value: 42, [Symbol.dispose]: () => void closed++ }), 42);
  assert.equal(closed, 1);
});
