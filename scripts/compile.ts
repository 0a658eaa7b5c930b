/**
 * Builds the binary: `deno task compile [TARGET...]`.
 *
 * Without a target it builds `dist/gantry` for this machine and starts it once; with targets, such as
 * `aarch64-unknown-linux-gnu`, or `all`, it builds `dist/gantry-TARGET` for each. `dist/SHA256SUMS` has the checksums.
 *
 * `deno compile` downloads the runtime of the target from Deno's download site; `DENORT_BIN` names one that is here
 * already. It must be `denort` and fit this Deno: the full `deno` would make a binary that is a prompt and no gantry.
 */
import { basename } from "node:path";
import { digestHex, digestOf } from "../src/oci/digest.ts";
import { VERSION } from "../src/host/version.ts";

const TARGETS: readonly string[] = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];
const OUT = "dist";

if (import.meta.main) {
  try {
    await compileAll(Deno.args);
  } catch (error) {
    Deno.stderr.writeSync(
      new TextEncoder().encode(`error: ${error instanceof Error ? error.message : String(error)}\n`),
    );
    Deno.exit(1);
  }
}

async function compileAll(args: readonly string[]): Promise<void> {
  const targets = args.includes("all") ? TARGETS : args;
  const unknown = targets.find((target) => !TARGETS.includes(target));
  if (unknown !== undefined) {
    throw new RangeError(`Cannot compile for "${unknown}": the targets are ${TARGETS.join(", ")}`);
  }
  await Deno.mkdir(OUT, { recursive: true });
  const built: string[] = [];
  if (targets.length === 0) {
    const output = `${OUT}/gantry${Deno.build.os === "windows" ? ".exe" : ""}`;
    await compile(output);
    await startOnce(output);
    built.push(output);
  }
  for (const target of targets) {
    const output = `${OUT}/gantry-${target}${target.includes("windows") ? ".exe" : ""}`;
    await compile(output, target);
    built.push(output);
  }
  await writeChecksums(built);
}

async function compile(output: string, target?: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--quiet",
      "--frozen",
      "--no-prompt",
      // The permissions that gantry needs stand in deno.json.
      "--permission-set",
      ...(target === undefined ? [] : ["--target", target]),
      // Nothing imports the worker, so it would not be in the binary.
      "--include",
      "src/plugins/archive/deflate_worker.ts",
      "--output",
      output,
      "main.ts",
    ],
  }).output();
  if (!success) throw new Error(`Cannot compile ${output}:\n${new TextDecoder().decode(stderr)}`);
}

/** A binary that was made is not yet a binary that runs. */
async function startOnce(output: string): Promise<void> {
  const { stdout } = await new Deno.Command(`./${output}`, { args: ["version"], stdin: "null" }).output();
  if (new TextDecoder().decode(stdout).startsWith(`gantry ${VERSION} `)) return;
  throw new Error(`Cannot start ${output}: it was made, but it is not gantry; is DENORT_BIN a denort of this Deno?`);
}

async function writeChecksums(paths: readonly string[]): Promise<void> {
  let sums = "";
  for (const path of paths) sums += `${digestHex(digestOf(await Deno.readFile(path)))}  ${basename(path)}\n`;
  await Deno.writeTextFile(`${OUT}/SHA256SUMS`, sums);
  Deno.stdout.writeSync(new TextEncoder().encode(sums));
}
