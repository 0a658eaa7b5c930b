import assert from "node:assert/strict";
import { type CustomStep, type CustomSteps, stageRunner } from "../../src/pipeline/flow.ts";
import { StageError } from "../../src/pipeline/stage_error.ts";
import type { Collected, Source } from "../../src/pipeline/values.ts";
import { fakeContext, fileEntry, SOURCE } from "./fakes.ts";

Deno.test("stageRunner() passes the value from step to step, through the stage, to the last step", async () => {
  const journal: unknown[] = [];
  const moving = (name: string): CustomStep<Source> => ({
    name,
    run({ location }): Promise<Source> {
      journal.push([name, location]);
      return Promise.resolve({ location: `${location}/${name}` });
    },
  });
  const adding = (name: string): CustomStep<Collected> => ({
    name,
    run(collected): Promise<Collected> {
      journal.push([name, collected.entries.map(({ path }) => path)]);
      return Promise.resolve({ ...collected, entries: [...collected.entries, fileEntry(name)] });
    },
  });
  const run = stageRunner({
    before: { collect: [moving("one"), moving("two")] },
    after: { collect: [adding("three"), adding("four")] },
  }, fakeContext());

  const { source, entries } = await run("collect", SOURCE, (source) => {
    journal.push(["collect", source.location]);
    return Promise.resolve({ source, entries: [fileEntry("found")] });
  });

  assert.deepEqual(journal, [
    ["one", "./deploy"],
    ["two", "./deploy/one"],
    ["collect", "./deploy/one/two"],
    ["three", ["found"]],
    ["four", ["found", "three"]],
  ]);
  assert.deepEqual(source, { location: "./deploy/one/two" });
  assert.deepEqual(entries.map(({ path }) => path), ["found", "three", "four"]);
});

Deno.test("stageRunner() gives the same context to steps and stage", async () => {
  const context = fakeContext();
  const seen: unknown[] = [];
  const watching = <Value>(): CustomStep<Value> => ({
    name: "watching",
    run(value, context): Promise<Value> {
      seen.push(context);
      return Promise.resolve(value);
    },
  });
  const run = stageRunner({ before: { collect: [watching()] }, after: { collect: [watching()] } }, context);
  await run("collect", SOURCE, (source, context) => {
    seen.push(context);
    return Promise.resolve({ source, entries: [] });
  });
  assert.deepEqual(seen.map((each) => each === context), [true, true, true]);
});

const cause = new Error("Cannot do it");
const failing = { name: "mine", run: () => Promise.reject(cause) };
const throwing = {
  name: "mine",
  run(): never {
    throw cause;
  },
};

const FAILURES: readonly (readonly [what: string, custom: CustomSteps, plugin: string | undefined])[] = [
  ["a custom step before it, by name", { before: { collect: [failing] } }, "mine"],
  ["a custom step that throws at once, by name", { before: { collect: [throwing] } }, "mine"],
  ["a custom step after it, by name", { after: { collect: [failing] } }, "mine"],
  ["the stage alone when the stage itself failed", {}, undefined],
];

for (const [what, custom, plugin] of FAILURES) {
  Deno.test(`stageRunner() blames ${what}`, async () => {
    const run = stageRunner(custom, fakeContext());
    const stage = (): Promise<Collected> =>
      plugin === undefined ? Promise.reject(cause) : Promise.resolve({ source: SOURCE, entries: [] });
    await assert.rejects(run("collect", SOURCE, stage), {
      name: "StageError",
      message: "Cannot do it",
      stage: "collect",
      plugin,
      cause,
    });
  });
}

Deno.test("stageRunner() passes on an error that says already where it happened", async () => {
  const inner = new StageError("collect", "directory", cause);
  const run = stageRunner({}, fakeContext());
  await assert.rejects(run("collect", SOURCE, () => Promise.reject(inner)), (error) => error === inner);
});

Deno.test("stageRunner() starts nothing more once it is aborted", async () => {
  const abort = new AbortController();
  const reason = new DOMException("Interrupted", "AbortError");
  const journal: string[] = [];
  const noting = <Value>(name: string): CustomStep<Value> => ({
    name,
    run(value): Promise<Value> {
      journal.push(name);
      if (name === "two") abort.abort(reason);
      return Promise.resolve(value);
    },
  });
  const run = stageRunner({
    before: { collect: [noting("one"), noting("two"), noting("three")] },
    after: { collect: [noting("four")] },
  }, fakeContext(abort.signal));
  const stage = (): Promise<Collected> => {
    journal.push("collect");
    return Promise.resolve({ source: SOURCE, entries: [] });
  };
  await assert.rejects(run("collect", SOURCE, stage), { name: "StageError", stage: "collect", cause: reason });
  assert.deepEqual(journal, ["one", "two"]);
});
