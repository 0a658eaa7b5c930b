import { fileURLToPath } from "node:url";
import { dyingProgram } from "../support/processes/dying_program.ts";

/** `push_loop.ts`, which brings one sample artifact after the other into a layout. */
export const PUSH_LOOP = fileURLToPath(import.meta.resolve("./push_loop.ts"));

/** How `push_loop.ts` brings artifacts into a layout. */
export type Way = "push" | "copy" | "volumes";

/** What a process has done. */
export interface Pushed {
  /** The tags that it has set, with their digests. */
  readonly tags: ReadonlyMap<string, string>;
  readonly wasKilled: boolean;
}

/** How much a process does. */
export interface PushOptions {
  /** How many artifacts it pushes. */
  readonly count: number;
  readonly way?: Way;
  /** It dies when it is about to make this change to the file system. */
  readonly diesAt?: number;
}

/** The arguments of `push_loop.ts`. */
export function pushArguments(
  kind: "oci-layout" | "oci-archive",
  path: string,
  name: string,
  { count, way = "push" }: PushOptions,
): readonly string[] {
  return [kind, path, name, String(count), way];
}

/** Runs `push_loop.ts` in a process of its own to its end. Throws when it failed. */
export async function pushInProcess(
  kind: "oci-layout" | "oci-archive",
  path: string,
  name: string,
  options: PushOptions,
): Promise<Pushed> {
  const { diesAt } = options;
  const command = dyingProgram(PUSH_LOOP, pushArguments(kind, path, name, options), { diesAt, stdout: "piped" });
  const { code, signal, stdout } = await command.output();
  if (signal === null && code !== 0) throw new Error(`push_loop.ts ended with ${code}`);
  const lines = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
  return { tags: new Map(lines.map((line) => line.split(" ") as [string, string])), wasKilled: signal === "SIGKILL" };
}
