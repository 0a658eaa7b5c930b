import { type Comparison, comparisons, median, type Results, type Run } from "./results.ts";
import { figure, WORK_TITLES } from "./tables.ts";

const WIDTH = 760;
const LABEL_WIDTH = 220;
const VALUE_WIDTH = 150;
const BAR_WIDTH = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
const ROW = 20;
const TITLE = 34;

/** Readable on white and on black, since a page may be either. */
const STYLE = `text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.gantry { fill: #0969da } .peer { fill: #8c959f } .other { fill: #bcc4cc } .floor { fill: none; stroke: #8c959f }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .gantry { fill: #58a6ff } .other { fill: #57606a } }`;

/** Draws the medians of the wall times as bars, one group for each work on each tree; each group has its own scale. */
export function plot(results: Results): string {
  let top = 0;
  const groups = comparisons(results.runs).map((comparison) => {
    const drawn = drawGroup(comparison, top);
    top += TITLE + comparison.runs.length * ROW;
    return drawn;
  });
  const height = top + 10;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">
<style>${STYLE}</style>
${groups.flat().join("\n")}
</svg>
`;
}

function drawGroup({ tree, work, runs, fastestPeer }: Comparison, top: number): readonly string[] {
  const longest = Math.max(...runs.map(({ seconds }) => median(seconds)));
  return [
    text(`${tree}: ${WORK_TITLES[work]}`, { x: 0, y: top + 22, kind: "title" }),
    ...runs.flatMap((run, at) => drawBar(run, { y: top + TITLE + at * ROW, longest, fastestPeer })),
  ];
}

function drawBar(
  { tool, kind, seconds }: Run,
  { y, longest, fastestPeer }: {
    readonly y: number;
    readonly longest: number;
    readonly fastestPeer: number | undefined;
  },
): readonly string[] {
  const middle = median(seconds);
  const width = Math.max(1, BAR_WIDTH * middle / longest).toFixed(1);
  const ratio = fastestPeer === undefined ? "" : ` (${(middle / fastestPeer).toFixed(2)})`;
  return [
    text(tool, { x: 0, y: y + 12 }),
    `<rect class="${kind}" x="${LABEL_WIDTH}" y="${y + 1}" width="${width}" height="${ROW - 6}"/>`,
    text(`${figure(middle)} s${ratio}`, { x: LABEL_WIDTH + Number(width) + 6, y: y + 12 }),
  ];
}

function text(
  words: string,
  { x, y, kind }: { readonly x: number; readonly y: number; readonly kind?: string },
): string {
  const escaped = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<text${kind === undefined ? "" : ` class="${kind}"`} x="${x}" y="${y}">${escaped}</text>`;
}
