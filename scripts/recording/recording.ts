/**
 * Writes the picture of a terminal that the front page begins with, `docs/recording.svg`: `deno task recording`. With
 * `--check` it says whether the picture shows what gantry prints today.
 *
 * Each command really runs, on a terminal of 100 columns, in a git repository, with a registry in this process. What is
 * another text each time is not compared: how long something took. The registry's port is shown as 5000.
 *
 * It needs `script`, `stty` and `git`.
 */
import { join } from "node:path";
import { startFakeRegistry } from "../../tests/support/fake_registry.ts";
import { onTerminal } from "../../tests/support/processes/on_terminal.ts";
import { tempDirectory } from "../../tests/support/temp_directory.ts";
import { tool } from "../../tests/support/tools.ts";
import { writeTree } from "../../tests/support/tree.ts";
import { type Row, styledRows } from "./styled_rows.ts";
import { terminalSvg } from "./terminal_svg.ts";

const COLUMNS = 100;
const PICTURE = new URL("../../docs/recording.svg", import.meta.url);

/** What is typed: command lines of gantry, and one that changes a file. */
const TYPED: readonly string[] = [
  "gantry plan deploy --profile flux --version 1.0.0 --for flux",
  "gantry push deploy oci://HOST/app oci-layout:out --profile flux --version 1.0.0 --latest",
  "gantry pull oci://HOST/app:1.0.0 ./app",
  "sed -i 's/replicas: 2/replicas: 3/' deploy/web.yaml",
  "gantry push deploy oci://HOST/app --profile flux --version 1.0.0",
];

if (import.meta.main) {
  const recorded = await record();
  if (Deno.args.includes("--check")) {
    const isSame = comparable(recorded) === comparable(await Deno.readTextFile(PICTURE));
    say(isSame ? "docs/recording.svg is as gantry is" : "docs/recording.svg is not as gantry is: deno task recording");
    Deno.exit(isSame ? 0 : 1);
  }
  await Deno.writeTextFile(PICTURE, recorded);
}

/** Runs the commands, and draws what they printed. */
export async function record(): Promise<string> {
  await using registry = startFakeRegistry();
  await using directory = await tempDirectory();
  await prepare(directory.path);
  const steps: Row[][] = [];
  for (const line of TYPED) {
    const printed = await run(line.replace("HOST", registry.host), directory.path);
    const shown = printed.replaceAll(registry.host, "localhost:5000").trimEnd();
    const prompt = `\x1b[32m$\x1b[39m \x1b[1m${line.replace("HOST", "localhost:5000")}\x1b[22m`;
    steps.push([...styledRows(prompt, COLUMNS)], [...styledRows(shown === "" ? "" : `${shown}\n`, COLUMNS)]);
  }
  return terminalSvg(steps, {
    columns: COLUMNS,
    rows: 30,
    title: "gantry plans, publishes and pulls, and keeps a version",
  });
}

/** The picture without what is another text each time. */
export function comparable(svg: string): string {
  return svg.replaceAll(/\b\d+(?:\.\d+)? s\b/g, "N s").replaceAll(/ (?:x|textLength)="[\d.]+"/g, "");
}

async function prepare(directory: string): Promise<void> {
  await writeTree(directory, {
    "deploy/kustomization.yaml": "resources: [web.yaml]\n",
    "deploy/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { replicas: 2 }\n",
    "deploy/logo.png": "a picture\n",
  });
  const person = { NAME: "Ann", EMAIL: "ann@acme.example", DATE: "2026-01-02T03:04:05Z" };
  const env = Object.fromEntries(
    Object.entries(person).flatMap((
      [name, value],
    ) => [[`GIT_AUTHOR_${name}`, value], [`GIT_COMMITTER_${name}`, value]]),
  );
  const git = async (...args: readonly string[]): Promise<string> => await tool("git", args, { cwd: directory, env });
  await git("init", "--quiet", "--initial-branch=main");
  await git("remote", "add", "origin", "https://github.com/acme/app.git");
  await git("add", ".");
  await git("commit", "--quiet", "--message=web");
}

async function run(line: string, cwd: string): Promise<string> {
  const [program = "", ...args] = line.split(" ");
  if (program !== "gantry") return await tool("sh", ["-c", line], { cwd });
  // Nothing of the machine, such as a CI system's variables, is to be seen; what Deno has cached may be used.
  const { denoDir } = JSON.parse(await tool(Deno.execPath(), ["info", "--json"]));
  const env = { HOME: join(cwd, "home"), PATH: Deno.env.get("PATH") ?? "", DENO_DIR: denoDir, GANTRY_CACHE: "off" };
  return await onTerminal(args, { cwd, columns: COLUMNS, env, clearEnv: true });
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
