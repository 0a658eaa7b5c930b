import assert from "node:assert/strict";
import { plot } from "../../bench/plot.ts";
import { sampleResults } from "./sample_results.ts";

Deno.test("plot() draws a bar for each tool, as long as its median, with the ratio beside it", () => {
  const svg = plot(sampleResults());
  const widths = [...svg.matchAll(/<rect class="(\w+)" x="\d+" y="\d+" width="([\d.]+)"/g)]
    .map(([, kind, width]) => [kind, Number(width)]);
  assert.deepEqual(widths, [["gantry", 1], ["peer", 1.3], ["floor", 390]]);
  for (const words of [">small: push<", ">gantry, binary<", ">0.200 s (0.50)<", ">123 s (308.50)<"]) {
    assert.ok(svg.includes(words), words);
  }
});

Deno.test("plot() escapes what a name may hold", () => {
  const [run] = sampleResults().runs;
  assert.ok(run);
  assert.match(plot({ ...sampleResults(), runs: [{ ...run, tool: "<a & b>" }] }), />&lt;a &amp; b&gt;</);
});
