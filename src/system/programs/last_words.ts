import type { Ended } from "./run_exec_program.ts";

/** Says how a program ended that should not have, and repeats the end of what it wrote to standard error. */
export function lastWords({ code, signal, lastLines }: Pick<Ended, "code" | "signal" | "lastLines">): string {
  const how = signal === null ? `it ended with exit code ${code}${meaning(code)}` : `it was killed by ${signal}`;
  const lines = lastLines.filter((line) => line.trim() !== "");
  if (lines.length === 0) return `${how} and said nothing on standard error`;
  return `${how}; the end of what it said on standard error:${lines.map((line) => `\n  | ${line}`).join("")}`;
}

/** What a shell says by these codes is not what most people know by heart. */
function meaning(code: number): string {
  if (code === 126) return " (a shell's word for a program that cannot be executed)";
  if (code === 127) return " (a shell's word for a program that it cannot find or that has the wrong format)";
  return "";
}
