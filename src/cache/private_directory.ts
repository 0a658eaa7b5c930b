import { reason } from "../system/io_error.ts";

/**
 * Makes a directory that only the user can change, unless it is there, and says why it must not be trusted:
 * whoever can write there decides what is published.
 *
 * @returns The second half of a sentence; `undefined` when it can be trusted.
 */
export function distrustOfDirectory(path: string): string | undefined {
  try {
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
    const uid = Deno.uid();
    if (uid === null) return "this system does not say whose files are whose";
    // A link is as good as the directory, if it is the user's own.
    for (const { uid: owner, mode } of [Deno.lstatSync(path), Deno.statSync(path)]) {
      if (owner !== uid) return `it belongs to another user (uid ${owner}, and gantry runs as ${uid})`;
      if (mode === null) return "this system does not say who may write there";
    }
    return ((Deno.statSync(path).mode ?? 0) & 0o022) === 0 ? undefined : "others may write to it";
  } catch (cause) {
    return reason(cause);
  }
}
