import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonErrorPosition } from "../../../src/registry/login/json_position.ts";

const POSITIONS: readonly (readonly [text: string, line: number, column: number])[] = [
  ["", 1, 1],
  ["{", 1, 2],
  ['{"a": hello}', 1, 7],
  ['{"a": 1,}', 1, 9],
  ['{\n  "a": "x"\n  "b": 1}', 3, 3],
  ["{'a': 1}", 1, 2],
  ['{"a" 1}', 1, 6],
  ['{"a": "unterminated', 1, 7],
  ["[1,2", 1, 5],
  ["[1 2]", 1, 4],
  ["[]]", 1, 3],
  ["{} x", 1, 4],
  ["\r\n\t// comment", 2, 2],
];

for (const [text, line, column] of POSITIONS) {
  Deno.test(`jsonErrorPosition() of ${JSON.stringify(text)} is line ${line}, column ${column}`, () => {
    assert.deepEqual(jsonErrorPosition(text), { line, column });
  });
}

Deno.test("jsonErrorPosition() is the end of a text exactly when that is JSON, or lacks something there", () => {
  fc.assert(fc.property(fc.json(), (text) => {
    assert.deepEqual(jsonErrorPosition(text), { line: 1, column: text.length + 1 });
  }));
});

Deno.test("jsonErrorPosition() is where the runtime says, when it does", () => {
  let compared = 0;
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom(...'{}[]:,"\\x1 '), (json, place, character) => {
      const at = place % (json.length + 1);
      const text = `${json.slice(0, at)}${character}${json.slice(at + 1)}`;
      const said = errorOf(text);
      // Inside of a string or a number, ours is its start.
      const offset = /at position (\d+)/.exec(said)?.[1];
      if (offset === undefined || /string|escape|control|number|fraction|exponent/i.test(said)) return;
      compared++;
      assert.equal(jsonErrorPosition(text).column - 1, Number(offset), said);
    }),
    { numRuns: 1000 },
  );
  assert.ok(compared > 50);
});

function errorOf(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}
