/**
 * Builds gantry's compressor: AssemblyScript in `src/pack/deflate/assembly` becomes WebAssembly, and that a text which
 * any loader of modules can carry: `src/pack/deflate/module.ts`.
 *
 * ```sh
 * deno task build:deflate            # writes the module
 * deno task build:deflate --check    # exits with 1 when it is not what the source gives, byte for byte
 * ```
 */
import { join } from "node:path";

/**
 * The compiler, which is run as a program and has a lock file of its own: it brings 100 MB, and what gantry imports is
 * downloaded by everybody who tries a checkout.
 */
const ASC = [
  "run",
  "-A",
  "--quiet",
  "--no-config",
  "--frozen",
  "--lock=scripts/asc.lock",
  "npm:assemblyscript@0.28.20/asc",
];

const ROOT = new URL("../", import.meta.url);
const SOURCES = new URL("src/pack/deflate/assembly/", ROOT);
const MODULE = new URL("src/pack/deflate/module.ts", ROOT);
const SIZE_LIMIT = 64 * 1024;
/** What may give different results on different machines: numbers with a point, and relaxed SIMD. */
const INEXACT_REGEXP = /\b(?:f32|f64|f32x4|f64x2)\b|relaxed/;

const { wasm, text } = await compile();
const inexact = text.split("\n").find((line) => INEXACT_REGEXP.test(line));
if (inexact !== undefined) fail(`the module must compute with integers only, but it has ${inexact.trim()}`);
if (wasm.byteLength > SIZE_LIMIT) fail(`the module has ${wasm.byteLength} bytes, more than ${SIZE_LIMIT}`);

const source = [
  "// Made by `deno task build:deflate`. Do not edit.",
  "",
  "/** The compressor as WebAssembly, in base64. */",
  "export const DEFLATE_MODULE =",
  `  "${toBase64(wasm)}";`,
  "",
].join("\n");

if (Deno.args.includes("--check")) {
  if (await Deno.readTextFile(MODULE) !== source) fail("src/pack/deflate/module.ts is not what its source gives");
} else {
  await Deno.writeTextFile(MODULE, source);
  print(`src/pack/deflate/module.ts: ${wasm.byteLength} bytes of WebAssembly`);
}

async function compile(): Promise<{ readonly wasm: Uint8Array; readonly text: string }> {
  const directory = await Deno.makeTempDir({ prefix: "gantry-asc-" });
  const written = (name: string): string => join(directory, name);
  try {
    await copySources(directory);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...ASC,
        ...["index.ts", "--baseDir", directory, "--outFile", "module.wasm", "--textFile", "module.wat"],
        ...["--optimizeLevel", "3", "--shrinkLevel", "0", "--noAssert", "--runtime", "stub", "--use", "abort="],
        ...["--enable", "simd", "--enable", "bulk-memory"],
      ],
      cwd: ROOT,
      stderr: "piped",
    }).output();
    const warnings = new TextDecoder().decode(stderr);
    if (!success || warnings !== "") fail(`asc says\n${warnings}`);
    return {
      wasm: await Deno.readFile(written("module.wasm")),
      text: await Deno.readTextFile(written("module.wat")),
    };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/**
 * `deno fmt` takes `@inline` away from a function, so it is a comment in the sources, and becomes what asc reads here.
 */
async function copySources(directory: string): Promise<void> {
  for await (const { name } of Deno.readDir(SOURCES)) {
    const source = await Deno.readTextFile(new URL(name, SOURCES));
    await Deno.writeTextFile(join(directory, name), source.replaceAll(/^\/\/ (?=@inline$)/gm, ""));
  }
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function fail(reason: string): never {
  print(`Cannot build the compressor: ${reason}`);
  Deno.exit(1);
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
