/**
 * Builds the binary: `deno task compile [--plugin FILE]... [TARGET...]`.
 *
 * Without a target it builds `dist/gantry` for this machine and starts it once; with targets, such as
 * `aarch64-unknown-linux-gnu`, or `all`, it builds `dist/gantry-TARGET` for each. `dist/SHA256SUMS` has the checksums.
 *
 * With `--plugin FILE`, once for each, plugins are put into the binary: a configuration names them by their names. Each
 * is loaded once to check it. A package's specifier is as good as a file.
 *
 * The program is bundled first, because a binary of one minified module starts in a third of the time. `deno bundle`
 * downloads what it needs when it is used for the first time; where it cannot, the binary is made of the modules as
 * they are, does the same, and is larger and slower. The binary for this machine also has code in it that V8 has
 * compiled before, which takes off another quarter.
 *
 * `deno compile` downloads the runtime of the target from Deno's download site; `DENORT_BIN` names one that is here
 * already. It must be `denort` and fit this Deno: the full `deno` would make a binary that is a prompt and no gantry.
 */
import { basename } from "node:path";
import { digestHex, digestOf } from "../src/oci/digest.ts";
import { bakePlugins } from "./bake_plugins.ts";
import { type BundledProgram, bundleProgram, PROGRAM } from "./bundle_program.ts";
import { withCodeCache } from "./code_cache.ts";
import { startOnce } from "./start_once.ts";

const TARGETS: readonly string[] = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];
const OUT = "dist";
/** Where the binary finds them: `bakedPlugins` knows this place. */
const PLUGINS = `${OUT}/plugins`;
/**
 * Objects that die young wait in a space of 2 MiB for each thread, not of 16 or more: a push takes 30 MiB less, and no
 * more time. It has that size from the beginning, since V8 collects garbage each time that it lets it grow. Of the
 * others it collects garbage when there are a fifth more than it has left the last time, not up to four times as many,
 * and at once: what is marked bit by bit is done when a source of 100,000 files has long been walked. That is another
 * 20 MiB for such a source, 45 when all are in one directory, and no more time.
 */
const V8_FLAGS: readonly string[] = [
  "--max-semi-space-size=2",
  "--min-semi-space-size=2",
  "--heap-growing-percent=20",
  "--no-incremental-marking",
];
/** Where the bundle goes. */
const BUNDLE = `${OUT}/program`;

if (import.meta.main) {
  try {
    await compileAll(Deno.args);
  } catch (error) {
    say(`error: ${error instanceof Error ? error.message : String(error)}`);
    Deno.exit(1);
  }
}

async function compileAll(args: readonly string[]): Promise<void> {
  const { plugins, names } = parseArgs(args);
  const targets = names.includes("all") ? TARGETS : names;
  const unknown = targets.find((target) => !TARGETS.includes(target));
  if (unknown !== undefined) {
    throw new RangeError(`Cannot compile for "${unknown}": the targets are ${TARGETS.join(", ")}`);
  }
  await Deno.mkdir(OUT, { recursive: true });
  const bundled = await bundleProgram({ ...PROGRAM, directory: BUNDLE });
  if (bundled === undefined) say("This Deno cannot bundle, so the binary is made of the modules as they are");
  const baked = await bakePlugins(plugins, bundled === undefined ? PLUGINS : `${BUNDLE}/plugins`);
  const modules = bundled ?? { entry: PROGRAM.entry, config: "deno.json", included: PROGRAM.workers };
  const program = { ...modules, included: [...modules.included, ...baked] };
  const isForUs = targets.length === 0 || targets.includes(Deno.build.target);
  const ours = bundled !== undefined && isForUs
    ? await withCodeCache(program, { directory: BUNDLE, external: PROGRAM.external, compile: compileHere })
    : program;
  const built: string[] = [];
  if (targets.length === 0) {
    const output = `${OUT}/gantry${Deno.build.os === "windows" ? ".exe" : ""}`;
    await compileHere(output, ours);
    built.push(output);
  }
  for (const target of targets) {
    const output = `${OUT}/gantry-${target}${target.includes("windows") ? ".exe" : ""}`;
    await compile(output, { ...(target === Deno.build.target ? ours : program), target });
    built.push(output);
  }
  await writeChecksums(built);
}

function parseArgs(
  args: readonly string[],
): { readonly plugins: readonly string[]; readonly names: readonly string[] } {
  const plugins: string[] = [];
  const names: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--plugin") plugins.push(rest.shift() ?? missingFile());
    else if (arg.startsWith("--plugin=")) plugins.push(arg.slice("--plugin=".length));
    else if (arg.startsWith("-")) throw new RangeError(`Unknown option ${JSON.stringify(arg)}: there is --plugin FILE`);
    else names.push(arg);
  }
  return { plugins, names };
}

function missingFile(): never {
  throw new RangeError("Cannot bake a plugin: --plugin needs a file");
}

async function compile(
  output: string,
  { entry, config, included, target }: BundledProgram & { readonly target?: string },
): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--quiet",
      "--frozen",
      "--config",
      config,
      "--no-prompt",
      // The cache would be a file of a name that everybody knows in a directory where everybody may write, and what is
      // in it is run.
      "--no-code-cache",
      `--v8-flags=${V8_FLAGS.join(",")}`,
      // A plugin may start any program, and gantry reads and writes wherever it is told to, so that less than all would
      // keep nobody from anything. And with less Deno looks for links on the way to every file that is opened, name by
      // name: 28 calls of the system for each file of a source, an eighth of the work of a push.
      "--allow-all",
      ...(target === undefined ? [] : ["--target", target]),
      // Nothing imports the workers, so they would not be in the binary.
      ...included.flatMap((file) => ["--include", file]),
      "--output",
      output,
      entry,
    ],
  }).output();
  if (!success) throw new Error(`Cannot compile ${output}:\n${new TextDecoder().decode(stderr)}`);
}

/** Makes a binary for this machine, and starts it once. */
async function compileHere(output: string, program: BundledProgram): Promise<void> {
  await compile(output, program);
  await startOnce(output, { denort: Deno.env.get("DENORT_BIN") });
}

async function writeChecksums(paths: readonly string[]): Promise<void> {
  let sums = "";
  for (const path of paths) sums += `${digestHex(digestOf(await Deno.readFile(path)))}  ${basename(path)}\n`;
  await Deno.writeTextFile(`${OUT}/SHA256SUMS`, sums);
  Deno.stdout.writeSync(new TextEncoder().encode(sums));
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
