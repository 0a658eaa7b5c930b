import { relative, resolve } from "node:path";
import type { World } from "../world.ts";

/** Whether GitHub Actions reads what is written, and shows errors and warnings beside the code. */
export function isGitHub({ env }: Pick<World, "env">): boolean {
  return env("GITHUB_ACTIONS") === "true";
}

/**
 * Writes a message so that GitHub Actions shows it in the summary of a run, and at its line where it names a file and a
 * line: each problem of a configuration file by itself.
 *
 * @param text What people read: a line that begins with `error:` or `warning:`, and what belongs to it.
 * @see {@link https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands | Workflow commands}
 */
export function githubCommands(kind: "error" | "warning", text: string, world: Pick<World, "env">): string {
  const whole = text.replace(/^(?:error|warning): /, "").trimEnd();
  const lines = whole.split("\n");
  const placed = lines.flatMap((line) => placeOf(line) ?? []);
  const problems = placed.length === 0 ? [{ message: whole }] : placed;
  return problems.map((problem) => `${command(kind, problem, world)}\n`).join("");
}

interface Placed {
  readonly message: string;
  readonly file?: string;
  readonly line?: string;
  readonly column?: string;
}

/** A problem that a configuration file has: `gantry.jsonc:3:5: unknown key "profil"`. */
function placeOf(text: string): Placed | undefined {
  const [, file, line, column, message] = /^(?:error: )?(\S.*?):(\d+):(\d+): (.*)$/.exec(text) ?? [];
  return file === undefined || line === undefined || column === undefined || message === undefined
    ? undefined
    : { file, line, column, message };
}

function command(kind: string, { message, file, line, column }: Placed, { env }: Pick<World, "env">): string {
  const properties = [
    ["title", "gantry"],
    ...(file === undefined ? [] : [["file", inWorkspace(file, env("GITHUB_WORKSPACE"))]]),
    ...(line === undefined ? [] : [["line", line]]),
    ...(column === undefined ? [] : [["col", column]]),
  ].map(([name, value = ""]) => `${name}=${escapeProperty(value)}`);
  return `::${kind} ${properties.join(",")}::${escapeData(message)}`;
}

/** GitHub knows files by their paths in the repository. */
function inWorkspace(file: string, workspace: string | undefined): string {
  if (!workspace) return file;
  const path = relative(workspace, resolve(file));
  return path.startsWith("..") ? file : path;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
