import assert from "node:assert/strict";
import { progressBar, progressText } from "../../../src/cli/output/progress_line.ts";

const MIB = 1024 * 1024;
const STATE = { what: "Downloading", done: 459 * MIB, total: 1024 * MIB, seconds: 4.4 };

const SCREENS: readonly (readonly [columns: number, line: string])[] = [
  [120, "Downloading  ━━━━━━━━━━━━━─────────────────   44 %  459.0 MiB / 1.0 GiB    104.3 MiB/s    6 s"],
  [100, "Downloading  ━━━━━━━━━━━━━─────────────────   44 %  459.0 MiB / 1.0 GiB    104.3 MiB/s    6 s"],
  [80, "Downloading  ━━━━━━━╸─────────   44 %  459.0 MiB / 1.0 GiB    104.3 MiB/s    6 s"],
  [60, "Downloading  ━━━━──────   44 %  459.0 MiB / 1.0 GiB      6 s"],
  [40, "Downloading  ━━━━━╸───────   44 %    6 s"],
  [25, "Downloading  44 %  6 s"],
  [20, "Downloading  44 %"],
  [5, "44 %"],
];

for (const [columns, line] of SCREENS) {
  Deno.test(`progressBar() drops what matters least when there are ${columns} columns`, () => {
    assert.equal(progressBar(STATE, { columns, color: false }), line);
    assert.ok(line.length <= columns);
  });
}

Deno.test("progressBar() colours the bar and nothing else", () => {
  const plain = progressBar(STATE, { columns: 80, color: false });
  const colored = progressBar(STATE, { columns: 80, color: true });
  assert.equal(
    colored.slice(0, colored.indexOf("44 %")),
    `Downloading  \x1b[32m${"━".repeat(7)}╸\x1b[39;2m${"─".repeat(9)}\x1b[22m   `,
  );
  // deno-lint-ignore no-control-regex -- that is what colours are
  assert.equal(colored.replaceAll(/\x1b\[[0-9;]*m/g, ""), plain);
});

Deno.test("progressBar() says nothing of time when nothing is done yet", () => {
  const line = progressBar({ ...STATE, done: 0 }, { columns: 80, color: false });
  assert.match(line, /0 B\/s +$/);
});

Deno.test("progressText() has everything, for a log", () => {
  assert.equal(progressText(STATE), "Downloading 459.0 MiB of 1.0 GiB (44 %), 104.3 MiB/s, 6 s left");
});
