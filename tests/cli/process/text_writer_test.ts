import assert from "node:assert/strict";
import { OutputError, textWriter } from "../../../src/cli/process/text_writer.ts";

/** An output that takes a few bytes at once, or throws: one answer for each call, the last one for all that follow. */
function output(answers: readonly (number | Error)[]): { writeSync(bytes: Uint8Array): number; text(): string } {
  const left = [...answers];
  let text = "";
  return {
    writeSync(bytes): number {
      const answer = left.length > 1 ? left.shift() : left[0];
      if (answer instanceof Error) throw answer;
      const taken = bytes.subarray(0, answer);
      text += new TextDecoder().decode(taken);
      return taken.byteLength;
    },
    text: () => text,
  };
}

const FULL = new Deno.errors.WouldBlock("Resource temporarily unavailable (os error 11)");

Deno.test("textWriter() writes all of a text to an output that takes a few bytes at once", () => {
  const to = output([3]);
  textWriter(to, { name: "here" })("a text of some length");
  assert.equal(to.text(), "a text of some length");
});

Deno.test("textWriter() waits while a non-blocking pipe is full, and then goes on", () => {
  const to = output([2, FULL, FULL, 100]);
  let waits = 0;
  textWriter(to, { name: "here", wait: () => waits++ })("text");
  assert.deepEqual([to.text(), waits], ["text", 2]);
});

Deno.test("textWriter() gives up on a pipe that stays full, and does not wait for it again", () => {
  const to = output([FULL]);
  let waited = 0;
  const write = textWriter(to, { name: "standard error", wait: (milliseconds) => waited += milliseconds });
  assert.throws(() => write("text"), {
    name: "OutputError",
    message: /^Cannot write to standard error: resource temp/,
  });
  assert.equal(waited, 10_000);
  assert.throws(() => write("more"), OutputError);
  assert.equal(waited, 10_000);
});

for (
  const [error, isClosed, message] of [
    [new Deno.errors.BrokenPipe("Broken pipe (os error 32)"), true, "Cannot write to here: broken pipe"],
    [new Error("No space left on device (os error 28)"), false, "Cannot write to here: no space left on device"],
  ] as const
) {
  Deno.test(`textWriter() says ${JSON.stringify(message)}`, () => {
    assert.throws(() => textWriter(output([error]), { name: "here" })("text"), {
      name: "OutputError",
      isClosed,
      message,
    });
  });
}
