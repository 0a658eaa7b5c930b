import assert from "node:assert/strict";
import { helpPages } from "./help_pages.ts";

Deno.test("HELP_LAYOUT keeps every line of every help within the terminal", () => {
  const widths = [[undefined, 80], [50, 50], [60, 60], [80, 80], [100, 100], [300, 100]] as const;
  for (const [columns, limit] of widths) {
    const pages = helpPages(columns);
    assert.ok(pages.length > 15);
    for (const { name, text } of pages) {
      // A reference of an example that is longer than the terminal stays whole, so that it can be copied.
      const long = text.split("\n").filter((line) => line.length > limit && /\s/.test(line.trim().replace(/ \\$/, "")));
      assert.deepEqual(long, [], `${name} at ${columns} columns`);
    }
  }
});

Deno.test("HELP_LAYOUT lists commands by their names in groups, with what they do beside them", () => {
  const [{ text = "" } = {}] = helpPages(80);
  assert.match(text, /^Publish:\n {2}push {2,}package a source and publish it to every target$/m);
  assert.match(text, /^Access:\n {2}login {2,}check credentials .*\n {6,}\S/m);
  const headings = text.match(/^\S.*:$/gm);
  assert.deepEqual(headings, [
    ...["Examples:", "Publish:", "Read:", "Change:", "Air gap:", "Access:", "Extend:", "Help:", "Options:"],
  ]);
});

Deno.test("HELP_LAYOUT puts descriptions below their terms where there is no room beside them", () => {
  const help = helpPages(50).find(({ name }) => name === "push")?.text ?? "";
  assert.match(help, /^ {2}-a, --annotation <key=value>\n {6}annotate the manifest; repeatable$/m);
});

Deno.test("HELP_LAYOUT names the page that explains the flags of all commands that talk to a registry", () => {
  for (const name of ["push", "pull", "export", "login"]) {
    const help = helpPages().find((page) => page.name === name)?.text ?? "";
    assert.match(help.replaceAll("\n", " "), /\d+ more flags for registries .*: gantry help registry/);
    assert.doesNotMatch(help, /--ca-file/);
  }
});
