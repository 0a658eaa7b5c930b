import { join } from "node:path";

/** Writes a shell script that can be run by its name when its directory is in `PATH`. */
export async function writeScript(directory: string, name: string, ...lines: readonly string[]): Promise<string> {
  const path = join(directory, name);
  await writeProgram(path, ["#!/bin/sh", ...lines, ""].join("\n"));
  return path;
}

/**
 * Writes a file that can be run.
 *
 * Another process writes it. Were it this one, a process that any test starts in this moment would have the file open
 * for writing as well until it becomes another program, and nobody can run what somebody writes to.
 */
export async function writeProgram(path: string, text: string): Promise<void> {
  const process = new Deno.Command("sh", {
    args: ["-c", 'cat > "$1" && chmod 755 "$1"', "sh", path],
    stdin: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code } = await process.status;
  if (code !== 0) throw new Error(`Cannot write ${path}: sh ended with ${code}`);
}
