import assert from "node:assert/strict";
import { LoadError } from "../../../src/plugins/load/load_error.ts";
import { buildPlugin } from "../../../src/plugins/load/build_plugin.ts";
import { writeScript } from "../../support/script.ts";
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

Deno.test("buildPlugin() bundles a package apart from the project around, and a file as part of its own", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, FILES);
  const deno = await writeScript(directory.path, "deno", 'echo "/* $PWD $* */ export default 1;"');
  const root = await Deno.realPath(directory.path);
  const bundle = (what: string): Promise<string> => buildPlugin(what, { base: root, deno, signal: OPEN });
  const flags = "bundle --quiet --minify --platform deno --format esm";
  assert.equal(
    await bundle("npm:@acme/x@1"),
    `/* ${root} ${flags} --no-config --no-lock npm:@acme/x@1 */ export default 1;\n`,
  );
  assert.equal(await bundle("more.ts"), `/* ${root} ${flags} ${root}/more.ts */ export default 1;\n`);
});

Deno.test("buildPlugin() ends the bundling when it is aborted", async () => {
  await using directory = await tempDirectory();
  const stop = new AbortController();
  const reason = new Error("enough");
  const deno = await writeScript(directory.path, "deno", "exec sleep 600");
  const built = buildPlugin("npm:@acme/x@1", { base: directory.path, deno, signal: stop.signal });
  stop.abort(reason);
  await assert.rejects(built, reason);
});

const OPEN = new AbortController().signal;

async function build(name: keyof typeof FILES): Promise<string> {
  await using directory = await tempDirectory();
  await writeTree(directory.path, FILES);
  return await buildPlugin(name, { base: directory.path, deno: undefined, signal: OPEN });
}
