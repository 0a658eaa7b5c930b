import { basename, dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { startFakeRegistry } from "../tests/support/fake_registry.ts";
import { tempDirectory } from "../tests/support/temp_directory.ts";
import { GIVEN_NAMES, type ScriptName } from "./binary/load_program.ts";
import { bundle, bundledName, type BundledProgram } from "./bundle_program.ts";

/** What the binary begins with, and what a binary begins with that records. */
const START = "scripts/binary/start.ts";
const RECORD = "scripts/binary/record.ts";
/** What is published to find out what most commands need. */
const SOURCE = "examples/plain";

/** How a program gets compiled code. */
export interface CodeCacheOptions {
  /** Where the program was bundled, and nothing else is. */
  readonly directory: string;
  /** Packages that are not in the bundle. */
  readonly external: readonly string[];
  /** Makes a binary for this machine. */
  readonly compile: (output: string, program: BundledProgram) => Promise<void>;
}

/**
 * Puts code into a program that V8 has compiled before, so that it does not compile the same at every start. Deno can
 * do this with scripts and not with modules; so the modules become scripts, and those that a push needs two large ones.
 *
 * V8 refuses code of another version of itself, and of another kind of machine: it is good for one binary.
 *
 * @param program The program, bundled into the directory.
 * @returns The program for that binary.
 * @throws {Error} When it does not run, or V8 would not take the code.
 */
export async function withCodeCache(
  program: BundledProgram,
  { directory, external, compile }: CodeCacheOptions,
): Promise<BundledProgram> {
  const parts = join(directory, "parts");
  const functions = await moduleFunctions(program, { directory, external });
  const starter = await bundleEntry(START);
  const recorder = await bundleEntry(RECORD);
  await Deno.mkdir(parts);
  const run = [Deno.execPath(), "run", "--quiet", "-A", "--config", resolve(program.config), resolve(recorder)];
  await writeScripts({ start: [], push: [] });
  const start = await record(run, ["version"]);
  await using registry = startFakeRegistry();
  const push = ["push", resolve(SOURCE), `oci://${registry.host}/plain:latest`, "--no-config"];
  const pushed = await record(run, push);
  await writeScripts({ start, push: pushed.filter((name) => !start.includes(name)) });
  const whole = { ...program, included: [...program.included, parts] };
  // Of the name of the real one, which is part of where Deno says that the modules are.
  const binary = resolve(directory, "recording", "gantry");
  await Deno.mkdir(dirname(binary));
  await compile(binary, { ...whole, entry: recorder });
  await record([binary], push);
  await Deno.remove(dirname(binary), { recursive: true });
  return { ...whole, entry: starter };

  async function bundleEntry(path: string): Promise<string> {
    const output = join(directory, bundledName(path));
    await mustBundle(["--output", output, path]);
    return output;
  }

  /** Writes the scripts, with the modules that each is to have, and the other modules. */
  async function writeScripts(scripts: Readonly<Record<ScriptName, readonly string[]>>): Promise<void> {
    const rest = new Map(functions);
    for (const [script, names] of Object.entries(scripts)) {
      const members = names.map((name) => `${JSON.stringify(name)}:${functions.get(name)}`);
      await Deno.writeTextFile(join(parts, `${script}.script`), `({${members.join(",")}})`);
      for (const name of names) rest.delete(name);
      for (const name of names) await Deno.remove(join(parts, `${name}.gz`));
    }
    for (const [name, text] of rest) {
      await Deno.writeFile(join(parts, `${name}.gz`), gzipSync(`(${text})`, { level: 9 }));
    }
  }

  /** Runs what records, and gives the names of the modules that have run. */
  async function record(
    [command = "", ...args]: readonly string[],
    more: readonly string[],
  ): Promise<readonly string[]> {
    await using home = await tempDirectory();
    const { success, stderr } = await new Deno.Command(command, {
      args: [...args, ...more],
      cwd: parts,
      // Nothing of what a CI system says, or its steps would get what this publishes.
      clearEnv: true,
      env: { HOME: home.path, SYSTEMROOT: Deno.env.get("SYSTEMROOT") ?? "" },
      stdin: "null",
    }).output();
    if (!success) throw new Error(`Cannot record what gantry needs:\n${new TextDecoder().decode(stderr)}`);
    const list = join(parts, "loaded.json");
    const loaded = JSON.parse(await Deno.readTextFile(list));
    await Deno.remove(list);
    return loaded;
  }
}

/** Makes functions of the modules of a bundle: the names by which they import each other, and the functions' texts. */
async function moduleFunctions(
  { included }: BundledProgram,
  { directory, external }: Pick<CodeCacheOptions, "directory" | "external">,
): Promise<ReadonlyMap<string, string>> {
  const { stop, transform } = await import("esbuild");
  const functions = new Map<string, string>();
  async function add(name: string, text: string): Promise<void> {
    const options = { format: "cjs", legalComments: "none", minify: true, target: "esnext" } as const;
    const { code } = await transform(text, options);
    functions.set(`./${name}`, `function(${GIVEN_NAMES.join(",")}){"use strict";${code}\n}`);
  }
  try {
    for await (const { name } of Deno.readDir(directory)) {
      if (!name.endsWith(".js") || included.includes(join(directory, name))) continue;
      await add(name, asScript(await Deno.readTextFile(join(directory, name)), external));
    }
    for (const name of external) await add(packageModule(name), await bundledPackage(name));
  } finally {
    await stop();
  }
  return functions;
}

/** What a script cannot do by itself, it does by what it is given. */
function asScript(text: string, external: readonly string[]): string {
  const changed = text.replaceAll("import.meta.url", "moduleUrl").replaceAll("import.meta.main", "true")
    .replaceAll(/\bimport\(/g, "importModule(");
  return external.reduce(
    (text, name) => text.replaceAll(`importModule("${name}")`, `importModule("./${packageModule(name)}")`),
    changed,
  );
}

function packageModule(name: string): string {
  return `${basename(name)}.js`;
}

async function bundledPackage(name: string): Promise<string> {
  await using work = await tempDirectory();
  const [module, output] = [join(work.path, "package.mjs"), join(work.path, "package.js")];
  await Deno.writeTextFile(module, `export * from ${JSON.stringify(name)};`);
  await mustBundle(["--config", "deno.json", "--format", "cjs", "--output", output, module]);
  return await Deno.readTextFile(output);
}

async function mustBundle(args: readonly string[]): Promise<void> {
  if (!await bundle(args)) throw new Error("Cannot bundle the program, though it could be a moment ago");
}
