import { printable } from "./output/printable.ts";
import type { Prompt } from "./world.ts";

/** Asks somebody, who has to say yes. */
export async function confirmed(question: string, prompt: Prompt): Promise<boolean> {
  return /^\s*y(?:es)?\s*$/i.test(await prompt.line(`${printable(question)} [y/N] `));
}
