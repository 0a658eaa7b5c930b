/** What stands on a real terminal, tmux's, wide and narrow: the scenes of `deno task screens`. */
import assert from "node:assert/strict";
import { SCENES, screens, WIDTHS } from "../../scripts/screens.ts";
import { toolTest } from "../support/tools.ts";

/** Messages are sentences; a terminal breaks them, and whoever copies a command line out of one gets it whole. */
const MESSAGE_REGEXP = /^(?:(?:error|warning|advice|Profile|Verified)\b|oci-archive:\S+: whole,)/;
/** Tables, and lines with a digest in them, begin at 60 columns to be broken by the terminal. */
const NARROW: readonly string[] = [
  "plan",
  "consumers",
  "list",
  "list-wide",
  "inspect",
  "diff",
  "import",
  "verify",
  "doctor",
];

for (const columns of WIDTHS) {
  toolTest(
    `on a terminal of ${columns} columns nothing is glued together, and what can fit does`,
    ["tmux"],
    async () => {
      const seen: string[] = [];
      for await (const { scene, text } of screens({ widths: [columns], isColored: [false] })) {
        seen.push(scene);
        const shown = `${scene}, ${columns} columns:\n${text}`;
        // deno-lint-ignore no-control-regex -- that is how colours begin
        assert.doesNotMatch(text, /\x1b/, shown);
        assert.doesNotMatch(text, /\S(?:\u2714|error:|warning:)/, shown);
        if (columns < 60 && NARROW.includes(scene)) continue;
        const wide = text.split("\n").filter((line) => line.length > columns);
        assert.deepEqual(wide.filter((line) => !MESSAGE_REGEXP.test(line) && !isWhole(line)), [], shown);
      }
      assert.deepEqual(seen, Object.keys(SCENES));
    },
  );
}

toolTest("on a terminal with colours marks, digests and errors have them", ["tmux"], async () => {
  const colored = new Map<string, string>();
  for await (const { scene, text } of screens({ widths: [80], isColored: [true] })) colored.set(scene, text);
  const has = (scene: string, expected: string): void => {
    // How a terminal ends a colour is its own business.
    const text = (colored.get(scene) ?? "").replaceAll("\x1b", "ESC");
    assert.ok(text.includes(expected), text);
  };
  has("push", "ESC[32m\u2714ESC[39m Published 1.1.0, latest");
  has("push", "oci-layout:copy@ESC[1msha256:");
  has("error", "ESC[1mESC[31merror:");
  has("plan", "digest   ESC[1msha256:");
});

/** One word, or a name and its value: a terminal has to break these, such as a reference with its digest. */
function isWhole(line: string): boolean {
  return line.replace(/ \\$/, "").trim().split(/ +/).length <= 2;
}
