import assert from "node:assert/strict";
import { SourceReadError, storedContent } from "../../src/store/stored_content.ts";
import { testContext } from "../registry/support.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { memoryStore } from "../support/memory_store.ts";
import { textContent } from "../support/store_samples.ts";

const { descriptor, open } = textContent("text");

Deno.test("storedContent() gives what the store has, as often as it is read", async () => {
  const store = memoryStore();
  await store.push({ descriptor, open }, testContext());
  const content = storedContent(store, descriptor, testContext());
  for (let count = 0; count < 2; count++) {
    assert.equal(new TextDecoder().decode(await collectBytes(content.open())), "text");
  }
});

Deno.test("storedContent() gives what a descriptor carries without the store", async () => {
  const content = storedContent(memoryStore(), { ...descriptor, data: btoa("text") }, testContext());
  assert.equal(new TextDecoder().decode(await collectBytes(content.open())), "text");
});

Deno.test("storedContent() blames the store, in the words of the error, and no one for an abort", async () => {
  const abort = new AbortController();
  const failure = new TypeError("the line is dead");
  const store = { ...memoryStore(), fetch: () => Promise.reject(failure) };
  const content = storedContent(store, descriptor, testContext(abort.signal));
  await assert.rejects(collectBytes(content.open()), (error) => {
    assert.ok(error instanceof SourceReadError);
    assert.deepEqual([error.message, error.url, error.cause], [failure.message, store.url, failure]);
    return true;
  });
  abort.abort(new Error("interrupted"));
  await assert.rejects(collectBytes(content.open()), (error) => error === failure);
});
