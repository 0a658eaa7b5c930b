/**
 * Whatever a reader may copy from a page into a shell runs, or stands in a list with the reason why no test runs it.
 */
import assert from "node:assert/strict";
import type { Command } from "commander";
import { createProgram } from "../../src/cli/program.ts";
import { fakeWorld } from "../cli/fake_world.ts";
import { runExampleLines } from "../support/examples/example_lines.ts";
import { type Block, pageBlocks, pageNames, readPage } from "../support/examples/pages.ts";
import { runTool } from "../support/tools.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const BLOCKS = await pageBlocks();

/** What no test of the pages runs, and why. */
const NOT_RUN: readonly (readonly [line: RegExp, reason: string])[] = [
  [
    /^(?:(?:export )?CUE_REGISTRY=|(?:conftest|cosign|cue|helm|opa|oras|timoni) )/,
    "tests/interop gives them what gantry published",
  ],
  [/^kustomize |^curl localhost:8181/, "Flux and OPA themselves, of which an example says what they make of it"],
  [/^mkdir /, "is for the line after it, which writes into nothing of the user when a test runs it"],
  [/^kubectl /, "needs a cluster"],
  [/^docker /, "needs Docker"],
  [/^(?:apt-get|docker-registry) |^cat > registry\.yml/, "needs root, and goes on for as long as one wants"],
  [/^curl .*\/install\.sh/, "needs a release; tests/scripts/install_test.ts runs the script"],
  [
    /^npx @gantry\/gantry |^npm install /,
    "needs the package on npm; tests/e2e/process/compiled_test.ts runs what is in it",
  ],
  [/^deno (?:install|run|add) .*jsr:/, "needs the package on JSR"],
  [/^deno install .*--config deno\.json main\.ts/, "would install a command for the user"],
  [/^(?:DENORT_BIN=\S+ )?deno task (?:bench|compile|release|test)\b/, "CI runs them, or they take hours"],
  [/^npx -y deno task test$/, "runs this test"],
];

/** The commands of a block as a shell takes them: one in a line, without comments and without what is fed to them. */
function commandsOf({ text }: Block): readonly string[] {
  if (text.startsWith("#!")) return [];
  return text
    .replaceAll(/ *\\\n\s*/g, " ")
    .replaceAll(/<<'EOF'\n.*?^EOF$/gms, "")
    .split("\n")
    .map((line) => line.replace(/(?:^|\s+)#(?: .*)?$/, "").trim())
    .filter((line) => line !== "");
}

const SHELL = BLOCKS.filter(({ language }) => language === "sh").map((block) => ({ block, lines: commandsOf(block) }));

/** The table of the examples says in its lines how each is published. */
const EXAMPLES = [...(await readPage("examples/README.md")).matchAll(/`(gantry push [^`]+)`/g)].map((
  [, line = ""],
  at,
) => ({
  block: { page: "examples/README.md", line: at + 1, language: "sh", text: line },
  lines: [line],
}));

Deno.test("every line of every shell block runs as it stands, after those above it", async (t) => {
  const scripts = [...SHELL, ...EXAMPLES].map(({ block, lines }) => ({
    block,
    lines: lines.filter((each) => isGantry(each) && notRun(each) === undefined),
  }))
    .filter(({ lines }) => lines.length > 0);
  assert.ok(scripts.length > 40, `there are only ${scripts.length} blocks`);
  const results = await runExampleLines(scripts.map(({ lines }) => lines));
  for (const [at, { block: { page, line } }] of scripts.entries()) {
    await t.step(`${page}:${line}`, () => {
      for (const { line, code, stderr } of results[at] ?? []) {
        // A difference is what `diff` was asked for, and a refusal what `--for` was.
        const mayBe = / (?:diff|--for) /.test(line) ? [0, 1] : [0];
        assert.ok(mayBe.includes(code), `${line}\nexit code ${code}\n${stderr}`);
      }
    });
  }
});

Deno.test("every line of a shell block runs in a test, or is known with the reason why not", () => {
  const used = new Set<RegExp>();
  const unknown: string[] = [];
  for (const { block: { page, line }, lines } of SHELL) {
    for (const each of lines) {
      const row = notRun(each);
      if (row !== undefined) used.add(row[0]);
      else if (!isGantry(each) && !TASK_REGEXP.test(each)) unknown.push(`${page}:${line}: ${each}`);
    }
  }
  assert.deepEqual(unknown, []);
  assert.deepEqual(NOT_RUN.filter(([regexp]) => !used.has(regexp)).map(([regexp]) => regexp.source), []);
});

Deno.test("the first minute of README.md runs in a checkout", async (t) => {
  const lines = SHELL.filter(({ block: { page } }) => page === "README.md").flatMap(({ lines }) => lines)
    .filter((line) => TASK_REGEXP.test(line));
  assert.ok(lines.some((line) => line.endsWith("task demo")));
  for (const line of lines) {
    await t.step(line, async () => {
      const { code, stderr } = await runTool(Deno.execPath(), line.split(" ").slice(3), { cwd: ROOT });
      assert.equal(code, 0, stderr);
    });
  }
});

Deno.test("every block of code says its language", () => {
  assert.deepEqual(BLOCKS.filter(({ language }) => language === "").map(({ page, line }) => `${page}:${line}`), []);
});

Deno.test("every gantry command line in the text names a command and flags that there are", async () => {
  const wrong: string[] = [];
  for (const page of await pageNames()) {
    const text = await readPage(page);
    const inline = [...text.replaceAll(/^ *```.*?^ *```$/gms, "").matchAll(/`(gantry [^`]+)`/g)].map((match) =>
      match[1]
    );
    const synopses = BLOCKS.filter((block) => block.page === page && block.language === "text")
      .flatMap((block) => block.text.split("\n")).filter((line) => line.startsWith("gantry "));
    for (const line of [...inline, ...synopses]) {
      wrong.push(...unknownWords(line ?? "").map((word) => `${page}: ${word}`));
    }
  }
  assert.deepEqual(wrong, []);
});

const TASK_REGEXP = /^npx -y deno task (?:demo|gantry)\b/;

function notRun(line: string): (typeof NOT_RUN)[number] | undefined {
  return NOT_RUN.find(([regexp]) => regexp.test(line));
}

function isGantry(line: string): boolean {
  return /(?:^|\| (?:ssh \S+ )?)gantry /.test(line);
}

/** The commands and flags of a line that gantry does not have. */
function unknownWords(line: string): readonly string[] {
  let command = createProgram(fakeWorld(), () => {});
  const words = line.split(/ \| | > | && /)[0]?.split(/\s+/).slice(1) ?? [];
  for (const word of words) {
    const below = commandsBelow(command).get(word);
    if (below === undefined) break;
    command = below;
  }
  if (command.parent === null && /^[a-z]/.test(words[0] ?? "") && words[0] !== "help") return [line];
  const known = new Set(command.options.flatMap(({ long, short }) => [long, short, long?.replace("--no-", "--")]));
  const flags = line.match(/(?<=[\s[])--?[a-z][a-z-]*/g) ?? [];
  return flags.filter((flag) => !known.has(flag) && !["--help", "-v", "-q"].includes(flag)).map((flag) =>
    `${line}: ${flag}`
  );
}

function commandsBelow(command: Command): ReadonlyMap<string, Command> {
  return new Map(command.commands.flatMap((each) => [each.name(), ...each.aliases()].map((name) => [name, each])));
}
