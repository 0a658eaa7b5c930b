import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

/** What `gantry complete` answers: whether the word goes on, and the words. */
async function completed(...words: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await gantry(["complete", "--", ...words]);
  assert.equal(code, 0, stderr);
  return stdout.trimEnd().split("\n").map((line) => line.split("\t")[0] ?? "");
}

const CASES: Readonly<Record<string, { readonly words: readonly string[]; readonly gives: readonly string[] }>> = {
  "commands": { words: ["pu"], gives: ["space", "push", "pull"] },
  "commands below a command": { words: ["plugin", "te"], gives: ["space", "test"] },
  "no hidden command": { words: ["complet"], gives: ["space", "completion"] },
  "commands and topics of the help": { words: ["help", "re"], gives: ["space", "registry"] },
  "flags": { words: ["push", "--digest"], gives: ["space", "--digest-file"] },
  "flags that the help folds": { words: ["pull", "--plain"], gives: ["space"] },
  "the values of a flag": { words: ["push", "--profile", "fl"], gives: ["space", "flux"] },
  "the values of a flag with an equals sign": { words: ["push", "--profile=fl"], gives: ["space", "--profile=flux"] },
  "the values of a short flag": { words: ["inspect", "-o", "j"], gives: ["space", "json"] },
  "the next of several consumers": { words: ["plan", ".", "--for", "flux,argo"], gives: ["space", "flux,argocd"] },
  "the value of a flag and no source": { words: ["push", "--tag", ""], gives: ["space"] },
  "the choices of an argument": { words: ["completion", "z"], gives: ["space", "zsh"] },
  "schemes": { words: ["pull", "oci-l"], gives: ["nospace", "oci-layout:"] },
  "places after flags and their values": {
    words: ["push", "--profile", "flux", "-q", ".", "oci-a"],
    gives: ["nospace", "oci-archive:"],
  },
  "what begins with a dash after --": { words: ["pull", "--", "-"], gives: ["space"] },
  "nothing after the last argument": { words: ["pull", "oci://a/b:1", "dir", ""], gives: ["space"] },
  "nothing for a command that is none": { words: ["nonsense", "--x"], gives: ["space"] },
};

for (const [what, { words, gives }] of Object.entries(CASES)) {
  Deno.test(`complete gives ${what}`, async () => {
    assert.deepEqual(await completed(...words), gives);
  });
}

Deno.test("complete gives paths and the tags of a layout", async () => {
  await using directory = await tempDirectory();
  const at = (path: string): string => join(directory.path, path);
  await writeTree(directory.path, { "deploy/app.yaml": "a: 1\n", "deploy/.hidden": "", "other": "" });
  const layout = `oci-layout:${at("deploy-layout")}`;
  await gantry(["push", at("deploy"), `${layout}:1.0.0`, `${layout}:main`, "-q"]);

  assert.deepEqual(await completed("push", at("deploy/")), ["space", at("deploy/app.yaml")]);
  assert.deepEqual(await completed("push", `${at("deploy")}/.`), ["space", at("deploy/.hidden")]);
  assert.deepEqual(await completed("verify", "--key", at("o")), ["space", at("other")]);
  assert.deepEqual(await completed("init", at("d")), ["space", at("deploy-layout/"), at("deploy/")]);
  assert.deepEqual(await completed("pull", `oci-layout:${at("deploy-")}`), ["nospace", `${layout}:`]);
  assert.deepEqual(await completed("pull", `oci-layout:${at("deploy")}`), [
    "nospace",
    `${layout}:`,
    `oci-layout:${at("deploy/")}`,
  ]);
  assert.deepEqual(await completed("list", `oci-layout:${at("deploy-")}`), ["nospace", layout]);
  assert.deepEqual(await completed("list", "oci-l"), ["nospace", "oci-layout:"]);
  assert.deepEqual(await completed("pull", `${layout}/`), ["nospace", `${layout}/:`]);
  assert.deepEqual(await completed("pull", `${layout}/b`), ["nospace"], "nothing that is in a layout");
  assert.deepEqual(await completed("pull", `${layout}/:m`), ["space", `${layout}/:main`]);
  assert.deepEqual(await completed("pull", `${layout}:`), ["space", `${layout}:1.0.0`, `${layout}:main`]);
  assert.deepEqual(await completed("pull", `${layout}:m`), ["space", `${layout}:main`]);
  assert.deepEqual(await completed("pull", `oci-layout:${at("nowhere")}:`), ["space"]);
});

Deno.test("complete leaves out names that would be more lines than one", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "a\nb": "", "a\u001b[31m": "", "ab": "" });
  assert.deepEqual(await completed("push", join(directory.path, "a")), ["space", join(directory.path, "ab")]);
});
