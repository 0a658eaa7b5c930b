import assert from "node:assert/strict";
import { SourceError } from "../../../src/pipeline/source_error.ts";
import { stdin } from "../../../src/plugins/collect/stdin.ts";
import { collectContext, collected, describeEntries } from "./collect_support.ts";

const SOURCE = { location: "-" };

Deno.test("stdin() gives standard input as one file that can be read again", async () => {
  const read = (): ReadableStream<Uint8Array<ArrayBuffer>> => new Blob(["a: ", "1\n"]).stream();
  const entries = await collected(stdin({ read }), { name: "app.yaml" }, SOURCE, collectContext());
  assert.deepEqual(await describeEntries(entries), ["app.yaml = a: 1\n"]);
  assert.deepEqual(await describeEntries(entries), ["app.yaml = a: 1\n"]);
});

Deno.test("stdin() refuses empty input", async () => {
  await assert.rejects(
    collected(stdin({ read: () => new Blob([]).stream() }), { name: "x" }, SOURCE, collectContext()),
    new SourceError("Cannot publish standard input: it is empty"),
  );
});

Deno.test("stdin() ends an input without end when the run is aborted", async () => {
  const controller = new AbortController();
  let cancelled = false;
  const read = (): ReadableStream<Uint8Array<ArrayBuffer>> =>
    new ReadableStream({
      pull: (): Promise<void> => (controller.abort(), new Promise(() => {})),
      cancel: (): void => {
        cancelled = true;
      },
    });
  await assert.rejects(collected(stdin({ read }), { name: "x" }, SOURCE, collectContext(controller.signal)), {
    name: "AbortError",
  });
  assert.ok(cancelled);
});
