import { VERSION } from "../../host/version.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import type { World } from "../world.ts";
import type { VersionFlags } from "./commands.ts";

/** What `gantry version -o json` prints. */
export interface VersionResult {
  /** The version of gantry. */
  readonly gantry: string;
  /** The version of Deno that it runs on. */
  readonly deno: string;
  /** The platform, such as `x86_64-unknown-linux-gnu`. */
  readonly target: string;
}

/** `gantry version`: what this is. */
export async function runVersion({ output: format = "text" }: VersionFlags, world: World): Promise<number> {
  const result: VersionResult = { gantry: VERSION, deno: Deno.version.deno, target: Deno.build.target };
  const { gantry, deno, target } = result;
  world.stdout(format === "text" ? `gantry ${gantry} (deno ${deno}, ${target})\n` : await formatOutput(result, format));
  return EXIT.done;
}
