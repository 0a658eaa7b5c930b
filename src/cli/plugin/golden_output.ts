import { whyUnreadable } from "../../system/io_error.ts";
import { unifiedDiff } from "../../verbs/diff/unified_diff.ts";

/** Which golden file, and what to do with it. */
export interface Golden {
  readonly path: string;
  /** Whether the file is written instead of compared. */
  readonly update: boolean;
  /** Whose output it is. */
  readonly name: string;
}

/**
 * Compares an output with a golden file, or writes that file.
 *
 * @returns What came of it, as the end of a sentence.
 * @throws {Error} When the output is another; the message shows what differs.
 */
export async function compareGolden(output: string, { path, update, name }: Golden): Promise<string> {
  try {
    if (update) {
      await Deno.writeTextFile(path, output);
      return `, written to ${path}`;
    }
    const expected = await Deno.readTextFile(path);
    if (expected === output) return `, as in ${path}`;
    const diff = unifiedDiff({ path, before: expected, after: output }, 3) ?? "";
    throw new DifferentOutput(
      `Plugin ${name} gives another output than ${JSON.stringify(path)}, which --update replaces:\n${diff.trimEnd()}`,
    );
  } catch (cause) {
    if (cause instanceof DifferentOutput) throw cause;
    if (!update && cause instanceof Deno.errors.NotFound) {
      return `; --update writes it to ${path}, to compare with later`;
    }
    throw new Error(`Cannot ${update ? "write" : "read"} ${JSON.stringify(path)}: ${whyUnreadable(cause)}`, { cause });
  }
}

class DifferentOutput extends Error {}
