import assert from "node:assert/strict";
import { createPrompt, type PromptTerminal } from "../../../src/cli/output/prompt.ts";
import type { Prompt } from "../../../src/cli/world.ts";

/** A terminal on which these pieces are typed; after the last one nothing comes any more. */
function typing(pieces: readonly (Uint8Array | string | null)[]): PromptTerminal & { readonly log: string[] } {
  const rest = [...pieces];
  const log: string[] = [];
  return {
    log,
    read(buffer): Promise<number | null> {
      const piece = rest.shift();
      if (piece === undefined) return new Promise(() => {});
      if (piece === null) return Promise.resolve(null);
      const bytes = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
      buffer.set(bytes);
      return Promise.resolve(bytes.byteLength);
    },
    setRaw: (raw) => void log.push(raw ? "raw" : "cooked"),
    write: (text) => void log.push(text),
  };
}

function promptOn(terminal: PromptTerminal, abort = new AbortController()): Prompt {
  return createPrompt(terminal, { signal: abort.signal, interrupt: () => abort.abort(new Error("interrupted")) });
}

const LINES: readonly (readonly [what: string, typed: readonly (Uint8Array | string | null)[], line: string])[] = [
  ["a line", ["ann\n"], "ann"],
  ["a line in pieces", ["a", "n", "n\r"], "ann"],
  ["an empty line", ["\r"], ""],
  ["a line without its end", ["ann", null], "ann"],
  ["Ctrl-D", ["ann\x04"], "ann"],
  ["a character in two pieces", [Uint8Array.of(0x70, 0xc3), Uint8Array.of(0xa4, 0x0d)], "p\u00e4"],
  ["backspaces", ["\x7fanx\x7fn\u{1f511}\b\r"], "ann"],
  ["Ctrl-U", ["wrong\x15ann\r"], "ann"],
  ["keys that are no characters", ["a\tn\x00n\x1b\r"], "ann"],
];

for (const [what, typed, line] of LINES) {
  Deno.test(`hidden() reads ${what} while the terminal is raw`, async () => {
    const terminal = typing(typed);
    assert.equal(await promptOn(terminal).hidden("Password: "), line);
    assert.deepEqual(terminal.log, ["raw", "Password: ", "cooked", "\n"]);
  });
}

for (
  const [what, typed] of [["the end of the input", null], ["Ctrl-D", "\x04"], [
    "Ctrl-U and Ctrl-D",
    "x\x15\x04",
  ]] as const
) {
  Deno.test(`line() and hidden() take ${what} for no answer, and not for an empty one`, async () => {
    const said = /^Error: Cannot go on without an answer: the input has ended at the question$/;
    const hidden = typing([typed]);
    await assert.rejects(promptOn(hidden).hidden("Password: "), said);
    assert.deepEqual(hidden.log, ["raw", "Password: ", "cooked", "\n"]);
    const shown = typing([typed]);
    await assert.rejects(promptOn(shown).line("Name: "), said);
    assert.deepEqual(shown.log, ["Name: ", "\n"]);
  });
}

Deno.test("line() leaves the terminal as it is", async () => {
  const terminal = typing(["ann\n"]);
  assert.equal(await promptOn(terminal).line("Name: "), "ann");
  assert.deepEqual(terminal.log, ["Name: "]);
});

Deno.test("hidden() takes Ctrl-C for an interrupt, and leaves no raw terminal behind", async () => {
  const terminal = typing(["se\x03cret\r"]);
  await assert.rejects(promptOn(terminal).hidden("Password: "), /^Error: interrupted$/);
  assert.deepEqual(terminal.log, ["raw", "Password: ", "cooked", "\n"]);
});

Deno.test("hidden() stops waiting when it is aborted, and leaves no raw terminal behind", async () => {
  const terminal = typing([]);
  const abort = new AbortController();
  const asking = promptOn(terminal, abort).hidden("Password: ");
  abort.abort(new Error("terminated"));
  await assert.rejects(asking, /^Error: terminated$/);
  assert.deepEqual(terminal.log, ["raw", "Password: ", "cooked", "\n"]);
});
