import type { World } from "../world.ts";

/** Commands that say much while they work. */
const LONG: readonly (string | undefined)[] = ["push", "copy", "export", "import", "verify", "pull"];

/**
 * Begins a section of a GitLab job's log, which can be folded and says how long it took; elsewhere nothing is written.
 *
 * @param now The time in milliseconds since 1970.
 * @returns Ends it. May be called again.
 * @see {@link https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections | Custom collapsible sections}
 */
export function gitlabSection(
  command: string | undefined,
  { env, stderr }: Pick<World, "env" | "stderr">,
  now: () => number = Date.now,
): () => void {
  if (env("GITLAB_CI") !== "true" || !LONG.includes(command)) return () => {};
  const seconds = (): number => Math.floor(now() / 1000);
  const name = `gantry_${command}`;
  stderr(`\x1b[0Ksection_start:${seconds()}:${name}\r\x1b[0Kgantry ${command}\n`);
  let isOpen = true;
  return () => {
    if (isOpen) stderr(`\x1b[0Ksection_end:${seconds()}:${name}\r\x1b[0K\n`);
    isOpen = false;
  };
}
