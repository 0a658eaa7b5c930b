/** Whether there is something at a path; a link that leads nowhere is something. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    // What cannot even be looked at counts as not there: a file above the source is nobody's mistake.
    return false;
  }
}
