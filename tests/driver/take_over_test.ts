import assert from "node:assert/strict";
import type { Entry } from "../../src/pipeline/entry.ts";
import { PluginError } from "../../src/pipeline/plugin_error.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { fakeHost } from "../support/fake_host.ts";
import { fakeContext, fakePlugin, fileEntry, SOURCE } from "../pipeline/fakes.ts";

const ENTRY = fileEntry("a", "abc");
const HOST = fakeHost();

/** What a plugin of collect gives, as the pipeline has it. */
async function taken(entry: unknown, host = HOST): Promise<Entry> {
  const plugin = fakePlugin("collect", "mine", () => ({ entries: [entry as Entry] }), { origin: "./mine.ts", host });
  const [own] = (await plugin.run(SOURCE, fakeContext()))?.entries ?? [];
  assert.ok(own !== undefined);
  return own;
}

const WRONG: readonly (readonly [what: string, open: unknown, message: string])[] = [
  ["no stream", () => null, "gave a wrong result: entries[0] opens as null, and not as a stream"],
  [
    "text",
    () => ReadableStream.from(["abc"]),
    "gave a wrong result: entries[0] gives a string where bytes are to be read",
  ],
  [
    "too few bytes",
    () => new Blob(["ab"]).stream(),
    "gave a wrong result: entries[0] has the size 2 and says that it is 3",
  ],
  [
    "too many bytes",
    () => new Blob(["abcd"]).stream(),
    "gave a wrong result: entries[0] has more than the 3 bytes that it says",
  ],
  ["an error", () => ReadableStream.from(failing()), "threw Error: it is gone"],
];

for (const [what, open, message] of WRONG) {
  Deno.test(`a plugin is blamed for an entry that gives ${what} when it is read`, async () => {
    const entry = await taken({ ...ENTRY, open });
    await assert.rejects(collectBytes(entry.open()), (error) => {
      assert.ok(error instanceof PluginError);
      assert.equal(error.message, `Plugin mine (collect) ${message}`);
      return true;
    });
  });
}

Deno.test("a plugin is blamed for an entry that never comes to its end", async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const host = fakeHost();
  const never = new ReadableStream({
    pull(): Promise<void> {
      resolve();
      return new Promise(() => {});
    },
  }, { highWaterMark: 0 });
  const entry = await taken({ ...ENTRY, open: () => never }, host);
  const reading = collectBytes(entry.open());
  await asked;
  host.idle();
  await assert.rejects(reading, { message: "Plugin mine (collect) waits for something that can never happen" });
});

Deno.test("an entry of a plugin can be read more than once, and cancelled", async () => {
  const entry = await taken(ENTRY);
  await entry.open().cancel();
  for (let time = 0; time < 2; time++) {
    assert.equal(new TextDecoder().decode(await collectBytes(entry.open())), "abc");
  }
});

Deno.test("what a plugin passes on stays what it was", async () => {
  const plugin = fakePlugin("after:collect", "mine", ({ entries }) => ({ entries }), { origin: "./mine.ts" });
  const given = await plugin.run({ source: SOURCE, entries: [ENTRY] }, fakeContext());
  assert.ok(given);
  assert.equal(given.entries[0], ENTRY);
});

async function* failing(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  yield await Promise.resolve(new Uint8Array(1));
  throw new Error("it is gone");
}
