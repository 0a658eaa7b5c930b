import assert from "node:assert/strict";
import { createSharedTags } from "../../src/registry/shared_tags.ts";
import { testClock } from "./support.ts";

const LIST = `sha256-${"0".repeat(64)}`;
const { signal } = new AbortController();

Deno.test("settle() waits for nobody when no list was written", async () => {
  const clock = testClock();
  const tags = createSharedTags(clock);
  for (const tag of ["latest", `${LIST}.sbom`, `sha256:${"0".repeat(64)}`]) {
    tags.looked(tag);
    tags.wrote(tag);
  }
  tags.looked(LIST);
  await tags.settle(signal);
  assert.deepEqual(clock.waits, []);
});

for (
  const [what, taken, waited] of [
    ["at least as long as a busy machine stops a program", 30, 200],
    ["as long as the way from the look to the writing took", 700, 700],
    ["no longer than anybody waits", 60_000, 10_000],
  ] as const
) {
  Deno.test(`settle() waits ${what}, once, and for the longest of several`, async () => {
    const clock = testClock();
    const tags = createSharedTags(clock);
    tags.looked(LIST);
    clock.advance(taken);
    tags.wrote(LIST);
    tags.looked(`${LIST}.sig`);
    tags.wrote(`${LIST}.sig`);
    await Promise.all([tags.settle(signal), tags.settle(signal)]);
    await tags.settle(signal);
    assert.deepEqual(clock.waits, [waited]);
  });
}

Deno.test("settle() waits for what is left of the time alone", async () => {
  const clock = testClock();
  const tags = createSharedTags(clock);
  tags.wrote(`${LIST}.att`);
  clock.advance(150);
  await tags.settle(signal);
  clock.advance(1000);
  await tags.settle(signal);
  assert.deepEqual(clock.waits, [50]);
});
