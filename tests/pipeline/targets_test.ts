import assert from "node:assert/strict";
import { StageError } from "../../src/pipeline/stage_error.ts";
import { everyTarget } from "../../src/pipeline/target.ts";
import { memoryTarget } from "../support/memory_target.ts";
import { targetsErrorOf } from "./fakes.ts";

const [A, B, C] = ["oci://a/x", "oci-layout:b", "oci-archive:c.tar"] as const;
const TARGETS = [A, B, C].map((url) => memoryTarget({ url }));

Deno.test("everyTarget() gives the results in the order of the targets, whichever is done first", async () => {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const waitFor: Readonly<Record<string, Promise<void>>> = { [A]: first.promise, [B]: second.promise };
  const results = await everyTarget("upload", TARGETS, async ({ url }) => {
    // The last one lets the second go on, and that one the first: this ends only when all run at once.
    await waitFor[url];
    if (url === C) second.resolve();
    if (url === B) first.resolve();
    return url;
  });
  assert.deepEqual(results, [A, B, C]);
});

Deno.test("everyTarget() gives nothing when there are no targets", async () => {
  assert.deepEqual(await everyTarget("upload", [], () => Promise.reject(new Error("nobody asked"))), []);
});

Deno.test("everyTarget() waits for all and says who is done when some fail", async () => {
  const failed = Promise.withResolvers<void>();
  const finished: string[] = [];
  const error = await targetsErrorOf(everyTarget("tag", TARGETS, async ({ url }) => {
    if (url === B) {
      failed.resolve();
      throw new RangeError("Cannot reach b");
    }
    await failed.promise;
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    finished.push(url);
  }));
  assert.deepEqual(finished, [A, C]);
  assert.deepEqual(error.done, [A, C]);
  assert.deepEqual(error.failed, [B]);
  assert.equal(error.message, "Cannot reach b");
  assert.equal(error.errors.length, 1);
  const [only] = error.errors;
  assert.ok(only instanceof StageError);
  assert.deepEqual([only.stage, only.plugin], ["tag", B]);
  assert.ok(only.cause instanceof RangeError);
  assert.equal(error.cause, only);
});

Deno.test("everyTarget() keeps every error, in the order of the targets", async () => {
  const error = await targetsErrorOf(
    everyTarget(
      "upload",
      TARGETS,
      ({ url }) => url === B ? Promise.resolve() : Promise.reject(new Error(`Cannot reach ${url}`)),
    ),
  );
  assert.deepEqual(error.done, [B]);
  assert.deepEqual(error.failed, [A, C]);
  assert.deepEqual(error.errors.map((each: StageError) => each.plugin), [A, C]);
  assert.equal(error.message, `Cannot reach ${A}; Cannot reach ${C}`);
});

Deno.test("everyTarget() does not let a target that throws at once stop the others", async () => {
  const asked: string[] = [];
  const error = await targetsErrorOf(everyTarget("upload", TARGETS, ({ url }) => {
    asked.push(url);
    if (url === A) throw new Error("Cannot begin");
    return Promise.resolve();
  }));
  assert.deepEqual(asked, [A, B, C]);
  assert.deepEqual([error.done, error.failed], [[B, C], [A]]);
});

Deno.test("everyTarget() passes on an error that says already where it happened", async () => {
  const inner = new StageError("upload", "inner", new Error("x"));
  const error = await targetsErrorOf(everyTarget("tag", TARGETS.slice(0, 1), () => Promise.reject(inner)));
  assert.equal(error.errors[0], inner);
});
