/** Reads the event that started a GitHub workflow; `undefined` when there is none to read. */
export async function readEvent(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return undefined;
  }
}
