import { readSmallText } from "../../../system/read_small_file.ts";

/** GitHub's events have at most 25 MB. */
const SIZE_LIMIT = 32 * 1024 * 1024;

/** Reads the event that started a GitHub workflow; `undefined` when there is none to read. */
export async function readEvent(path: string): Promise<string | undefined> {
  try {
    return await readSmallText(path, SIZE_LIMIT);
  } catch {
    return undefined;
  }
}
