import assert from "node:assert/strict";
import { join } from "node:path";
import { hasSameContent } from "../../../src/extract/directory/same_content.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool, toolTest } from "../../support/tools.ts";

const { signal } = new AbortController();

Deno.test("hasSameContent() compares files of any size to their last byte", async () => {
  await using directory = await tempDirectory();
  const [staged, there] = [join(directory.path, "staged"), join(directory.path, "there")];
  const at = (): string => there;
  for (const size of [0, 1, 65_536, 65_537, 1_000_000]) {
    const bytes = new Uint8Array(size).fill(7);
    await Deno.writeFile(staged, bytes);
    await Deno.writeFile(there, bytes);
    assert.equal(await hasSameContent(staged, { path: "x", at, info: Deno.lstatSync(there), signal }), true, `${size}`);
    if (size === 0) continue;
    await Deno.writeFile(there, bytes.with(-1, 8));
    assert.equal(
      await hasSameContent(staged, { path: "x", at, info: Deno.lstatSync(there), signal }),
      false,
      `${size}`,
    );
  }
});

Deno.test("hasSameContent() stops with the reason of the signal when the files are large", async () => {
  await using directory = await tempDirectory();
  const staged = join(directory.path, "staged");
  await Deno.writeFile(staged, new Uint8Array(1_000_000));
  const reason = new Error("enough");
  const place = { path: "x", at: () => staged, info: Deno.lstatSync(staged), signal: AbortSignal.abort(reason) };
  await assert.rejects(hasSameContent(staged, place), reason);
});

toolTest("hasSameContent() does not wait for a pipe that was put in the place of a file", ["mkfifo"], async () => {
  await using directory = await tempDirectory();
  const [staged, there] = [join(directory.path, "staged"), join(directory.path, "there")];
  for (const path of [staged, there]) await Deno.writeTextFile(path, "same");
  const info = Deno.lstatSync(there);
  await Deno.remove(there);
  await tool("mkfifo", [there]);
  await assert.rejects(
    hasSameContent(staged, { path: "x", at: () => there, info, signal }),
    new Error('Cannot read "x": it is a named pipe'),
  );
});
