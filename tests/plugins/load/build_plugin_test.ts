import assert from "node:assert/strict";
import { LoadError } from "../../../src/plugins/load/load_error.ts";
import { buildPlugin } from "../../../src/plugins/load/build_plugin.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const FILES = {
  "typed.ts": 'import type { Kit } from "jsr:@gantry/gantry/plugin";\nexport default (kit: Kit) => kit;\n',
  "plain.mjs": 'import { join } from "node:path";\nexport default () => join("a", "b");\n',
  "more.ts": 'import { a } from "./part.ts";\nexport default (): number => a;\n',
  "part.ts": "export const a: number = 42;\n",
  "later.ts": 'export default (name: string) => import("./" + name);\n',
  "meta.mjs": 'const text = "import x from y";\nexport default () => text + import.meta.url; // import z from "z"\n',
};

Deno.test("buildPlugin() takes the types out of a file that imports nothing, and changes nothing else", async () => {
  assert.match(await build("typed.ts"), /^ +\nexport default \(kit +\) => kit;\n$/);
  assert.equal(await build("plain.mjs"), FILES["plain.mjs"]);
  assert.equal(await build("meta.mjs"), FILES["meta.mjs"]);
});

Deno.test("buildPlugin() says which line it cannot bundle where there is no Deno", async () => {
  await assert.rejects(build("more.ts"), (error) => {
    assert.ok(error instanceof LoadError);
    assert.equal(error.problem, "compiled");
    assert.match(
      error.message,
      /^Cannot build \/.*\/more\.ts:1: it imports "\.\/part\.ts", and the compiled gantry cannot bundle$/,
    );
    return true;
  });
  await assert.rejects(buildPlugin("npm:@acme/x@1", { base: "/", deno: undefined, signal: OPEN }), {
    message: "Cannot build npm:@acme/x@1: the compiled gantry cannot bundle",
  });
});

const OPEN = new AbortController().signal;

async function build(name: keyof typeof FILES): Promise<string> {
  await using directory = await tempDirectory();
  await writeTree(directory.path, FILES);
  return await buildPlugin(name, { base: directory.path, deno: undefined, signal: OPEN });
}
