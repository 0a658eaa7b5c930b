import assert from "node:assert/strict";
import { together } from "../../src/work/together.ts";
import { testContext } from "../registry/support.ts";

Deno.test("together() gives the results in the order of the items, and keeps to its concurrency", async () => {
  let running = 0;
  let most = 0;
  const results = await together([3, 1, 2], { concurrency: 2, context: testContext() }, async (item) => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    running--;
    return item * 10;
  });
  assert.deepEqual([results, most], [[30, 10, 20], 2]);
});

Deno.test("together() cancels the rest with the first error, and throws that one when all have stopped (conc/first-error-cancels)", async () => {
  const begun: number[] = [];
  let stopped = false;
  const root = new Error("the cause");
  await assert.rejects(
    together([0, 1, 2, 3], { concurrency: 2, context: testContext() }, async (item, { signal }) => {
      begun.push(item);
      if (item === 1) throw root;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      stopped = true;
      throw new Error("aborted");
    }),
    (error) => error === root,
  );
  assert.deepEqual([begun, stopped], [[0, 1], true]);
});

Deno.test("together() begins nothing when its caller has given up, and throws the caller's reason", async () => {
  const context = testContext(AbortSignal.abort(new Error("enough")));
  const work = (): Promise<void> => assert.fail("it began");
  await assert.rejects(together([1], { concurrency: 1, context }, work), /^Error: enough$/);
});
