import assert from "node:assert/strict";
import { join } from "node:path";
import { withLock } from "../../src/system/lock.ts";
import { tempDirectory } from "../support/temp_directory.ts";

async function lockFile(directory: string): Promise<string> {
  const path = join(directory, "lock");
  await Deno.writeTextFile(path, "");
  return path;
}

Deno.test("withLock() lets nobody else work at the same time", async () => {
  await using directory = await tempDirectory();
  const path = await lockFile(directory.path);
  let inside = 0;
  const work = async (): Promise<void> => {
    assert.equal(++inside, 1);
    await Deno.stat(path); // Gives the others time to come in.
    assert.equal(inside--, 1);
  };
  await Promise.all(Array.from({ length: 20 }, () => withLock(path, undefined, work)));
});

Deno.test("withLock() passes results and errors on, and releases the lock", async () => {
  await using directory = await tempDirectory();
  const path = await lockFile(directory.path);
  assert.equal(await withLock(path, undefined, () => Promise.resolve(1)), 1);
  const failure = new Error("failed");
  await assert.rejects(withLock(path, undefined, () => Promise.reject(failure)), (error) => error === failure);
  assert.equal(await withLock(path, undefined, () => Promise.resolve(2)), 2);
});

Deno.test("withLock() stops to wait when it is aborted", async () => {
  await using directory = await tempDirectory();
  const path = await lockFile(directory.path);
  const abort = new AbortController();
  const reason = new Error("interrupted");
  await withLock(path, undefined, async () => {
    const waiting = withLock(path, abort.signal, () => assert.fail("got the lock"));
    abort.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
  });
  // What gave up does not keep the lock that it got too late.
  assert.equal(await withLock(path, undefined, () => Promise.resolve("free")), "free");
});

Deno.test("withLock() does not begin when it is aborted already", async () => {
  await using directory = await tempDirectory();
  const path = await lockFile(directory.path);
  const reason = new Error("interrupted");
  await assert.rejects(
    withLock(path, AbortSignal.abort(reason), () => assert.fail("got the lock")),
    (error) => error === reason,
  );
});

Deno.test("withLock() gets the lock of a process that is killed", async () => {
  await using directory = await tempDirectory();
  const path = await lockFile(directory.path);
  const script = `const file = await Deno.open(${JSON.stringify(path)}, { read: true, write: true });
    await file.lock(true); console.log("held"); setInterval(() => {}, 1000);`;
  const holder = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const input = holder.stdin.getWriter();
  await input.write(new TextEncoder().encode(script));
  await input.close();
  const output = holder.stdout.getReader();
  await output.read(); // It says that it has the lock.
  let isMine = false;
  const waiting = withLock(path, undefined, async () => {
    isMine = true;
    await Deno.stat(path);
  });
  for (let turn = 0; turn < 100; turn++) await Deno.stat(path); // Gives it time to get what it must not get.
  assert.equal(isMine, false);
  holder.kill("SIGKILL");
  await waiting;
  await holder.status;
  await output.cancel();
});

Deno.test("withLock() says that the file is gone when it was removed while waiting", async () => {
  await using directory = await tempDirectory();
  const path = await lockFile(directory.path);
  const isHeld = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const holder = withLock(path, undefined, async () => {
    isHeld.resolve();
    await held.promise;
    await Deno.remove(path);
  });
  await isHeld.promise;
  const waiting = withLock(path, undefined, () => assert.fail("locked a file that is gone"));
  held.resolve();
  await holder;
  await assert.rejects(waiting, { message: `Cannot open "${path}": no such file or directory` });
});

Deno.test("withLock() locks the new file when the old one was replaced while waiting", async () => {
  await using directory = await tempDirectory();
  const path = await lockFile(directory.path);
  const isHeld = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const holder = withLock(path, undefined, async () => {
    isHeld.resolve();
    await held.promise;
    await Deno.remove(path);
    await Deno.writeTextFile(path, "new");
  });
  await isHeld.promise;
  const waiting = withLock(path, undefined, () => Deno.readTextFile(path));
  held.resolve();
  await holder;
  assert.equal(await waiting, "new");
});
