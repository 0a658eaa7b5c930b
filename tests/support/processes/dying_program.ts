/** Programs in a process of their own that die on their way, as in a power cut. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Change } from "./dies_on_the_way.ts";
import { tempDirectory } from "../temp_directory.ts";

const DIES_ON_THE_WAY = fileURLToPath(import.meta.resolve("./dies_on_the_way.ts"));
const MAIN = fileURLToPath(new URL("../../../main.ts", import.meta.url));

/** When a program dies. */
export type Moment =
  /** When it is about to make this change to the file system, of which the first is number 1. */
  | { readonly kind: "change"; readonly number: number }
  /** When this resolves. */
  | { readonly kind: "when"; readonly reached: Promise<void> };

/**
 * Moments spread over all of a run.
 *
 * @param total How many changes, or whatever counts, the run has.
 * @returns Numbers from 1 to the total.
 */
export function spread(total: number, moments: number): readonly number[] {
  return Array.from({ length: moments }, (_, at) => 1 + Math.floor((total * (at + 0.5)) / moments));
}

/** The command that runs a module, which dies at a change to the file system if one is named. */
export function dyingProgram(
  module: string,
  args: readonly string[],
  options: { readonly diesAt?: number | undefined; readonly report?: string; readonly stdout?: "piped" } = {},
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "--no-check", "--preload", DIES_ON_THE_WAY, module, ...args],
    env: {
      ...(options.diesAt === undefined ? {} : { GANTRY_DIES_AT: String(options.diesAt) }),
      ...(options.report === undefined ? {} : { GANTRY_TELLS_CHANGES: options.report }),
    },
    stdin: "null",
    stdout: options.stdout ?? "null",
    stderr: "inherit",
  });
}

/** Runs a module, which must succeed, and gives the changes that it makes to the file system. */
export async function changesOf(module: string, args: readonly string[]): Promise<readonly Change[]> {
  await using directory = await tempDirectory();
  const report = join(directory.path, "changes");
  const { success, code } = await dyingProgram(module, args, { report }).output();
  if (!success) throw new Error(`${module} ${args.join(" ")} ended with ${code}`);
  return JSON.parse(await Deno.readTextFile(report));
}

/** The changes that a command line of gantry makes to the file system. */
export async function changesOfGantry(args: readonly string[]): Promise<readonly Change[]> {
  return await changesOf(MAIN, args);
}

/**
 * Runs a command line of gantry that dies on its way.
 *
 * @returns Whether it died; otherwise it came to its end before.
 */
export async function killGantry(args: readonly string[], moment: Moment): Promise<boolean> {
  const process = dyingProgram(MAIN, args, moment.kind === "change" ? { diesAt: moment.number } : {}).spawn();
  const ended = process.status;
  if (moment.kind === "when") {
    const isEarly = await Promise.race([moment.reached.then(() => true), ended.then(() => false)]);
    if (isEarly) process.kill("SIGKILL");
  }
  return (await ended).signal === "SIGKILL";
}
