import type { Context } from "../work/context.ts";
import type { Store } from "./store.ts";

/** How often something is written again because others have replaced it. */
const LIMIT = 10;

/**
 * Writes to lists that others write at the same time, and looks again until all of it stays.
 *
 * No registry can compare and set a tag: whoever looks, adds and writes replaces what came between. Only the one whose
 * words were lost can tell, and only after everybody has written who had looked before.
 *
 * @param write Looks what is missing and writes that.
 * @param write.return What to say if it does not stay; `undefined` when nothing was missing.
 * @throws {Error} When it never stays.
 */
export async function untilKept(
  { settle }: Pick<Store, "settle">,
  write: () => Promise<string | undefined>,
  context: Context,
): Promise<void> {
  for (let written = 0;; written++) {
    const problem = await write();
    if (problem === undefined) return;
    if (written === LIMIT) throw new Error(problem);
    await settle?.(context);
  }
}
