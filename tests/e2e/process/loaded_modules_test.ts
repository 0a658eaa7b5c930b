/** What a command loads: to load a module takes longer than most of them take to run. Counted, and not timed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const FILES = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`${at}.yaml`, `value: ${at}\n`]));

/** Every module that V8 has evaluated: the file below the root, or the package's name. */
async function loadedBy(args: readonly string[]): Promise<readonly string[]> {
  await using coverage = await tempDirectory();
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "--frozen", "--config", join(ROOT, "deno.json"), join(ROOT, "main.ts"), ...args],
    env: { DENO_COVERAGE_DIR: coverage.path, NO_COLOR: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const urls: string[] = [];
  for await (const { name } of Deno.readDir(coverage.path)) {
    urls.push(JSON.parse(await Deno.readTextFile(join(coverage.path, name))).url);
  }
  assert.ok(urls.length > 0, "nothing was recorded");
  return [...new Set(urls)].map(placeOf).sort();
}

function placeOf(url: string): string {
  const path = fileURLToPath(url);
  return path.startsWith(ROOT)
    ? path.slice(ROOT.length)
    : /registry\.npmjs\.org[\\/](.+?)[\\/]\d/.exec(path)?.[1] ?? path;
}

/** What only some runs need, and takes long to load. */
const RARE: readonly string[] = [
  "zod",
  "js-yaml",
  "semver",
  "jsonc-parser",
  "diff",
  "@swc/wasm-typescript",
  "es-module-lexer",
];

const COMMANDS:
  readonly (readonly [what: string, args: (place: string) => readonly string[], most: number, never: RegExp])[] = [
    [
      "version",
      () => ["version"],
      86,
      /^src\/(?:driver|layout|pack|extract\/extraction\.|registry\/client|plugins\/annotate\/git)/,
    ],
    [
      "--help",
      () => ["--help"],
      86,
      /^src\/(?:driver|layout|pack|extract\/extraction\.|registry\/client|plugins\/annotate\/git)/,
    ],
    [
      "a push of ten files",
      (place) => ["push", join(place, "source"), `oci-layout:${join(place, "layout")}:1`],
      420,
      /^src\/(?:cli\/airgap\/(?!commands)|yaml|profiles\/helm\/chart\.|registry\/http\/node_transport|pack\/deflate\/deflate_worker)/,
    ],
  ];
for (const [what, args, most, never] of COMMANDS) {
  Deno.test(`gantry loads at most ${most} modules for ${what}, and none of those that are rarely needed`, async () => {
    await using place = await tempDirectory();
    await writeTree(
      place.path,
      Object.fromEntries(Object.entries(FILES).map(([name, text]) => [`source/${name}`, text])),
    );
    const loaded = await loadedBy(args(place.path));
    assert.ok(loaded.includes("main.ts"));
    assert.deepEqual(loaded.filter((module) => RARE.includes(module) || never.test(module)), []);
    assert.ok(loaded.length <= most, `${loaded.length}:\n${loaded.join("\n")}`);
  });
}
