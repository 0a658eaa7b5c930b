import assert from "node:assert/strict";
import { join } from "node:path";
import { refuseUntrustedFiles } from "../../../src/cli/config/refuse_untrusted_files.ts";
import type { NamedFiles } from "../../../src/verbs/publish/publish_options.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const LOG = { debug(): void {}, info(): void {}, warn(): void {} };

const kinds: readonly (readonly [what: string, named: (file: string) => NamedFiles])[] = [
  ["a plugin's file", (file) => ({ code: [file], services: [] })],
  ["a program", (file) => ({ code: [`exec:${file}`], services: [] })],
  ["a file that names services", (file) => ({ code: [], services: [file] })],
];

for (const [what, named] of kinds) {
  Deno.test(`refuseUntrustedFiles() refuses ${what} that others may write, unless the configuration was named`, async () => {
    await using directory = await tempDirectory();
    const file = join(directory.path, "plugin.mjs");
    await writeTree(directory.path, { "plugin.mjs": "" });

    const check = (isNamed: boolean): Promise<void> =>
      refuseUntrustedFiles({ path: "gantry.json", isNamed }, named(file), LOG);
    await check(false);
    await Deno.chmod(file, 0o666);
    await assert.rejects(check(false), {
      name: "UsageError",
      message: `Cannot use ${file}, which "gantry.json" names: it may be written by everybody; ` +
        "pass --config gantry.json when you trust it",
    });
    await check(true);
  });
}
