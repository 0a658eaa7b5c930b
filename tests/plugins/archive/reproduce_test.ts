import assert from "node:assert/strict";
import { join } from "node:path";
import { runTool, toolTest } from "../../support/tools.ts";

Deno.test("gzip() writes the bytes that it always wrote when the level is 9", async () => {
  assert.match(await reproduce("native"), /^native +text .* same .*\nnative +binary .* same .*\n$/);
});

for (const processor of ["Penryn", "Haswell"]) {
  toolTest(
    `gzip() writes the same bytes when the level is 9 and the processor is a ${processor}`,
    ["qemu-x86_64"],
    async () => {
      assert.match(
        await reproduce(processor),
        new RegExp(`^${processor} +text .* same .*\\n${processor} +binary .* same .*\\n$`),
      );
    },
  );
}

/** Runs the check for one machine and gives its table without the heading. */
async function reproduce(machine: string): Promise<string> {
  const script = join(import.meta.dirname ?? "", "../../../scripts/reproduce.ts");
  const { code, stdout, stderr } = await runTool(Deno.execPath(), ["run", "-A", script, machine]);
  assert.equal(code, 0, stdout + stderr);
  return stdout.slice(stdout.indexOf("\n") + 1);
}
