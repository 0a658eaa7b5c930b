/** What stands on a real terminal, wide and narrow, with colours and without. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { onTerminal } from "../support/processes/on_terminal.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

// deno-lint-ignore no-control-regex -- that is what colours are
const COLOR_REGEXP = /\x1b\[[0-9;]*m/g;

for (const columns of [100, 80, 40, 25]) {
  for (const [look, env] of [["colours", {}], ["no colours", { NO_COLOR: "1" }]] as const) {
    toolTest(
      `a push on a terminal of ${columns} columns with ${look} says the digest once, and in one line what it did`,
      [
        "script",
        "stty",
      ],
      async () => {
        await using directory = await tempDirectory();
        const { path } = directory;
        await writeTree(path, { "source/a.yaml": "a: 1\n" });
        await Deno.writeFile(join(path, "source/big"), crypto.getRandomValues(new Uint8Array(65536)));
        const args = ["push", "source", "oci-layout:out", "--version", "1.0.0", "--latest"];
        const shown = await onTerminal(args, { cwd: path, columns, env });
        assert.equal(COLOR_REGEXP.test(shown), look === "colours", shown);
        COLOR_REGEXP.lastIndex = 0;
        const lines = shown.replaceAll(COLOR_REGEXP, "").trimEnd().split("\n");
        assert.equal(shown.match(/sha256:[0-9a-f]{64}/g)?.length, 1, shown);
        const at = lines.findIndex((text) => text.startsWith("\u2714 Published 1.0.0, latest"));
        assert.ok(at >= 0, shown);
        // Where it went, and how much, stand below where there is no room.
        assert.ok(lines[columns > 25 ? at : at + 1]?.includes("\u2192 out"), shown);
        const amounts = lines[at + (columns >= 80 ? 0 : columns > 25 ? 1 : 2)];
        assert.match(amounts ?? "", /6\d\.\d KiB sent/);
        assert.ok((amounts ?? "").length <= columns, amounts);
        assert.match(lines.at(-1) ?? "", /^oci-layout:out@sha256:/);
      },
    );

    toolTest(`help and errors on a terminal of ${columns} columns with ${look}`, ["script", "stty"], async () => {
      await using directory = await tempDirectory();
      const help = await onTerminal(["help"], { cwd: directory.path, columns, env });
      // A reference of an example stays whole, so that it can be copied.
      const long = help.split("\n").filter((text) => text.length > columns);
      const wide = long.filter((text) => /\s/.test(text.trim().replace(/ \\$/, "")));
      assert.deepEqual(wide, []);
      const error = await onTerminal(["list", "ghcr.io/acme/app"], { cwd: directory.path, columns, env });
      const word = look === "colours" ? "\x1b[1;31merror:\x1b[22;39m" : "error:";
      assert.ok(error.startsWith(`${word} Cannot parse reference`), error);
      assert.match(error, /type `gantry list oci:\/\/ghcr\.io\/acme\/app`/);
    });
  }
}
