/** What gzip writes is the same on other processors: an emulator runs all of the vectors, which takes its time. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { readVectors } from "../../scripts/vectors.ts";
import { findTool, tool, toolTest } from "../support/tools.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/vectors.ts", import.meta.url));
const VECTORS = await readVectors();
const timeout = 15 * 60_000;

for (const processor of ["Penryn", "Haswell"]) {
  toolTest(`gzip() writes the same bytes when the processor is a ${processor}`, {
    tools: ["qemu-x86_64"],
    timeout,
  }, async () => {
    await assertSame("qemu-x86_64", ["-cpu", processor, await Deno.realPath(Deno.execPath())]);
  });
}

toolTest("gzip() writes the same bytes when the processor is an Arm", {
  tools: ["qemu-aarch64", "deno-aarch64"],
  timeout,
}, async () => {
  await assertSame("qemu-aarch64", ["-L", "/usr/aarch64-linux-gnu", findTool("deno-aarch64") ?? ""]);
});

/** Runs the check of the vectors under an emulator. */
async function assertSame(emulator: string, args: readonly string[]): Promise<void> {
  // Compiled code that another processor left in the cache is no use here.
  const output = await tool(emulator, [...args, "run", "-A", "--no-config", "--no-code-cache", SCRIPT]);
  assert.deepEqual(output.trimEnd().split("\n"), VECTORS.map(({ name }) => `same ${name}`));
}
