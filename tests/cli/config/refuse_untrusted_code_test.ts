import assert from "node:assert/strict";
import { join } from "node:path";
import { refuseUntrustedCode } from "../../../src/cli/config/refuse_untrusted_code.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const LOG = { debug(): void {}, info(): void {}, warn(): void {} };

for (const [what, prefix] of [["a plugin's file", ""], ["a program", "exec:"]] as const) {
  Deno.test(`refuseUntrustedCode() refuses ${what} that others may write, unless the configuration was named`, async () => {
    await using directory = await tempDirectory();
    const file = join(directory.path, "plugin.mjs");
    await writeTree(directory.path, { "plugin.mjs": "" });

    const check = (isNamed: boolean): Promise<void> =>
      refuseUntrustedCode({ path: "gantry.json", isNamed }, [`${prefix}${file}`], LOG);
    await check(false);
    await Deno.chmod(file, 0o666);
    await assert.rejects(check(false), {
      name: "UsageError",
      message: `Cannot run ${file}, which "gantry.json" names: it may be written by everybody; ` +
        "pass --config gantry.json when you trust it",
    });
    await check(true);
  });
}
