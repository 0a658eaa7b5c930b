import { join } from "node:path";

/** Writes a shell script that can be run by its name when its directory is in `PATH`. */
export async function writeScript(directory: string, name: string, ...lines: readonly string[]): Promise<string> {
  const path = join(directory, name);
  await Deno.writeTextFile(path, ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
  return path;
}
