import assert from "node:assert/strict";
import { createProgram } from "../../../src/cli/program.ts";
import type { World } from "../../../src/cli/world.ts";
import { manPage, pageName, pagesOf } from "../../../src/cli/man/man_page.ts";
import { gantry } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runTool, toolTest } from "../../support/tools.ts";
import { withExamples } from "../../../src/cli/help/examples.ts";
import { Command } from "commander";

function pages(): readonly Command[] {
  // Nothing runs, so nothing of a world is used.
  return pagesOf(createProgram({} as World, () => {}));
}

toolTest("manPage() gives pages that groff reads without a complaint", ["groff"], async () => {
  await using directory = await tempDirectory();
  for (const command of pages()) {
    const path = `${directory.path}/${pageName(command)}.1`;
    await Deno.writeTextFile(path, manPage(command, { version: "1.2.3" }));
    const { code, stdout, stderr } = await runTool("groff", ["-man", "-Tutf8", "-ww", "-P-cbou", path], {
      env: { LC_ALL: "C.UTF-8" },
    });
    assert.equal(code, 0, stderr);
    assert.equal(stderr, "", pageName(command));
    const plain = await runTool("groff", ["-man", "-Tascii", "-ww", path], { env: { LC_ALL: "C" } });
    assert.equal(plain.stderr, "", `${pageName(command)} in the locale C`);
    for (const { long } of command.createHelp().visibleOptions(command)) {
      if (long) assert.ok(stdout.includes(long), `${path} ${long}`);
    }
  }
});

Deno.test("pagesOf() has a page for every command that help shows, and for none that is hidden", () => {
  const names = pages().map(pageName);
  for (const name of ["gantry", "gantry-push", "gantry-plugin", "gantry-plugin-test"]) {
    assert.ok(names.includes(name), name);
  }
  assert.ok(!names.includes("gantry-complete"));
  assert.equal(new Set(names).size, names.length);
});

Deno.test("manPage() writes text as text, whatever it begins with", () => {
  const command = new Command("x").description(".TH is no order, nor is \\fB, and - is a dash");
  assert.match(manPage(command, { version: "1" }), /^x \\- \\&\.TH is no order, nor is \\efB, and \\- is a dash$/m);
  const odd = new Command("y").option("--a", "'quoted at the start");
  assert.match(manPage(odd, { version: "1" }), /^\\&'quoted at the start$/m);
});

Deno.test("manPage() ends what an example is about with a colon, and a question as it ends", () => {
  const command = withExamples(new Command("x"), [["Which are there?", "x list"], ["all of them", "x all"]]);
  assert.deepEqual(manPage(command, { version: "1" }).match(/^(?:Which|all).*$/gm), [
    "Which are there?",
    "all of them:",
  ]);
});

Deno.test("man prints the page of a command below another, and says when there is none", async () => {
  const { stdout } = await gantry(["man", "plugin", "test"]);
  assert.match(stdout, /^\.TH GANTRY-PLUGIN-TEST 1 /);
  const { code, stderr } = await gantry(["man", "nonsense"]);
  assert.equal(code, 2);
  assert.match(stderr, /^error: Cannot find a manual page of "nonsense": no such command$/m);
});
