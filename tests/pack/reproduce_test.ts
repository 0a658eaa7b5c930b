import assert from "node:assert/strict";
import { join } from "node:path";
import { runTool, toolTest } from "../support/tools.ts";

Deno.test("gzip() writes the bytes that it always wrote when the level is 9", async () => {
  assert.deepEqual(await reproduce("native"), ["native text same", "native binary same", "native noise same"]);
});

for (const processor of ["Penryn", "Haswell"]) {
  toolTest(`gzip() writes the same bytes when the processor is a ${processor}`, ["qemu-x86_64"], async () => {
    assert.deepEqual(
      await reproduce(processor),
      [`${processor} text same`, `${processor} binary same`, `${processor} noise same`],
    );
  });
}

/** Runs the check for one machine and gives its lines without the digests. */
async function reproduce(machine: string): Promise<readonly string[]> {
  const script = join(import.meta.dirname ?? "", "../../scripts/reproduce.ts");
  const { code, stdout, stderr } = await runTool(Deno.execPath(), ["run", "-A", script, machine]);
  assert.equal(code, 0, stdout + stderr);
  return stdout.trimEnd().split("\n").slice(1).map((line) => line.replace(/ +/g, " ").replace(/ [0-9a-f]{12}/g, ""));
}
