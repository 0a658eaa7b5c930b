/**
 * What users read as help, page by page: `golden/NAME.txt`. With `GANTRY_UPDATE=1` this test writes them anew.
 */
import assert from "node:assert/strict";
import { helpPages } from "./help_pages.ts";

const GOLDEN = new URL("golden/", import.meta.url);

function fileOf(name: string): string {
  return `${name === "" ? "gantry" : name.replaceAll(" ", "_")}.txt`;
}

for (const { name, text } of helpPages(80)) {
  Deno.test(`gantry help ${name} prints golden/${fileOf(name)}`, async () => {
    const file = new URL(fileOf(name), GOLDEN);
    if (Deno.env.get("GANTRY_UPDATE") === "1") await Deno.writeTextFile(file, text);
    assert.equal(text, await Deno.readTextFile(file));
  });
}

Deno.test("golden/ of the help has a file for every page, and no other", async () => {
  const files = await Array.fromAsync(Deno.readDir(GOLDEN), ({ name }) => name);
  assert.deepEqual(files.sort(), helpPages().map(({ name }) => fileOf(name)).sort());
});
