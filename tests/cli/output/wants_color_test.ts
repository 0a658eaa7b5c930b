import assert from "node:assert/strict";
import { wantsColor } from "../../../src/cli/output/wants_color.ts";

const SAID: readonly (readonly [env: Record<string, string>, onTerminal: boolean, elsewhere: boolean])[] = [
  [{}, true, false],
  [{ NO_COLOR: "1" }, false, false],
  [{ NO_COLOR: "" }, true, false],
  [{ FORCE_COLOR: "1" }, true, true],
  [{ FORCE_COLOR: "0" }, false, false],
  [{ FORCE_COLOR: "false" }, false, false],
  [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false, false],
  [{ CLICOLOR_FORCE: "1" }, true, true],
  [{ CLICOLOR: "0" }, false, false],
  [{ CLICOLOR: "1" }, true, false],
  [{ CLICOLOR: "0", FORCE_COLOR: "1" }, true, true],
  [{ TERM: "dumb" }, false, false],
];

for (const [env, onTerminal, elsewhere] of SAID) {
  Deno.test(`wantsColor() hears ${JSON.stringify(env)}`, () => {
    const read = (name: string): string | undefined => env[name];
    assert.equal(wantsColor({ env: read, isTerminal: true }), onTerminal);
    assert.equal(wantsColor({ env: read, isTerminal: false }), elsewhere);
  });
}
