/**
 * A process that waits for the end of gantry and then ends a group of others. Nothing in gantry can do so when it is
 * killed. It knows of the end by its standard input, of which gantry holds the other side open as long as it lives.
 */

/** `word` comes when there is nothing left to guard. Who ends by SIGTERM need not be killed. */
const SCRIPT = `trap '' HUP INT TERM
read -r word && exit
kill -s TERM -- "-$1"
for second in 1 2 3 4; do
  kill -s 0 -- "-$1" || exit
  sleep 1
done
kill -s KILL -- "-$1"`;

/**
 * Sees to it that a process group ends with gantry, however that ends: SIGTERM, and SIGKILL four seconds later. Where
 * there is no shell, as on Windows, it only ends when gantry can still end it.
 *
 * @param group The id of the group.
 * @returns Lets go of it, when it has ended.
 */
export function guardGroup(group: number): () => Promise<void> {
  if (Deno.build.os === "windows") return () => Promise.resolve();
  try {
    const guard = new Deno.Command("/bin/sh", {
      args: ["-c", SCRIPT, "sh", String(group)],
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin" },
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      // In a group of its own, so that it outlives what ends gantry's.
      detached: true,
    }).spawn();
    return async (): Promise<void> => {
      const writer = guard.stdin.getWriter();
      await writer.write(new TextEncoder().encode("done\n")).catch(() => {});
      await writer.close().catch(() => {});
      await guard.status;
    };
  } catch {
    return () => Promise.resolve();
  }
}
