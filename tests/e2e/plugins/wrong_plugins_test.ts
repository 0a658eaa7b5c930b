/**
 * What a user reads when a plugin is wrong. The messages are in `golden/wrong_plugins.txt`, to be read aloud; with
 * `GANTRY_UPDATE=1` this test writes them anew.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startFakeRegistry } from "../../support/fake_registry.ts";
import { gantry, gantryOk } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runTool } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const GOLDEN = new URL("golden/wrong_plugins.txt", import.meta.url);

/** A plugin's file: what it is, and what of it differs from one that works. */
function file(parts: Readonly<Record<string, string>>): string {
  const fields = {
    name: '"acme:wrong"',
    version: '"1.0.0"',
    apiVersion: "1",
    stage: '"filter"',
    options:
      'kit.z.strictObject({ kinds: kit.z.array(kit.z.string()).default(["Secret"]), level: kit.z.int().optional() })',
    run: "() => ({ drop: [] })",
    ...parts,
  };
  return `export default (kit) => kit.plugin({ ${
    Object.entries(fields).map((field) => field.join(": ")).join(", ")
  } });\n`;
}

const METADATA = JSON.stringify({ protocol: [1], name: "acme:gate", version: "1.0.0", stage: "after:archive" });
const program = (run: string): string => `#!/bin/sh\n[ "$1" = metadata ] && echo '${METADATA}' && exit 0\n${run}\n`;

interface Wrong {
  readonly plugin: string;
  /** Its place in the pipeline; a filter when left out. */
  readonly pipeline?: object;
  readonly code: number;
}

const filter = (entry: unknown): object => ({ filter: [entry] });
const uploading = { url: '() => "acme:place"', tag: "() => ({ moved: [] })", resolve: "() => undefined" };
const place = (parts: object): string =>
  `{ ${Object.entries({ ...uploading, ...parts }).map((field) => field.join(": ")).join(", ")} }`;
const gate = { custom: [{ after: "archive", use: "exec:./gate" }] };

const WRONG: Readonly<Record<string, Wrong>> = {
  "options that it does not have": {
    plugin: file({}),
    pipeline: filter(["./plugin.mjs", { kindz: [], level: "high", other: 1 }]),
    code: 2,
  },
  "an output of another shape": { plugin: file({ run: "() => ({ drops: [] })" }), code: 2 },
  "an output with one wrong value": {
    plugin: file({ run: '() => ({ drop: [{ path: "a.yaml", reason: 3 }] })' }),
    code: 2,
  },
  "a path that is not there": { plugin: file({ run: '() => ({ drop: [{ path: "b.yaml", reason: "b" }] })' }), code: 2 },
  "no output": { plugin: file({ run: "() => {}" }), code: 2 },
  "it throws": { plugin: file({ run: '() => { throw new TypeError("x is not a function"); }' }), code: 2 },
  "it says that something is wrong": {
    plugin: file({
      run:
        '(_i, _o, { fail }) => fail("NO_POLICY", "There is no policy for a.yaml", { path: "a.yaml", hint: "write one" })',
    }),
    code: 2,
  },
  "it takes too long": {
    plugin: file({
      run:
        "(_i, _o, { signal }) => new Promise((_r, reject) => signal.addEventListener('abort', () => reject(signal.reason)))",
    }),
    pipeline: filter({ use: "./plugin.mjs", timeout: "1s", id: "slow" }),
    code: 2,
  },
  "it changes what it was given": {
    plugin: file({ run: "({ entries }) => { entries.pop(); return { drop: [] }; }" }),
    code: 2,
  },
  "another version of the contract": { plugin: file({ apiVersion: "2" }), code: 2 },
  "no version of the contract": { plugin: file({ apiVersion: "undefined" }), code: 2 },
  "a stage that there is not": { plugin: file({ stage: '"filtr"' }), code: 2 },
  "a stage that is not that of the list": { plugin: file({ stage: '"tag"', run: "() => ({ tags: [] })" }), code: 2 },
  "no default export": { plugin: "export const plugin = 1;\n", code: 2 },
  "a default export that is no function": { plugin: "export default { name: 'acme:wrong' };\n", code: 2 },
  "a file that does not parse": { plugin: "export default (kit) => kit.plugin({ name: 'a' \n", code: 2 },
  "a file that throws while it is loaded": { plugin: "throw new Error('no luck');\nexport default 1;\n", code: 2 },
  "an import that is not there": { plugin: 'import "./nowhere.mjs";\nexport default 1;\n', code: 2 },
  "a file that is not there": { plugin: file({}), pipeline: filter("./plugins.mjs"), code: 2 },
  "a name that there is not": { plugin: file({}), pipeline: filter("ignroe"), code: 2 },
  "an upload without a place": { plugin: file({ stage: '"upload"' }), pipeline: { upload: ["./plugin.mjs"] }, code: 2 },
  "an upload that says nothing of what it did": {
    plugin: file({ stage: '"upload"', place: place({}), run: "() => ({ uploaded: [], existing: [] })" }),
    pipeline: { upload: ["./plugin.mjs"] },
    code: 1,
  },
  "an upload to a place that cannot say what a tag points to": {
    plugin: file({ stage: '"upload"', place: place({ resolve: "undefined" }) }),
    pipeline: { upload: ["./plugin.mjs"] },
    code: 1,
  },
  "an upload that throws": {
    plugin: file({ stage: '"upload"', place: place({}), run: '() => { throw new Error("no space left"); }' }),
    pipeline: { upload: ["./plugin.mjs"] },
    code: 1,
  },
  "a step before tag that throws": {
    plugin: file({ stage: '"before:tag"', run: '() => { throw new Error("the scanner is down"); }' }),
    pipeline: { custom: [{ before: "tag", use: "./plugin.mjs" }] },
    code: 1,
  },
  "a program that ends with 1": {
    plugin: program("echo 'cannot reach the scanner' >&2; exit 1"),
    pipeline: gate,
    code: 2,
  },
  "a program that writes no JSON": { plugin: program("echo 'all is well'"), pipeline: gate, code: 2 },
  "a program that writes what is no answer": {
    plugin: program(`cat > /dev/null; echo '{"ok":true}'`),
    pipeline: gate,
    code: 2,
  },
  "a program without metadata": { plugin: "#!/bin/sh\necho hello\n", pipeline: gate, code: 2 },
  "a program that is not there": {
    plugin: program("exit 0"),
    pipeline: { custom: [{ after: "archive", use: "exec:./gat" }] },
    code: 2,
  },
};

const said: Record<string, string> = {};

for (const [what, { plugin, pipeline = filter("./plugin.mjs"), code }] of Object.entries(WRONG)) {
  Deno.test(`a wrong plugin is named, and nothing is tagged: ${what}`, async () => {
    await using directory = await tempDirectory();
    await using registry = startFakeRegistry();
    await writeTree(directory.path, {
      "source/a.yaml": "a: 1\n",
      "plugin.mjs": plugin.startsWith("#!") ? "" : plugin,
      "gate": plugin.startsWith("#!") ? plugin : "",
      "gantry.json": JSON.stringify({ source: "./source", pipeline }, undefined, 2),
    });
    const target = `oci://${registry.host}/acme/app`;
    const args = ["push", target, "--config", join(directory.path, "gantry.json"), "--version", "1.0.0", "--tag", "x"];
    const result = await gantry(args);
    const plain = result.stderr.replaceAll(await Deno.realPath(directory.path), "DIR").replaceAll(directory.path, "DIR")
      .replaceAll(/(?:\.\.?\/)+tmp\/[^/\s]+/g, "DIR").replaceAll(registry.host, "HOST");
    said[what] = `## ${what}\nexit code ${result.code}\n${
      plain.split("\n").filter((line) => !/^(Plugins of|Profile) /.test(line)).join("\n")
    }`;
    assert.equal(result.stdout, "");
    assert.equal(result.code, code, result.stderr);
    assert.deepEqual(
      registry.requests.filter(({ method, path }) => method === "PUT" && /manifests\/(?!sha256)/.test(path)),
      [],
    );
    if (code === 2) assert.deepEqual(registry.requests, [], "nothing was contacted");
    if (Deno.env.get("GANTRY_UPDATE") !== "1") {
      const golden = await Deno.readTextFile(GOLDEN);
      assert.equal(said[what], golden.split(/^(?=## )/m).find((section) => section.startsWith(`## ${what}\n`)));
    }
  });
}

Deno.test("a plugin that never settles is named at once, when nothing can happen any more", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    "source/a.yaml": "a: 1\n",
    "plugin.mjs": file({ run: "() => new Promise(() => {})" }),
    "gantry.json": JSON.stringify({ source: "./source", pipeline: filter("./plugin.mjs") }),
  });
  // A process of its own: in this one the tests themselves are something that can happen.
  const { code, stdout, stderr } = await runTool(
    Deno.execPath(),
    ["run", "-A", "--frozen", "--config", join(ROOT, "deno.json"), join(ROOT, "main.ts"), "push", "oci-layout:out"],
    { cwd: directory.path },
  );
  assert.equal(code, 2, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /^error: Plugin acme:wrong \(filter\) .*never/m);
  await assert.rejects(Deno.stat(join(directory.path, "out")), Deno.errors.NotFound);
});

Deno.test("what a plugin writes to the console goes to standard error, with its name", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    "source/a.yaml": "a: 1\n",
    "plugin.mjs": file({ run: "() => { console.log('looked at %d', 1); return { drop: [] }; }" }),
    "gantry.json": JSON.stringify({ source: "./source", pipeline: filter("./plugin.mjs") }),
  });
  const { stdout, stderr } = await gantryOk(["plan", "--config", join(directory.path, "gantry.json"), "-o", "json"]);
  assert.equal(JSON.parse(stdout).files.length, 1);
  assert.match(stderr, /^acme:wrong: looked at 1$/m);
});

Deno.test("golden/wrong_plugins.txt has the message of every wrong plugin, and no other", async () => {
  if (Deno.env.get("GANTRY_UPDATE") === "1") await Deno.writeTextFile(GOLDEN, Object.values(said).join(""));
  const golden = await Deno.readTextFile(GOLDEN);
  assert.deepEqual(golden.match(/^## .*$/gm), Object.keys(WRONG).map((what) => `## ${what}`));
});
