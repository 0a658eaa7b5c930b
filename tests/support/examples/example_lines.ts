/** Runs example lines as their readers would, in a process of its own. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { ExampleResult } from "./run_examples.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * Says what became of each line. The lines of a script run one after the other; every script begins with the same files
 * and the same registries.
 */
export async function runExampleLines(
  scripts: readonly (readonly string[])[],
): Promise<readonly (readonly ExampleResult[])[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--frozen", "tests/support/examples/run_examples.ts"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(scripts)));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
