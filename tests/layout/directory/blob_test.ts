import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { bytesContent } from "../../../src/oci/bytes_content.ts";
import type { Content } from "../../../src/oci/descriptor.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { blobPath, hasBlob, readBlob, writeBlob } from "../../../src/layout/directory/blob.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { type TempDirectory, tempDirectory } from "../../support/temp_directory.ts";

const bytes = new TextEncoder().encode("0123456789".repeat(100_000));
const content = bytesContent("text/plain", bytes);
const { descriptor } = content;

/** What stands in the directory of the blobs. */
async function names(layout: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(join(layout, "blobs/sha256")))).map(({ name }) => name);
}

/** A layout in which these bytes stand at the place of the content. */
async function withBlob(bytes: Uint8Array): Promise<TempDirectory> {
  const directory = await tempDirectory();
  const path = blobPath(directory.path, descriptor.digest);
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeFile(path, bytes);
  return directory;
}

Deno.test("writeBlob() writes content that readBlob() reads", async () => {
  await using layout = await tempDirectory();
  assert.equal(await hasBlob(layout.path, descriptor), false);
  assert.equal(await writeBlob(layout.path, content), true);
  assert.equal(await hasBlob(layout.path, descriptor), true);
  assert.deepEqual(await collectBytes(readBlob(layout.path, descriptor)), bytes);
  const { mode } = await Deno.stat(blobPath(layout.path, descriptor.digest));
  assert.equal((mode ?? 0) & 0o777, 0o644 & ~Deno.umask());
});

Deno.test("writeBlob() reads no content when the blob is there", async () => {
  await using layout = await withBlob(bytes);
  const unread: Content = { descriptor, open: () => assert.fail("opened") };
  assert.equal(await writeBlob(layout.path, unread), false);
});

Deno.test("writeBlob() takes a digest of sha512", async () => {
  await using layout = await tempDirectory();
  const digest = digestOf(bytes, "sha512");
  const other: Content = { ...content, descriptor: { ...descriptor, digest } };
  assert.equal(await writeBlob(layout.path, other), true);
  assert.deepEqual(await Deno.readFile(join(layout.path, "blobs/sha512", digest.slice("sha512:".length))), bytes);
});

Deno.test("writeBlob() tells how far it is", async () => {
  await using layout = await tempDirectory();
  const told: number[] = [];
  await writeBlob(layout.path, content, { onProgress: (done) => told.push(done) });
  assert.equal(told.at(-1), bytes.byteLength);
});

const flipped = bytes.slice();
flipped[500] = 0;
const damaged: readonly (readonly [string, Uint8Array])[] = [
  ["is empty", new Uint8Array()],
  ["is cut off", bytes.subarray(0, 1000)],
  ["is too long", new Uint8Array([...bytes, 0])],
  ["has one wrong byte", flipped],
];

for (const [state, found] of damaged) {
  Deno.test(`writeBlob() repairs a blob when it ${state}`, async () => {
    await using layout = await withBlob(found);
    assert.equal(await hasBlob(layout.path, descriptor), found.byteLength === bytes.byteLength);
    await assert.rejects(
      collectBytes(readBlob(layout.path, descriptor)),
      /^DigestMismatchError: Cannot read ".*": it(s| has) /,
    );
    assert.equal(await writeBlob(layout.path, content), true);
    assert.deepEqual(await collectBytes(readBlob(layout.path, descriptor)), bytes);
    assert.deepEqual(await names(layout.path), [descriptor.digest.slice(7)]);
  });
}

const wrong: readonly (readonly [string, Uint8Array<ArrayBuffer>, RegExp])[] = [
  ["is short", bytes.subarray(1), /it has 999999 bytes, it should have 1000000$/],
  ["is long", new Uint8Array([...bytes, 0]), /it has more than the 1000000 bytes it should have$/],
  ["is another", new Uint8Array(flipped), /its digest is sha256:[0-9a-f]{64}, it should be sha256:[0-9a-f]{64}$/],
];

for (const [state, bytes, message] of wrong) {
  Deno.test(`writeBlob() leaves nothing behind when the content ${state}`, async () => {
    await using layout = await tempDirectory();
    const other: Content = { descriptor, open: bytesContent("text/plain", bytes).open };
    await assert.rejects(writeBlob(layout.path, other), { name: "DigestMismatchError", message });
    assert.deepEqual(await names(layout.path), []);
  });
}

Deno.test("writeBlob() stops at the first byte too many when the content never ends", async () => {
  await using layout = await tempDirectory();
  let cancelled = false;
  const endless: Content = {
    descriptor,
    open: () =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65536)),
        cancel: () => {
          cancelled = true;
        },
      }),
  };
  await assert.rejects(writeBlob(layout.path, endless), /more than the 1000000 bytes/);
  assert.equal(cancelled, true);
});

Deno.test("writeBlob() passes the error of the content on, and leaves nothing behind", async () => {
  await using layout = await tempDirectory();
  const failure = new Error("the disk of the source is broken");
  const broken: Content = {
    descriptor,
    open: () => {
      let isFirst = true;
      return new ReadableStream({
        pull(controller): void {
          if (!isFirst) throw failure;
          isFirst = false;
          controller.enqueue(bytes.subarray(0, 10));
        },
      });
    },
  };
  await assert.rejects(writeBlob(layout.path, broken), (error) => error === failure);
  assert.deepEqual(await names(layout.path), []);
});

Deno.test("writeBlob() leaves nothing behind when it is aborted", async () => {
  await using layout = await tempDirectory();
  const abort = new AbortController();
  const reason = new Error("interrupted");
  const slow: Content = {
    descriptor,
    open: () =>
      content.open().pipeThrough(
        new TransformStream({
          transform(piece, controller): void {
            abort.abort(reason);
            controller.enqueue(piece);
          },
        }),
      ),
  };
  await assert.rejects(writeBlob(layout.path, slow, { signal: abort.signal }), (error) => error === reason);
  assert.deepEqual(await names(layout.path), []);
});

const odd: readonly (readonly [string, (path: string) => Promise<void>])[] = [
  ["symbolic link", async (path): Promise<void> => {
    await Deno.writeFile(`${path}.elsewhere`, bytes);
    await Deno.symlink(`${path}.elsewhere`, path);
  }],
  ["symbolic link", (path): Promise<void> => Deno.symlink("/nowhere/at/all", path)],
  ["directory", (path): Promise<void> => Deno.mkdir(path)],
];

for (const [kind, make] of odd) {
  Deno.test(`writeBlob(), hasBlob() and readBlob() refuse a blob when it is a ${kind}`, async () => {
    await using layout = await tempDirectory();
    const path = blobPath(layout.path, descriptor.digest);
    await Deno.mkdir(dirname(path), { recursive: true });
    await make(path);
    const before = await names(layout.path);
    const expected = { name: "Error", message: `Cannot use "${path}" as a blob: it is a ${kind}` };
    await assert.rejects(writeBlob(layout.path, content), expected);
    await assert.rejects(hasBlob(layout.path, descriptor), expected);
    await assert.rejects(collectBytes(readBlob(layout.path, descriptor)), expected);
    assert.deepEqual(await names(layout.path), before);
  });
}

Deno.test("readBlob() names the file when there is none", async () => {
  await using layout = await tempDirectory();
  await assert.rejects(collectBytes(readBlob(layout.path, descriptor)), {
    message: `Cannot read "${blobPath(layout.path, descriptor.digest)}": no such file or directory`,
  });
});

Deno.test("readBlob() closes the file when the reader stops", async () => {
  await using layout = await withBlob(bytes);
  for await (const piece of readBlob(layout.path, descriptor)) {
    assert.ok(piece.byteLength > 0);
    break; // The sanitizer fails this test if the file stays open.
  }
});
