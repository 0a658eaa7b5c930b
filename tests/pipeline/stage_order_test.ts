import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tempDirectory } from "../support/temp_directory.ts";

const ROOT = new URL("../../", import.meta.url);

/** How each stage is run, as in `src/pipeline/publish.ts`. */
const STAGES = {
  collect: "collect(pipeline.collect)",
  filter: "filter(pipeline.filter)",
  archive: "archive(pipeline.archive)",
  annotate: "annotate(pipeline.annotate)",
  upload: "upload(pipeline.upload, pipeline.tag)",
  tag: "tag(pipeline.upload)",
} as const;
type Stage = keyof typeof STAGES;

const RIGHT: readonly Stage[] = ["collect", "filter", "archive", "annotate", "upload", "tag"];

const WRONG: readonly (readonly [what: string, stages: readonly Stage[]])[] = [
  ...RIGHT.slice(1).map((stage, at) => {
    const before = RIGHT.slice(0, at);
    const swapped = [stage, ...RIGHT.slice(at, at + 1)];
    return [`${stage} before ${RIGHT[at]}`, [...before, ...swapped, ...RIGHT.slice(at + 2)]] as const;
  }),
  ...RIGHT.map((stage) => [`no ${stage}`, RIGHT.filter((each) => each !== stage)] as const),
  ["all stages backwards", RIGHT.toReversed()],
];

Deno.test("the six stages compile in their order", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "right.ts");
  await Deno.writeTextFile(path, program(RIGHT));
  assert.deepEqual(await typeErrors([path]), []);
});

Deno.test("the stages do not compile out of order", async (t) => {
  await using directory = await tempDirectory();
  const paths = WRONG.map((_, at) => join(directory.path, `wrong_${at}.ts`));
  await Promise.all(WRONG.map(([, stages], at) => Deno.writeTextFile(paths[at] ?? "", program(stages))));
  const errors = await typeErrors(paths);
  for (const [at, [what]] of WRONG.entries()) {
    await t.step(what, () => {
      const own = errors.filter(({ file }) => file.endsWith(`/wrong_${at}.ts`));
      assert.ok(own.length > 0, "it compiles");
      // A value that lacks something, as an argument or as the result: nothing else is wrong with the program.
      for (const { code } of own) assert.ok(["TS2345", "TS2322", "TS2739", "TS2740", "TS2741"].includes(code), code);
    });
  }
});

Deno.test("a stage does not compile under the name of another", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "name.ts");
  await Deno.writeTextFile(path, program(RIGHT).replace('run("filter"', 'run("collect"'));
  assert.notDeepEqual(await typeErrors([path]), []);
});

/** A program that runs stages one after the other, each on what the one before it gave. */
function program(stages: readonly Stage[]): string {
  const from = (file: string): string => JSON.stringify(new URL(`src/pipeline/${file}.ts`, ROOT).href);
  const last = stages.length;
  return [
    ...RIGHT.map((stage) => `import { ${stage} } from ${from(stage)};`),
    `import type { RunStage } from ${from("flow")};`,
    `import type { Pipeline } from ${from("publish")};`,
    `import type { Publication, Source } from ${from("values")};`,
    "export async function publish(value0: Source, pipeline: Pipeline, run: RunStage): Promise<Publication> {",
    ...stages.map((stage, at) => `  const value${at + 1} = await run("${stage}", value${at}, ${STAGES[stage]});`),
    `  return value${last};`,
    "}",
    `export const unused = [${RIGHT.join(", ")}];`,
  ].join("\n");
}

/** Lets the type checker read programs: the code of each error, and the file that it is in. */
async function typeErrors(
  paths: readonly string[],
): Promise<readonly { readonly code: string; readonly file: string }[]> {
  const config = fileURLToPath(new URL("deno.json", ROOT));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "--no-lock", "--config", config, ...paths],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stderr);
  const found = [...text.matchAll(/^\s*(TS[0-9]+) \[ERROR\][\s\S]*?^ +at (file:\S+?):[0-9]+:[0-9]+$/gm)];
  assert.equal(found.length === 0, success, text);
  return found.map(([, code = "", file = ""]) => ({ code, file }));
}
