import { join } from "node:path";
import type { Log } from "../work/context.ts";
import type { ProfileName } from "./profiles.ts";

/** Which profile it is, and why. */
export interface ChosenProfile {
  readonly name: ProfileName;
  readonly because: string;
}

/**
 * Chooses a profile by what lies in a source directory.
 *
 * @param source The source as it was written; anything but a directory is `generic`.
 */
export async function detectProfile(source: string, log: Log): Promise<ChosenProfile> {
  if (source === "-" || await isFile(source)) return { name: "generic", because: "the source is no directory" };
  if (await isFile(join(source, "timoni.cue"))) return { name: "timoni", because: "there is a timoni.cue" };
  if (await isFile(join(source, "Chart.yaml"))) {
    log.warn(
      "There is a Chart.yaml, and gantry has no profile for Helm charts yet: helm will not accept a generic artifact",
    );
  }
  return { name: "generic", because: "there is no timoni.cue" };
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    // A source that cannot be read is reported by the collector, with its reason.
    return false;
  }
}
