/**
 * What verbs refuse before they contact anybody: without a word of flags, and in the caller's own where it has some.
 */
import assert from "node:assert/strict";
import {
  copy,
  deleteStored,
  diff,
  exportBundle,
  importBundle,
  inventory,
  list,
  pull,
  tagStored,
  verify,
} from "../../mod.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const APP = "oci://registry.invalid/acme/app";

for (
  const [what, call, message] of [
    [
      "pull() without a place",
      () => pull({ source: APP }),
      "There is no directory: name one, or a file with outputArchive",
    ],
    [
      "pull() for no platform",
      () => pull({ source: APP, directory: "x", platform: "linux" }),
      'Cannot parse platform "linux": write OS/ARCHITECTURE, such as linux/amd64',
    ],
    [
      "list() of a tag",
      () => list({ source: `${APP}:1` }),
      `Cannot list "${APP}:1": name the repository without a tag or a digest`,
    ],
    ["list() by no range", () => list({ source: APP, filterSemver: "x y" }), /^Cannot use the range "x y"/],
    [
      "tagStored() of a repository",
      () => tagStored({ source: APP, tags: ["x"] }),
      /^Cannot tag .*: name what gets the tags/,
    ],
    ["tagStored() with no tag", () => tagStored({ source: `${APP}:1`, tags: ["a b"] }), /^Cannot parse tag "a b"/],
    ["deleteStored() of a repository", () => deleteStored({ source: APP }), /^Cannot delete .*: name a tag/],
    [
      "copy() from a pipe without input",
      () => copy({ source: "oci-archive:-", targets: ["oci-layout:/nowhere/x"] }),
      "Cannot copy from oci-archive:-: there is no input to read it from",
    ],
    [
      "copy() to a pipe without output",
      () => copy({ source: APP, targets: ["oci-archive:-"] }),
      "Cannot copy to oci-archive:-: there is no output for its bytes",
    ],
    [
      "exportBundle() of a pipe",
      () => exportBundle({ sources: ["oci-archive:-"], target: "oci-layout:x" }),
      "Cannot use oci-archive:- here: a pipe is read once, so copy all of it to oci-layout:DIR first",
    ],
    [
      "exportBundle() of nothing",
      () => exportBundle({ sources: [], target: "oci-layout:x" }),
      "There is nothing to export to oci-layout:x: name it",
    ],
    ["importBundle() of a registry", () => importBundle({ source: APP, target: APP }), /^Cannot import/],
    ["inventory() of nothing", () => inventory({ sources: [] }), /^There is nothing to list/],
    ["verify() of a registry", () => verify({ source: APP }), /^Cannot verify/],
    [
      "diff() of no directory",
      () => diff({ a: "/nowhere/at/all", b: "/nowhere" }),
      /^Cannot compare "\/nowhere\/at\/all"/,
    ],
  ] as const
) {
  Deno.test(`${what} is refused with an OptionsError`, async () => {
    await assert.rejects(call, { name: "OptionsError", message });
  });
}

Deno.test("a verb calls an option as its caller does", async () => {
  const spell = (name: string): string => `<${name}>`;
  await assert.rejects(() => pull({ source: APP, spell }), {
    name: "OptionsError",
    message: "There is no directory: name one, or a file with <outputArchive>",
  });
});

Deno.test("a verb ends when its signal is aborted", async () => {
  await using directory = await tempDirectory();
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(() => pull({ source: APP, directory: `${directory.path}/app`, signal }), {
    message: "enough",
  });
});
