import { dirname, resolve } from "node:path";
import { VERSION } from "../src/host/version.ts";

/**
 * Starts a binary of gantry: one that was made is not yet one that runs.
 *
 * @param denort What `DENORT_BIN` names, when it is set: a runtime of another Deno does not find the program in itself.
 * @throws {Error} When it is not gantry that starts, with what it says instead.
 */
export async function startOnce(output: string, { denort }: { readonly denort: string | undefined }): Promise<void> {
  const said = await saidBy(output);
  if (said.stdout.startsWith(`gantry ${VERSION} `)) return;
  const why = denort === undefined
    ? "it was made, but it is not gantry"
    : `DENORT_BIN=${denort} does not fit: it must be the denort of Deno ${Deno.version.deno}`;
  throw new Error(`Cannot start ${output}: ${why}${said.stderr === "" ? "" : `\n${said.stderr}`}`);
}

async function saidBy(output: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  try {
    const { stdout, stderr } = await new Deno.Command(resolve(output), {
      args: ["version"],
      // One that records writes what it has seen into its directory.
      cwd: dirname(output),
      stdin: "null",
    }).output();
    return { stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr).trimEnd() };
  } catch (error) {
    // What is no program of this machine does not even start.
    return { stdout: "", stderr: error instanceof Error ? error.message : String(error) };
  }
}
