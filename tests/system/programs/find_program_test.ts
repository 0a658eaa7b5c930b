import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "../../../src/system/programs/find_program.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

const CONFIG = fileURLToPath(import.meta.resolve("../../../deno.json"));

Deno.test("findProgram() finds a path relative to the base, and a name on PATH only", async () => {
  await using directory = await tempDirectory();
  const { path } = directory;
  await writeTree(path, { "bin/gate": "#!/bin/sh\n", "other/gate": "#!/bin/sh\n", "other/data": "text" });
  const places = { base: path, path: `:${path}/none:${path}/other:${path}/bin` };
  assert.equal(await findProgram("./bin/gate", places), join(path, "bin/gate"));
  assert.equal(await findProgram("gate", places), join(path, "other/gate"));
  assert.equal(await findProgram("gate", { base: path, path: `${path}/bin` }), join(path, "bin/gate"));
});

Deno.test("findProgram() takes an empty part of PATH for no directory, not even the current one", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "gate": "#!/bin/sh\n" });
  const module = JSON.stringify(import.meta.resolve("../../../src/system/programs/find_program.ts"));
  const code = `const { findProgram } = await import(${module});
    console.log(await findProgram("gate", { base: ".", path: ":" }).catch(({ message }) => message));`;
  const said = await tool(Deno.execPath(), ["eval", "--config", CONFIG, code], { cwd: directory.path });
  assert.match(said, /^Cannot find the program "gate"/);
});

const PROBLEMS: readonly (readonly [program: string, message: RegExp])[] = [
  ["./nope", /^Cannot run "\/.*\/nope": there is no such file$/],
  ["./data/nope", /^Cannot run "\/.*\/data\/nope": there is no such file$/],
  ["./bin", /^Cannot run "\/.*\/bin": it is not a file$/],
  ["./data", /^Cannot run "\/.*\/data": it is not executable; `chmod \+x` makes it so$/],
  ["nope", /^Cannot find the program "nope": it is in no directory of PATH; .* such as \.\/nope$/],
  ["gate", /^Cannot find the program "gate": it is in no directory of PATH/],
  ["unfit", /^Cannot run "\/.*\/bin\/unfit": it is not executable/],
];

for (const [program, message] of PROBLEMS) {
  Deno.test(`findProgram() says what is wrong with ${program}`, async () => {
    await using directory = await tempDirectory();
    const { path } = directory;
    await writeTree(path, { "gate": "#!/bin/sh\n", "data": "text", "bin/unfit": "text" });
    await assert.rejects(findProgram(program, { base: path, path: `${path}/bin` }), { message });
  });
}
