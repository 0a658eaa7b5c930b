/** A real terminal: what stands on the screen at the end, and not what was written to it. */

/** A terminal of tmux's. */
export interface Screen {
  readonly columns: number;
  readonly isColored: boolean;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** High enough for everything that one command says. */
const ROWS = 250;

/**
 * Runs a line of shell on a terminal of its own.
 *
 * @returns The text with the escape sequences of colours, each line that the terminal has broken in one piece again.
 */
export async function onScreen(line: string, { columns, isColored, cwd, env }: Screen): Promise<string> {
  const server = `gantry-${crypto.randomUUID()}`;
  const tmux = async (...args: readonly string[]): Promise<string> => {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-L", server, "-f", "/dev/null", ...args],
      cwd,
      env: { LC_ALL: "C.UTF-8", FORCE_COLOR: "", ...env, TERM: "xterm-256color", NO_COLOR: isColored ? "" : "1" },
      stdin: "null",
    }).output();
    if (!success) throw new Error(`Cannot run tmux ${args[0]}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  };
  // The terminal stays until it was looked at.
  const kept = `${line}\ntmux -L ${server} wait-for -S done\nexec cat`;
  await tmux("new-session", "-d", "-s", "screen", "-x", String(columns), "-y", String(ROWS), kept);
  try {
    await tmux("wait-for", "done");
    const shown = await tmux("capture-pane", "-p", "-e", "-J", "-t", "screen");
    return shown.replaceAll(/[ \t]+$/gm, "").trimEnd();
  } finally {
    await tmux("kill-server");
  }
}
