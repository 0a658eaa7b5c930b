/**
 * Measures gantry beside the tools that do the same, in turn, against one local registry. docs/performance.md says
 * what is measured and how; `deno task bench --help` has the options.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startRegistry } from "../tests/support/registry_process.ts";
import { tool as output } from "../tests/support/tools.ts";
import { deflateSamples, measureDeflate } from "./deflate.ts";
import { withFigures } from "./docs.ts";
import { type BenchOptions, parseOptions, USAGE } from "./options.ts";
import { plot } from "./plot.ts";
import { joinResults, type Machine, parseResults, type Results } from "./results.ts";
import { measureRounds } from "./rounds.ts";
import { formatResults } from "./tables.ts";
import { findTools, versionOf } from "./tools.ts";
import { defaultCache, prepareTree } from "./trees.ts";

const DOCS = fileURLToPath(new URL("../docs/", import.meta.url));

if (import.meta.main) {
  try {
    const options = parseOptions(Deno.args);
    if (options === undefined) print(USAGE);
    else await bench(options);
  } catch (error) {
    say(`error: ${error instanceof Error ? error.message : String(error)}`);
    Deno.exit(1);
  }
}

async function bench(options: BenchOptions): Promise<void> {
  const results = options.from === undefined
    ? await measure(options)
    : joinResults(await Promise.all(options.from.map(async (file) => parseResults(await Deno.readTextFile(file)))));
  const tables = formatResults(results);
  print(`${tables}\n`);
  if (options.json !== undefined) await writeJson(options.json, results);
  if (options.plot !== undefined) await Deno.writeTextFile(options.plot, plot(results));
  if (!options.writeDocs) return;
  const page = join(DOCS, "performance.md");
  const figures = `![Wall times of each tool, the ratio to the fastest peer in brackets](performance.svg)\n\n${tables}`;
  const written = withFigures(await Deno.readTextFile(page), figures);
  await Deno.writeTextFile(join(DOCS, "performance.svg"), plot(results));
  await Deno.writeTextFile(page, written);
}

async function measure(options: BenchOptions): Promise<Results> {
  const { works, rounds, source, json } = options;
  const tools = findTools(options);
  const programs: Record<string, string> = {};
  for (const tool of tools) programs[tool.name] = await versionOf(tool);
  programs["registry"] = await versionOf({ version: ["registry", "--version"] });
  let results: Results = { machine: machine(), programs, trees: [], runs: [], deflate: [], leftOut: [] };
  const { denoDir: denoDirectory } = JSON.parse(await output(Deno.execPath(), ["info", "--json"]));
  for (const name of works.length === 0 ? [] : options.trees) {
    say(`${name}: making the tree, unless it is there`);
    const tree = await prepareTree(name, { cache: defaultCache(), ...(source === undefined ? {} : { source }) });
    await using registry = await startRegistry("registry");
    const { runs, leftOut } = await measureRounds(tree, { tools, works, rounds, registry, denoDirectory, say });
    results = {
      ...results,
      trees: [...results.trees, { name, files: tree.files, bytes: tree.bytes, from: tree.from }],
      runs: [...results.runs, ...runs],
      leftOut: [...results.leftOut, ...leftOut],
    };
    // What was measured stays measured when a later tree fails.
    if (json !== undefined) await writeJson(json, results);
  }
  if (!options.deflate) return results;
  return { ...results, deflate: measureDeflate(await deflateSamples(source), { rounds, say }) };
}

function machine(): Machine {
  return {
    cpu: cpuModel(),
    cores: navigator.hardwareConcurrency,
    memory: Deno.systemMemoryInfo().total,
    system: `${Deno.build.os} ${Deno.osRelease()}`,
  };
}

function cpuModel(): string {
  try {
    return /^model name\s*: (.*)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  } catch {
    return Deno.build.arch; // no such file on this system
  }
}

async function writeJson(path: string, results: Results): Promise<void> {
  await Deno.writeTextFile(path, `${JSON.stringify(results, undefined, 2)}\n`);
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
