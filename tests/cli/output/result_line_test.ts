import assert from "node:assert/strict";
import { resultText, sayResults, stopwatch, transferred } from "../../../src/cli/output/result_line.ts";
import { fakeWorld } from "../fake_world.ts";

const LINE = {
  what: "Published 1.0.0, latest",
  where: "ghcr.io/acme/app",
  amounts: ["4.2 KiB sent", "3 blobs (0 reused)", "0.8 s"],
};

const SCREENS: readonly (readonly [columns: number, text: string])[] = [
  [100, "✔ Published 1.0.0, latest → ghcr.io/acme/app  4.2 KiB sent, 3 blobs (0 reused), 0.8 s"],
  [80, "✔ Published 1.0.0, latest → ghcr.io/acme/app\n  4.2 KiB sent, 3 blobs (0 reused), 0.8 s"],
  [40, "✔ Published 1.0.0, latest\n  → ghcr.io/acme/app\n  4.2 KiB sent, 3 blobs (0 reused)"],
  [25, "✔ Published 1.0.0, latest\n  → ghcr.io/acme/app\n  4.2 KiB sent"],
];

for (const [columns, text] of SCREENS) {
  Deno.test(`resultText() fits its amounts into ${columns} columns`, () => {
    assert.equal(resultText(LINE, columns), text);
  });
}

Deno.test("resultText() lets no name do anything to the terminal", () => {
  assert.equal(resultText({ what: "Pulled", where: "a\u001b[2J\nb", amounts: [] }, 80), "✔ Pulled → a\\u001b[2J\\nb");
});

Deno.test("transferred() counts what was there already", () => {
  assert.deepEqual(transferred({ uploaded: 2, existing: 1, bytesSent: 4300 }), ["4.2 KiB sent", "3 blobs (1 reused)"]);
  assert.deepEqual(transferred({ uploaded: 1, existing: 0, bytesSent: 0 }), ["0 B sent", "1 blob (0 reused)"]);
});

Deno.test("sayResults() writes to a terminal only, and not when it is quiet", () => {
  for (const [columns, quiet, said] of [[80, false, "✔ Done\n"], [80, true, ""], [undefined, false, ""]] as const) {
    const world = fakeWorld(columns === undefined ? undefined : { columns: () => columns });
    sayResults(world, { quiet, lines: [{ what: "Done", amounts: [] }] });
    assert.deepEqual(world.written, { stdout: "", stderr: said });
  }
});

Deno.test("stopwatch() tells tenths of seconds, and minutes when it takes long", () => {
  let now = 1000;
  const time = stopwatch(() => now);
  now += 840;
  assert.equal(time(), "0.8 s");
  now += 90_000;
  assert.equal(time(), "1 min 30 s");
});
