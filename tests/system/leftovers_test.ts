import assert from "node:assert/strict";
import { join } from "node:path";
import { makePrivateDirectory } from "../../src/extract/directory/private_directory.ts";
import { beforeLeftovers } from "../../src/system/leftovers.ts";
import { makeTemporaryDirectory } from "../../src/system/temporary_directory.ts";
import { writeFile } from "../../src/system/write_file.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const MAKERS: readonly (readonly [name: string, make: (parent: string) => Promise<void>])[] = [
  ["a temporary directory", async (parent) => (await makeTemporaryDirectory({ prefix: "gantry-", parent })).remove()],
  ["the place of a pull", async (parent) => (await makePrivateDirectory(parent))[Symbol.asyncDispose]()],
  ["a file without its name", (parent) => writeFile(join(parent, "file"), [])],
];

for (const [name, make] of MAKERS) {
  Deno.test(`beforeLeftovers() does its work once, before ${name} is there`, async () => {
    await using directory = await tempDirectory();
    const found: number[] = [];
    beforeLeftovers(() => void found.push([...Deno.readDirSync(directory.path)].length));
    await make(directory.path);
    assert.deepEqual(found, [0]);
    await make(directory.path);
    assert.equal(found.length, 1);
  });
}
