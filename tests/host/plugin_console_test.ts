// deno-lint-ignore-file no-console -- the console is what is tested
import assert from "node:assert/strict";
import process from "node:process";
import { pluginConsole } from "../../src/host/plugin_console.ts";

Deno.test("pluginConsole() keeps what plugins write away from standard output, and says who wrote it", async () => {
  const said: string[] = [];
  const before = { ...console };
  const { write, writeSync } = Deno.stdout;
  const nodeWrite = process.stdout.write;
  try {
    const written: unknown[] = [];
    console.log = (...values: readonly unknown[]): void => void written.push(...values);
    const during = pluginConsole((id, text) => void said.push(`${id}: ${text}`));
    const work = (id: string): Promise<void> =>
      during({ id, stage: "filter" }, async () => {
        console.log("kept %d of", 3, { a: 1 });
        await Promise.resolve();
        console.error(`${id} goes on`);
      });
    await Promise.all([work("a"), work("b")]);
    console.log("from gantry");
    assert.deepEqual(written, ["from gantry"]);
  } finally {
    Object.assign(console, before);
    Object.assign(Deno.stdout, { write, writeSync });
    Object.assign(process.stdout, { write: nodeWrite });
  }
  assert.deepEqual(said, ["a: kept 3 of { a: 1 }", "b: kept 3 of { a: 1 }", "a: a goes on", "b: b goes on"]);
});

Deno.test("pluginConsole() leaves the console alone as long as no plugin runs", () => {
  const before = console.log;
  pluginConsole(() => {});
  assert.equal(console.log, before);
});
