import { CI_VARIABLES } from "../plugins/annotate/env.ts";
import type { World } from "./world.ts";

/** The environment variables that tell about a CI run, and no others. */
export function ciVariables({ env }: World): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(CI_VARIABLES.map((name) => [name, env(name)]));
}

/** Reads the event that started a GitHub workflow; `undefined` when there is none to read. */
export async function readEvent(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return undefined;
  }
}
