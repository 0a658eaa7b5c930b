import assert from "node:assert/strict";
import { join } from "node:path";
import { DEAD_AFTER, exclusiveFile, exclusivePath } from "../../src/system/exclusive_file.ts";
import { tempDirectory } from "../support/temp_directory.ts";

Deno.test("exclusiveFile() lets nobody else work at the same time, and leaves nothing behind", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "oci-layout");
  let inside = 0;
  await Promise.all(Array.from({ length: 5 }, async () => {
    using _held = await exclusiveFile(path, undefined);
    assert.equal(++inside, 1);
    await Deno.stat(directory.path); // Gives the others time to come in.
    assert.equal(inside--, 1);
  }));
  assert.deepEqual([...Deno.readDirSync(directory.path)], []);
});

Deno.test("exclusiveFile() stops to wait when it is aborted, and leaves the file to whoever has it", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "oci-layout");
  const abort = new AbortController();
  const reason = new Error("interrupted");
  using _held = await exclusiveFile(path, undefined);
  const waiting = exclusiveFile(path, abort.signal);
  abort.abort(reason);
  await assert.rejects(waiting, (error) => error === reason);
  assert.ok(await Deno.stat(exclusivePath(path)));
});

Deno.test("exclusiveFile() takes over what a killed process has left, and not what was touched since", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "oci-layout");
  const file = exclusivePath(path);
  await Deno.writeTextFile(file, "of a killed process");
  const age = async (milliseconds: number): Promise<void> => {
    const time = new Date(Date.now() - milliseconds);
    await Deno.utime(file, time, time);
  };
  await age(DEAD_AFTER - 20_000);
  const abort = new AbortController();
  const waiting = exclusiveFile(path, abort.signal);
  abort.abort(new Error("interrupted"));
  await assert.rejects(waiting, { message: "interrupted" });
  assert.equal(await Deno.readTextFile(file), "of a killed process");

  await age(DEAD_AFTER + 20_000);
  const held = await exclusiveFile(path, undefined);
  assert.notEqual(await Deno.readTextFile(file), "of a killed process");
  held[Symbol.dispose]();
  assert.deepEqual([...Deno.readDirSync(directory.path)], []);
});

Deno.test("exclusiveFile() touches its file from time to time", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "oci-layout");
  const file = exclusivePath(path);
  const { setInterval } = globalThis;
  let touch = (): void => assert.fail("there is no timer");
  globalThis.setInterval =
    ((run: () => void) => (touch = run, setInterval(() => {}, DEAD_AFTER))) as typeof setInterval;
  try {
    using _held = await exclusiveFile(path, undefined);
    const past = new Date(Date.now() - DEAD_AFTER);
    const isTouched = async (): Promise<boolean> => ((await Deno.stat(file)).mtime?.getTime() ?? 0) > past.getTime();
    const owner = await Deno.readTextFile(file);
    await Deno.utime(file, past, past);
    touch();
    while (!await isTouched());
    assert.equal(await Deno.readTextFile(file), owner);
  } finally {
    globalThis.setInterval = setInterval;
  }
});

Deno.test("exclusiveFile() leaves a file that somebody else has taken over", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "oci-layout");
  const held = await exclusiveFile(path, undefined);
  await Deno.writeTextFile(exclusivePath(path), "of somebody else");
  held[Symbol.dispose]();
  assert.equal(await Deno.readTextFile(exclusivePath(path)), "of somebody else");
});
