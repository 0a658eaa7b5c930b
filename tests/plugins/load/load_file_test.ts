import assert from "node:assert/strict";
import { createKit } from "../../../src/driver/kit.ts";
import { LoadError } from "../../../src/plugins/load/load_error.ts";
import { loadFile } from "../../../src/plugins/load/load_file.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const TYPED = `import type { Kit } from "jsr:@gantry/gantry/plugin";
interface Options { readonly max: number }
export default ((kit: Kit) => kit.plugin({
  name: "acme:max", version: "1.0.0", apiVersion: 1, stage: "filter", description: import.meta.filename as string,
  options: kit.z.strictObject({ max: kit.z.number() }),
  run: (_: unknown, { max }: Options): unknown => ({ drop: [] satisfies unknown[], max }),
})) satisfies unknown;
`;

for (const strip of [true, false]) {
  const where = strip ? "in the compiled program" : "under deno run";

  Deno.test(`loadFile() loads .ts, .js and .mjs ${where}`, async () => {
    await using directory = await tempDirectory();
    const plain = `export default (kit) => ({ name: kit.apiVersion + ":" + import.meta.filename });`;
    await writeTree(directory.path, { "a b/t.ts": TYPED, "a b/j.js": plain, "a b/m.mjs": plain });
    const root = await Deno.realPath(directory.path);
    const kit = await createKit();
    for (const name of ["j.js", "m.mjs"]) {
      const factory = await loadFile(`./a b/${name}`, { base: root, strip });
      assert.equal(factory(kit).name, `1:${root}/a b/${name}`);
    }
    const plugin = (await loadFile(`${root}/a b/t.ts`, { base: "/", strip }))(kit);
    assert.equal(plugin.description, `${root}/a b/t.ts`);
    assert.equal(plugin.options.safeParse({ max: "1" }).success, false);
  });

  Deno.test(`loadFile() loads an enum and parameter properties ${where}`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, {
      "e.ts": "enum A { x = 7 }\nclass B { constructor(readonly c: A) {} }\nexport default () => new B(A.x).c;\n",
    });
    const factory: unknown = await loadFile("e.ts", { base: directory.path, strip });
    assert.ok(typeof factory === "function");
    assert.equal(factory(), 7);
  });

  const PROBLEMS: readonly (readonly [name: string, problem: string, message: RegExp])[] = [
    ["strip_secret.ts", "missing", /^Cannot find "\/.*\/strip_secret\.ts", did you mean "strip_secrets\.ts"\?$/],
    ["nothing-like-it.ts", "missing", /^Cannot find "\/.*\/nothing-like-it\.ts": there is no such file$/],
    ["nowhere/a.ts", "missing", /^Cannot find "\/.*\/nowhere\/a\.ts": there is no directory "\/.*\/nowhere"$/],
    ["folder.ts", "kind", /^Cannot load "\/.*\/folder\.ts": it is not a file$/],
    ["plugin.py", "kind", /^Cannot load "\/.*\/plugin\.py": its name must end in \.ts, \.js, \.mjs$/],
    ["syntax.ts", "syntax", /^Cannot parse \/.*\/syntax\.ts:2:\d+: \S/],
    ["syntax.mjs", "syntax", /^Cannot parse \/.*\/syntax\.mjs:2:\d+: \S/],
    ["relative.ts", "import", strip ? /relative\.ts:2: it imports "\.\/nope\.ts"$/ : /Module not found/],
    ["relative.mjs", "import", /^Cannot load \/.*\/relative\.mjs: Module not found/],
    ["bare.mjs", "import", /^Cannot load \/.*\/bare\.mjs: .*left-pad/],
    ["named.mjs", "import", /^Cannot load \/.*\/named\.mjs: .*does not provide an export named 'nope'/],
    ["throws.mjs", "threw", /^Cannot load \/.*\/throws\.mjs: it threw TypeError: at load$/],
    ["throws.ts", "threw", /^Cannot load \/.*\/throws\.ts: it threw Error: at load$/],
  ];

  for (const [name, problem, message] of PROBLEMS) {
    Deno.test(`loadFile() says what is wrong with ${name} ${where}`, async () => {
      await using directory = await tempDirectory();
      await writeTree(directory.path, {
        "strip_secrets.ts": TYPED,
        "folder.ts/": "",
        "plugin.py": "",
        "syntax.ts": "const a: number = 1;\nconst b: = (;\n",
        "syntax.mjs": "const a = 1;\nconst b = (;\n",
        "relative.ts": 'const a: number = 1;\nimport { b } from "./nope.ts";\nexport default () => a + b;\n',
        "relative.mjs": 'import { b } from "./nope.mjs";\nexport default b;\n',
        "bare.mjs": 'import pad from "left-pad";\nexport default pad;\n',
        "named.mjs": 'import { nope } from "./throws.mjs";\nexport default nope;\n',
        "throws.mjs": 'throw new TypeError("at load\\nand more");\n',
        "throws.ts": 'const a: string = "at load";\nthrow new Error(a);\n',
      });
      await assert.rejects(loadFile(name, { base: directory.path, strip }), (error) => {
        assert.ok(error instanceof LoadError, String(error));
        assert.match(error.message, message);
        assert.equal(error.problem, problem);
        return true;
      });
    });
  }
}
