import assert from "node:assert/strict";
import { blame, StageError } from "../../src/pipeline/stage_error.ts";

Deno.test("StageError has the message of its cause", () => {
  const cause = new RangeError("Cannot do it");
  const error = new StageError("filter", "ignore", cause);
  assert.ok(error instanceof Error);
  assert.deepEqual([error.name, error.message, error.stage, error.plugin], [
    "StageError",
    "Cannot do it",
    "filter",
    "ignore",
  ]);
  assert.equal(error.cause, cause);
});

Deno.test("StageError takes a cause that is no error", () => {
  assert.equal(new StageError("filter", undefined, "out of order").message, "out of order");
  assert.equal(new StageError("filter", undefined, undefined).message, "undefined");
});

Deno.test("StageError.from() wraps an error once", () => {
  const inner = StageError.from(new Error("x"), "tag", "version");
  assert.equal(StageError.from(inner, "upload", "memory"), inner);
  assert.deepEqual([inner.stage, inner.plugin], ["tag", "version"]);
});

Deno.test("blame() gives what the plugin gives", async () => {
  assert.equal(await blame("collect", "directory", () => Promise.resolve(7)), 7);
});

for (
  const [how, run] of [
    ["rejects", () => Promise.reject(new Error("Cannot do it"))],
    ["throws before there is a promise", () => {
      throw new Error("Cannot do it");
    }],
  ] as const
) {
  Deno.test(`blame() names the plugin when it ${how}`, async () => {
    await assert.rejects(blame("collect", "directory", run), {
      name: "StageError",
      message: "Cannot do it",
      stage: "collect",
      plugin: "directory",
    });
  });
}
