import assert from "node:assert/strict";
import fc from "fast-check";
import { readLines } from "../../../src/system/programs/read_lines.ts";

const OPEN = new AbortController().signal;

Deno.test("readLines() tells the same lines however the bytes are cut", async () => {
  const line = fc.string({ unit: fc.constantFrom("a", "ü", "日", "😀", " ", "\r") }).filter((text) =>
    !text.endsWith("\r")
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.constantFrom("\n", "\r\n"), fc.nat({ max: 7 }), async (lines, end, cut) => {
      const bytes = new TextEncoder().encode(lines.map((each) => `${each}${end}`).join(""));
      const pieces: Uint8Array<ArrayBuffer>[] = [];
      for (let at = 0; at < bytes.length; at += cut + 1) pieces.push(bytes.slice(at, at + cut + 1));
      assert.deepEqual(await told(pieces), lines);
    }),
  );
});

Deno.test("readLines() tells a last line without an end, and what is no UTF-8", async () => {
  assert.deepEqual(await told([new TextEncoder().encode("a\n\nb")]), ["a", "", "b"]);
  assert.deepEqual(await told([new Uint8Array([97, 255, 10])]), ["a\ufffd"]);
  assert.deepEqual(await told([]), []);
});

Deno.test("readLines() cuts a long line, and keeps no more of it than it tells", async () => {
  const [line = "", ...more] = await told(Array.from({ length: 100 }, () => new Uint8Array(1000).fill(97)));
  assert.equal(line, `${"a".repeat(4096)}…`);
  assert.deepEqual(more, []);
});

Deno.test("readLines() stops telling after ten thousand lines, and says so", async () => {
  const lines = await told([new TextEncoder().encode("x\n".repeat(10_003))]);
  assert.equal(lines.length, 10_001);
  assert.equal(lines.at(-1), "(more than 10000 lines: the rest is not shown)");
});

Deno.test("readLines() ends with what came so far when it is aborted", async () => {
  const stop = new AbortController();
  const lines: string[] = [];
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller): void {
      controller.enqueue(new TextEncoder().encode("one\ntw"));
    },
  });
  await readLines(stream, stop.signal, (line) => {
    lines.push(line);
    stop.abort();
  });
  assert.deepEqual(lines, ["one", "tw"]);
});

async function told(pieces: readonly Uint8Array<ArrayBuffer>[]): Promise<readonly string[]> {
  const lines: string[] = [];
  await readLines(ReadableStream.from(pieces), OPEN, (line) => lines.push(line));
  return lines;
}
