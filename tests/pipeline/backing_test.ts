import assert from "node:assert/strict";
import type { DirectReader } from "../../src/oci/tar/write.ts";
import { BackedEntry, backingOf, withBacking } from "../../src/pipeline/backing.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { fileEntry } from "./fakes.ts";

class Named extends BackedEntry {
  constructor(path: string) {
    super({ path, executable: true, size: path.length });
  }

  stream(path: string): ReadableStream<Uint8Array<ArrayBuffer>> {
    return ReadableStream.from([new TextEncoder().encode(path)]);
  }

  openDirect(): DirectReader {
    return assert.fail("nobody reads it");
  }

  stamp(): string {
    return this.path;
  }
}

Deno.test("a BackedEntry looks like any other entry", async () => {
  const entry = new Named("a/b");
  const { open, ...facts } = entry;
  assert.deepEqual(facts, { path: "a/b", kind: "file", executable: true, size: 3 });
  assert.equal(entry.open, open);
  assert.equal(new TextDecoder().decode(await collectBytes(open())), "a/b");
});

Deno.test("backingOf() knows what is behind an entry, and behind a copy of it under another path", () => {
  const entry = new Named("a");
  assert.equal(backingOf(entry), entry);
  const copy = { ...entry, path: "b" };
  assert.equal(backingOf(copy), entry);
  const backing = { stamp: (): string => "s" };
  assert.equal(backingOf({ ...withBacking(fileEntry("a"), backing) }), backing);
});

Deno.test("backingOf() knows nothing of another stream that was put into an entry, or of what looks like one", () => {
  const { open } = fileEntry("a");
  const entry = new Named("a");
  const other = { ...entry, open };
  assert.equal(backingOf(other), undefined);
  assert.equal(backingOf(Object.create(entry, { open: { value: open } })), undefined);
  assert.throws(() => Object.defineProperty(entry, "open", { value: open }), TypeError);
});
