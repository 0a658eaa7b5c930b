/**
 * Makes all files of a release: `deno task release [--unreleased] [TARGET...]` writes into `dist/release/`
 *
 * - `gantry-TARGET` for each target, all five when none is named;
 * - `gantry.spdx.json`, what is in them;
 * - `gantry-gantry-VERSION.tgz`, the npm package;
 * - `gantry-man.tar.gz`, a manual page for each command;
 * - `install.sh`;
 * - `SHA256SUMS` of all of these;
 *
 * and beside the directory `dist/NOTES.md`, the section of CHANGELOG.md for the version, or `Unreleased` for a trial.
 *
 * `deno compile` downloads the runtime of each target from Deno's download site; `DENORT_BIN` names one that is here
 * already, and then there can be no target but its own.
 */
import { basename } from "node:path";
import { VERSION } from "../../src/host/version.ts";
import { digestHex, digestOf } from "../../src/oci/digest.ts";
import { writeManPages } from "./man_pages.ts";
import { notesOf } from "./notes.ts";
import { writeNpmPackage } from "./npm_package.ts";

const OUT = "dist/release";

if (import.meta.main) {
  const isTrial = Deno.args.includes("--unreleased");
  const named = Deno.args.filter((arg) => arg !== "--unreleased");
  await release({ heading: isTrial ? "Unreleased" : VERSION, targets: named.length === 0 ? ["all"] : named });
}

async function release(
  { heading, targets }: { readonly heading: string; readonly targets: readonly string[] },
): Promise<void> {
  // First, since it takes no time and is forgotten most often.
  const notes = notesOf(await Deno.readTextFile("CHANGELOG.md"), heading);
  await Deno.remove(OUT, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(OUT, { recursive: true });
  await Deno.writeTextFile("dist/NOTES.md", notes);
  await run("scripts/compile.ts", ...targets);
  await run("scripts/release/sbom.ts");
  const npm = await writeNpmPackage("dist/npm");
  for await (const { name } of Deno.readDir("dist")) {
    if (/^gantry-[a-z0-9_]+-|^gantry\.spdx/.test(name)) await Deno.rename(`dist/${name}`, `${OUT}/${name}`);
  }
  await Deno.rename(npm, `${OUT}/${basename(npm)}`);
  await writeManPages(`${OUT}/gantry-man.tar.gz`);
  await Deno.copyFile("scripts/install.sh", `${OUT}/install.sh`);
  await writeSums();
}

async function run(...args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--frozen", ...args],
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot make the release: ${args[0]} failed`);
}

async function writeSums(): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(OUT))).map(({ name }) => name).sort();
  let sums = "";
  for (const name of names) sums += `${digestHex(digestOf(await Deno.readFile(`${OUT}/${name}`)))}  ${name}\n`;
  await Deno.writeTextFile(`${OUT}/SHA256SUMS`, sums);
  Deno.stdout.writeSync(new TextEncoder().encode(sums));
}
