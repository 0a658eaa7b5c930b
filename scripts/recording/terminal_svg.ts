import type { Row, Run } from "./styled_rows.ts";

const FONT_SIZE = 14;
const CELL_WIDTH = 8.4;
const ROW_HEIGHT = 19;
const MARGIN = 16;
const TITLE_BAR = 30;

/** Readable on its own ground, whatever is around the picture: 4.5 to 1 at least. */
const GROUND = "#161b22";
const TEXT = "#d6dde6";
const BOLD = "#ffffff";
const COLORS: readonly string[] = [
  "#8b949e",
  "#ff8078",
  "#56d364",
  "#e3b341",
  "#79b8ff",
  "#d2a8ff",
  "#56d4dd",
  "#d6dde6",
];

/** How long each step stays before the next one comes, in seconds: what is typed, and what it prints. */
const TYPED_SECONDS = 1;
const PRINTED_SECONDS = 4.5;

/**
 * Draws a terminal in which one step comes after the other, and which scrolls when it is full. Who wants no motion, or
 * whose viewer knows none, sees the end.
 *
 * @param steps Rows that come at once: by turns what is typed, and what is printed.
 */
export function terminalSvg(
  steps: readonly (readonly Row[])[],
  options: { readonly columns: number; readonly rows: number; readonly title: string },
): string {
  const { columns, rows, title } = options;
  const starts = steps.map((_, at) => Math.ceil(at / 2) * TYPED_SECONDS + Math.floor(at / 2) * PRINTED_SECONDS);
  const seconds = (starts.at(-1) ?? 0) + 2 * PRINTED_SECONDS;
  const percent = (time: number): string => `${Math.round(10_000 * time / seconds) / 100}%`;
  const heights = steps.map((_, at) => steps.slice(0, at + 1).flat().length);
  const offsets = heights.map((height) => -ROW_HEIGHT * Math.max(0, height - rows));
  const width = Math.ceil(columns * CELL_WIDTH + 2 * MARGIN);
  const height = rows * ROW_HEIGHT + TITLE_BAR + MARGIN;
  let row = 0;
  const groups = steps.map((each, at) => {
    const texts = each.map((runs) => textOf(runs, { y: ++row * ROW_HEIGHT - 5 })).filter((text) => text !== "");
    return `<g class="s${at}">\n${texts.join("\n")}\n</g>`;
  });
  const appear = starts.map((time, at) =>
    at === 0 ? "" : `@keyframes s${at}{0%,${percent(time)}{opacity:0}${percent(time + 0.01)},100%{opacity:1}}` +
      `.s${at}{animation:s${at} ${seconds}s infinite}`
  );
  const scroll = offsets.map((offset, at) => {
    const until = starts[at + 1] ?? seconds;
    return `${percent(starts[at] ?? 0)},${percent(until - 0.01)}{transform:translateY(${offset}px)}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>
text{font:${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:${TEXT};white-space:pre}
.b{font-weight:700;fill:${BOLD}}
${COLORS.map((color, at) => `.c${at}{fill:${color}}`).join("")}
.all{transform:translateY(${offsets.at(-1)}px)}
@media (prefers-reduced-motion:no-preference){
${appear.filter((rule) => rule !== "").join("\n")}
@keyframes all{${scroll.join("")}}
.all{animation:all ${seconds}s infinite}
}
</style>
<rect width="${width}" height="${height}" rx="8" fill="${GROUND}" stroke="#6e7681" stroke-opacity=".6"/>
<circle cx="20" cy="16" r="5.5" fill="#ff8078"/><circle cx="38" cy="16" r="5.5" fill="#e3b341"/><circle cx="56" cy="16" r="5.5" fill="#56d364"/>
<svg x="${MARGIN}" y="${TITLE_BAR}" width="${width - 2 * MARGIN}" height="${rows * ROW_HEIGHT}" overflow="hidden">
<g class="all">
${groups.join("\n")}
</g>
</svg>
</svg>
`;
}

/** Every run stands on the columns that it has in a terminal, whatever the font. */
function textOf(row: readonly Run[], { y }: { readonly y: number }): string {
  let column = 0;
  const texts = row.map(({ text, color, isBold }) => {
    const x = column * CELL_WIDTH;
    const length = [...text].length;
    column += length;
    if (text.trim() === "") return "";
    const classes = [...(isBold ? ["b"] : []), ...(color === undefined ? [] : [`c${color}`])].join(" ");
    const style = classes === "" ? "" : ` class="${classes}"`;
    return `<text x="${round(x)}" y="${y}" textLength="${round(length * CELL_WIDTH)}"${style}>${escaped(text)}</text>`;
  });
  return texts.join("");
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
