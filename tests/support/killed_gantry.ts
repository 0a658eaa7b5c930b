/** gantry's command line in a process of its own that is killed on its way. */
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** When the process is killed. */
export type Moment =
  /** After so many changes below a directory that is there. */
  | { readonly kind: "changes"; readonly below: string; readonly count: number }
  /** When this resolves; it need not. */
  | { readonly kind: "when"; readonly reached: Promise<void> };

/**
 * Runs a command line and kills it, so that it cannot clean up.
 *
 * @returns Whether it was killed before its end.
 */
export async function killGantry(args: readonly string[], moment: Moment): Promise<boolean> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "--no-check", MAIN, ...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  if (moment.kind === "when") {
    const process = command.spawn();
    const ended = process.status;
    await Promise.race([moment.reached, ended]);
    killQuietly(process);
    return (await ended).signal === "SIGKILL";
  }
  using watcher = Deno.watchFs(moment.below);
  const process = command.spawn();
  const ended = process.status.finally(() => watcher.close());
  let seen = 0;
  for await (const { paths } of watcher) {
    seen += paths.length;
    if (seen >= moment.count) killQuietly(process);
  }
  return (await ended).signal === "SIGKILL";
}

function killQuietly(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It came to its end meanwhile.
  }
}
