import assert from "node:assert/strict";
import { join } from "node:path";
import { SourceError } from "../../../src/pipeline/source_error.ts";
import { fileStream } from "../../../src/plugins/collect/file_stream.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool, toolTest } from "../../support/tools.ts";

for (const time of [-315_619_200_000, -1, -1.5, 0, 1_700_000_000_123]) {
  toolTest(`fileStream() reads a file of the time ${time}`, ["touch"], async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "x");
    await Deno.writeTextFile(path, "said");
    // Deno 2.6 sets no fraction of a second before 1970.
    await tool("touch", ["-d", `@${time / 1000}`, path]);
    assert.equal(await new Response(fileStream(path, "x", await Deno.lstat(path))).text(), "said");
  });
}

/** One size that is read at once, and one that comes in pieces. */
const SIZES = [10, 600_000];

const CHANGES: readonly (readonly [
  what: string,
  change: (path: string, size: number) => Promise<void>,
  why: (size: number) => string,
])[] = [
  [
    "has grown",
    (path) => Deno.writeTextFile(path, "more", { append: true }),
    (size) => `it changed after it was found, from ${size} to ${size + 4} bytes`,
  ],
  ["was cut", (path) => Deno.truncate(path, 3), (size) => `it changed after it was found, from ${size} to 3 bytes`],
  [
    "was written to",
    (path) => Deno.utime(path, new Date(), new Date(2_000_000_000_000)),
    () => "it changed after it was found, it was written to",
  ],
  ["was replaced by a file of the same size and time", async (path, size) => {
    const { mtime } = await Deno.stat(path);
    await Deno.writeFile(`${path}.new`, new Uint8Array(size));
    await Deno.utime(`${path}.new`, new Date(), mtime ?? 0);
    await Deno.rename(`${path}.new`, path);
  }, () => "it changed after it was found, another file took its place"],
];

for (const size of SIZES) {
  Deno.test(`fileStream() reads a file of ${size} bytes`, async () => {
    await using root = await tempDirectory();
    const path = join(root.path, "f");
    const bytes = new Uint8Array(size).map((_, at) => at % 251);
    await Deno.writeFile(path, bytes);
    assert.deepEqual(await new Response(fileStream(path, "f", await Deno.stat(path))).bytes(), bytes);
  });

  for (const [what, change, why] of CHANGES) {
    Deno.test(`fileStream() fails when a file of ${size} bytes ${what}`, async () => {
      await using root = await tempDirectory();
      const path = join(root.path, "f");
      await Deno.writeFile(path, new Uint8Array(size));
      const stream = fileStream(path, "d/f", await Deno.stat(path));
      await change(path, size);
      await assert.rejects(new Response(stream).bytes(), new SourceError(`Cannot publish "d/f": ${why(size)}`));
    });
  }

  toolTest(`fileStream() does not wait for a file of ${size} bytes that has become a pipe`, ["mkfifo"], async () => {
    await using root = await tempDirectory();
    const path = join(root.path, "f");
    await Deno.writeFile(path, new Uint8Array(size));
    const found = await Deno.stat(path);
    await Deno.remove(path);
    await tool("mkfifo", [path]);
    await assert.rejects(
      new Response(fileStream(path, "d/f", found)).bytes(),
      new SourceError('Cannot read "d/f": it is a named pipe'),
    );
  });

  Deno.test(`fileStream() reads nothing of what a link leads to that took the place of a file of ${size} bytes`, async () => {
    await using root = await tempDirectory();
    const path = join(root.path, "f");
    await Deno.writeFile(path, new Uint8Array(size));
    await Deno.writeFile(join(root.path, "secret"), new Uint8Array(size));
    const found = await Deno.stat(path);
    await Deno.utime(join(root.path, "secret"), new Date(), found.mtime ?? 0);
    await Deno.remove(path);
    await Deno.symlink("secret", path);
    await assert.rejects(
      new Response(fileStream(path, "d/f", found)).bytes(),
      new SourceError('Cannot publish "d/f": it changed after it was found, another file took its place'),
    );
  });

  Deno.test(`fileStream() fails when a file of ${size} bytes is gone`, async () => {
    await using root = await tempDirectory();
    const path = join(root.path, "f");
    await Deno.writeFile(path, new Uint8Array(size));
    const found = await Deno.stat(path);
    await Deno.remove(path);
    await assert.rejects(
      new Response(fileStream(path, "d/f", found)).bytes(),
      (error) =>
        error instanceof SourceError && error.message === 'Cannot read "d/f": there is no such file or directory',
    );
  });

  Deno.test(`fileStream() closes a file of ${size} bytes when it is cancelled after the first piece`, async () => {
    await using root = await tempDirectory();
    const path = join(root.path, "f");
    await Deno.writeFile(path, new Uint8Array(size));
    const reader = fileStream(path, "f", await Deno.stat(path)).getReader();
    await reader.read();
    await reader.cancel();
    assert.deepEqual(await openFiles(path), []);
  });
}

Deno.test("fileStream() fails when a large file grows or is cut while it is read", async () => {
  await using root = await tempDirectory();
  const path = join(root.path, "f");
  for (const [now, length] of [[700_000, 700_000], [500_000, 500_000]] as const) {
    await Deno.writeFile(path, new Uint8Array(600_000));
    const reader = fileStream(path, "f", await Deno.stat(path)).getReader();
    let received = (await reader.read()).value?.byteLength ?? 0;
    await Deno.truncate(path, length);
    await assert.rejects(async () => {
      for (let next = await reader.read(); !next.done; next = await reader.read()) received += next.value.byteLength;
    }, new SourceError(`Cannot publish "f": it changed after it was found, from 600000 to ${now} bytes`));
    // Whoever writes the size before the content must never get more than that.
    assert.ok(received <= 600_000, `${received} bytes`);
    assert.deepEqual(await openFiles(path), []);
  }
});

Deno.test("fileStream() does not open a file before it is read", async () => {
  await using root = await tempDirectory();
  const path = join(root.path, "f");
  await Deno.writeFile(path, new Uint8Array(600_000));
  const stream = fileStream(path, "f", await Deno.stat(path));
  assert.deepEqual(await openFiles(path), []);
  await stream.cancel();
});

Deno.test("fileStream() gives a large file in pieces of at least 64 KiB", async () => {
  await using root = await tempDirectory();
  const path = join(root.path, "f");
  await Deno.writeFile(path, new Uint8Array(600_000));
  const sizes: number[] = [];
  for await (const chunk of fileStream(path, "f", await Deno.stat(path))) sizes.push(chunk.byteLength);
  assert.ok(sizes.length > 1 && sizes.slice(0, -1).every((size) => size >= 65536), sizes.join(" "));
});

/** This process's open descriptors of a file, where the system tells. */
async function openFiles(path: string): Promise<readonly string[]> {
  if (Deno.build.os !== "linux") return [];
  const real = await Deno.realPath(path);
  return Array.from(Deno.readDirSync("/proc/self/fd"), ({ name }) => name).filter((name) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`) === real;
    } catch {
      return false;
    }
  });
}
