/**
 * Builds gantry's compressor: AssemblyScript in `src/pack/deflate/assembly` becomes WebAssembly, and that a text which
 * any loader of modules can carry: `src/pack/deflate/module.ts`.
 *
 * ```sh
 * deno task build:deflate            # writes the module
 * deno task build:deflate --check    # exits with 1 when it is not what the source gives, byte for byte
 * ```
 */
import asc from "assemblyscript/asc";

const ROOT = new URL("../", import.meta.url);
const ENTRY = "src/pack/deflate/assembly/index.ts";
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
  const written = new Map<string, Uint8Array | string>();
  const { error, stderr } = await asc.main([
    ...[ENTRY, "--outFile", "module.wasm", "--textFile", "module.wat"],
    ...["--optimizeLevel", "3", "--shrinkLevel", "0", "--noAssert", "--runtime", "stub", "--use", "abort="],
    ...["--enable", "simd", "--enable", "bulk-memory"],
  ], {
    readFile: (name: string): string | null => readIfPresent(new URL(name, ROOT)),
    writeFile: (name: string, contents: Uint8Array | string): void => void written.set(name, contents),
    listFiles: (): string[] => [],
  });
  const warnings = stderr.toString();
  if (error !== null || warnings !== "") fail(`asc says\n${warnings}${error?.message ?? ""}`);
  const wasm = written.get("module.wasm");
  const text = written.get("module.wat");
  if (!(wasm instanceof Uint8Array) || typeof text !== "string") fail("asc wrote no module");
  return { wasm, text };
}

/** asc also asks for files that it has itself. Its `@inline` is a comment in ours, because `deno fmt` takes it away. */
function readIfPresent(url: URL): string | null {
  try {
    return Deno.readTextFileSync(url).replaceAll(/^\/\/ (?=@inline$)/gm, "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
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
