import assert from "node:assert/strict";
import type { Content } from "../../../src/oci/descriptor.ts";
import { readAhead } from "../../../src/layout/tar/read_ahead.ts";
import { bytesContent } from "../../../src/oci/bytes_content.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { goneContent, textContent } from "../../support/store_samples.ts";

/** Contents that write down when they are opened, and give nothing before they are let go. */
function waiting(count: number): { readonly contents: readonly Content[]; readonly opened: string[]; go(): void } {
  const opened: string[] = [];
  const gate = Promise.withResolvers<void>();
  const contents = Array.from({ length: count }, (_, at): Content => {
    const { descriptor, open } = textContent(`content ${at}`);
    return {
      descriptor,
      open(): ReturnType<Content["open"]> {
        opened.push(`${at}`);
        return ReadableStream.from((async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
          await gate.promise;
          yield* open();
        })());
      },
    };
  });
  return { contents, opened, go: () => gate.resolve() };
}

Deno.test("readAhead() opens the next eight contents while one is read, each once", async () => {
  const { contents, opened, go } = waiting(20);
  await using ahead = readAhead(contents);
  assert.deepEqual(opened, []);
  const [first, ...others] = ahead.contents;
  const reading = collectBytes(first?.open() ?? []);
  await until(() => opened.length === 9);
  go();
  assert.deepEqual(await reading, new TextEncoder().encode("content 0"));
  for (const [at, content] of others.entries()) {
    assert.deepEqual(await collectBytes(content.open()), new TextEncoder().encode(`content ${at + 1}`));
  }
  assert.deepEqual(opened, Array.from({ length: 20 }, (_, at) => `${at}`));
});

Deno.test("readAhead() holds no large content in memory", async () => {
  const large = bytesContent("application/x", new Uint8Array(1024 * 1024));
  let opened = 0;
  const counted: Content = {
    descriptor: large.descriptor,
    open(): ReturnType<Content["open"]> {
      opened++;
      return large.open();
    },
  };
  await using ahead = readAhead([textContent("small"), counted]);
  const [small, other] = ahead.contents;
  await collectBytes(small?.open() ?? []);
  assert.equal(opened, 0);
  assert.equal((await collectBytes(other?.open() ?? [])).byteLength, 1024 * 1024);
  assert.equal(opened, 1);
});

Deno.test("readAhead() passes an error on to whoever reads that content, and to nobody else", async () => {
  const contents = [textContent("one"), goneContent(), textContent("two")];
  {
    await using ahead = readAhead(contents);
    await collectBytes(ahead.contents[0]?.open() ?? []);
    await assert.rejects(collectBytes(ahead.contents[1]?.open() ?? []), /the source is gone/);
    assert.equal((await collectBytes(ahead.contents[2]?.open() ?? [])).byteLength, 3);
  }
  await using unread = readAhead(contents);
  await collectBytes(unread.contents[0]?.open() ?? []);
});

/** Lets other work go on until something holds; the test would hang if it never did. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve));
}
