/** The scripts of `gantry completion` in the shells that they are for. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { GANTRY } from "../support/processes/gantry_process.ts";
import { gantry } from "../support/gantry.ts";
import { writeScript } from "../support/script.ts";
import { type TempDirectory, tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

/** A directory with a layout `out`, and a `gantry` to be found by its name. */
async function place(): Promise<TempDirectory & { readonly env: Readonly<Record<string, string>> }> {
  const directory = await tempDirectory();
  await writeTree(directory.path, { "deploy/app.yaml": "a: 1\n" });
  const layout = `oci-layout:${join(directory.path, "out")}`;
  await gantry(["push", join(directory.path, "deploy"), `${layout}:1.0.0`, `${layout}:main`, "-q"]);
  const bin = join(directory.path, "bin");
  await Deno.mkdir(bin);
  await writeScript(bin, "gantry", `exec ${GANTRY.map((word) => `'${word}'`).join(" ")} "$@"`);
  return {
    path: directory.path,
    env: { PATH: `${bin}:${Deno.env.get("PATH")}`, HOME: directory.path },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

/** What is typed, and what the shell offers; in bash, where a word ends at a colon, the rest of a word. */
const LINES: Readonly<Record<string, { readonly offers: readonly string[]; readonly inBash?: readonly string[] }>> = {
  "gantry pu": { offers: ["pull", "push"] },
  "gantry push --profile f": { offers: ["files", "flux"] },
  "gantry push --prof": { offers: ["--profile"] },
  "gantry pull oci-layout:out:": { offers: ["oci-layout:out:1.0.0", "oci-layout:out:main"], inBash: ["1.0.0", "main"] },
  "gantry pull oci-layout:./o": { offers: ["oci-layout:./out:"], inBash: ["./out:"] },
  "gantry push dep": { offers: ["deploy/"] },
};

toolTest("bash completes by the script of gantry", ["bash"], async () => {
  await using directory = await place();
  const script = `source <(gantry completion bash)
compopt() { :; }
COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDS=($1) COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_gantry
printf '%s\\n' "\${COMPREPLY[@]}"`;
  for (const [line, { offers, inBash = offers }] of Object.entries(LINES)) {
    const said = await tool("bash", ["--norc", "-c", script, "bash", line], {
      cwd: directory.path,
      env: directory.env,
    });
    assert.deepEqual(said.trim().split("\n").sort(), inBash, line);
  }
});

toolTest("zsh completes by the script of gantry", ["zsh"], async () => {
  await using directory = await place();
  // What `compadd` is given is what zsh offers; the words stand after "--".
  const script = `compdef() { : }; source <(gantry completion zsh)
compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -rl -- "$@" }
words=(\${=1}); CURRENT=\${#words}; _gantry`;
  for (const [line, { offers }] of Object.entries(LINES)) {
    const said = await tool("zsh", ["-f", "-c", script, "zsh", line], { cwd: directory.path, env: directory.env });
    assert.deepEqual(said.trim().split("\n").sort(), offers, line);
  }
});

toolTest("fish completes by the script of gantry", ["fish"], async () => {
  await using directory = await place();
  const script = "gantry completion fish | source; complete -C $argv[1]";
  for (const [line, { offers }] of Object.entries(LINES)) {
    const said = await tool("fish", ["--no-config", "-c", script, line], { cwd: directory.path, env: directory.env });
    assert.deepEqual(said.trim().split("\n").map((word) => word.split("\t")[0]).sort(), offers, line);
  }
});
