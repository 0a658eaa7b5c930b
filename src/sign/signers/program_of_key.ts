/** How a key begins that a program has: `exec:PROGRAM [ARGUMENT…]`. */
export const EXEC_KEY_PREFIX = "exec:";

/** The program in a key that is one; `undefined` for any other. */
export function programOfKey(key: string): string | undefined {
  return key.startsWith(EXEC_KEY_PREFIX) ? key.slice(EXEC_KEY_PREFIX.length).trim().split(" ")[0] : undefined;
}
