import assert from "node:assert/strict";

/** The text of an ignore file, and paths, where those of directories end in `/`. */
export interface Question {
  readonly patterns: string;
  readonly paths: readonly string[];
}

/** Asks the matcher of Flux and Timoni itself, with the program of `tests/interop/flux_ignore`. */
export async function fluxIgnores(questions: readonly Question[]): Promise<readonly (readonly boolean[])[]> {
  const child = new Deno.Command("flux-ignore", { stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const input = new Blob(questions.map((question) => `${JSON.stringify(question)}\n`)).stream();
  const [{ code, stdout, stderr }] = await Promise.all([child.output(), input.pipeTo(child.stdin)]);
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) => JSON.parse(line));
}
