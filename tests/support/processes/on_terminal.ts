import { runTool } from "../tools.ts";
import { GANTRY } from "./gantry_process.ts";

/** Runs a command line of gantry on a terminal of its own, by `script`, and gives what stood there. */
export async function onTerminal(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly columns: number;
    readonly env: Readonly<Record<string, string>>;
    readonly clearEnv?: boolean;
  },
): Promise<string> {
  const { cwd, columns, env, clearEnv = false } = options;
  const line = `stty cols ${columns} rows 30; ${[...GANTRY, ...args].join(" ")}`;
  const { stdout } = await runTool("script", ["-qec", line, "/dev/null"], {
    cwd,
    env: { TERM: "xterm", NO_COLOR: "", FORCE_COLOR: "", ...env },
    clearEnv,
  });
  return stdout.replaceAll("\r\n", "\n");
}
