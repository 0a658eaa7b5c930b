import { type Comparison, comparisons, type DeflateRun, median, type Results, type Run } from "./results.ts";

/** Everything that was measured, in Markdown that `deno fmt` leaves as it is. */
export function formatResults(results: Results): string {
  const { machine, programs, trees, runs, deflate, leftOut } = results;
  return [
    `${machine.cores} cores of ${machine.cpu}, ${mebibytes(machine.memory)} MiB, ${machine.system}.`,
    table(["program", "version"], Object.entries(programs)),
    ...trees.flatMap((tree) => [
      `### ${tree.name}: ${count(tree.files)} files, ${megabytes(tree.bytes)} MB`,
      `Made of ${tree.from}.`,
      ...comparisons(runs.filter((run) => run.tree === tree.name)).flatMap(formatComparison),
    ]),
    ...(deflate.length === 0 ? [] : ["### deflate, one thread", formatDeflate(deflate)]),
    ...(leftOut.length === 0 ? [] : [
      "### Left out",
      table(["tree", "work", "tool"], leftOut.map(({ tree, work, tool }) => [tree, WORK_TITLES[work], tool])),
    ]),
  ].join("\n\n");
}

/** A table in Markdown, each column as wide as its widest cell. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [heads, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|").replaceAll(/\s+/g, " ")));
  const widths = heads.map((_, at) => Math.max(3, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string => `| ${row.map((c, at) => c.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = cells;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

/** What each work is called. */
export const WORK_TITLES = { push: "push", again: "push again, unchanged", pull: "pull and extract" } as const;

function formatComparison({ work, runs, fastestPeer }: Comparison): readonly string[] {
  const heads = ["tool", "wall s", "ratio", "CPU s", "memory MiB", "sent MB", "requests", "layer MB"];
  const rounds = Math.min(...runs.map(({ seconds }) => seconds.length));
  return [
    `**${WORK_TITLES[work]}**, ${rounds} ${rounds === 1 ? "round" : "rounds"}`,
    table(heads, runs.map((run) => row(run, fastestPeer))),
  ];
}

function row(run: Run, fastestPeer: number | undefined): readonly string[] {
  const seconds = median(run.seconds);
  return [
    run.tool,
    figure(seconds),
    fastestPeer === undefined ? "" : (seconds / fastestPeer).toFixed(2),
    figure(median(run.cpuSeconds)),
    run.peakMemory === undefined ? "" : mebibytes(run.peakMemory),
    run.bytesSent === undefined ? "" : megabytes(run.bytesSent),
    run.requests === undefined ? "" : count(run.requests),
    run.layerSize === undefined ? "" : megabytes(run.layerSize),
  ];
}

function formatDeflate(runs: readonly DeflateRun[]): string {
  const rows = [...Map.groupBy(runs, ({ sample }) => sample).values()].flatMap((group) => {
    const zlib = (level: number): DeflateRun | undefined => group.find((run) => run.compressor === `zlib ${level}`);
    const speed = (run: DeflateRun, base: DeflateRun | undefined): string =>
      base === undefined ? "" : (median(base.cpuSeconds) / median(run.cpuSeconds)).toFixed(2);
    return group.map((run) => [
      `${run.sample}, ${megabytes(run.bytes)} MB`,
      run.compressor,
      figure(median(run.cpuSeconds)),
      speed(run, zlib(9)),
      speed(run, zlib(6)),
      (run.size / (zlib(6)?.size ?? run.size)).toFixed(3),
    ]);
  });
  const heads = ["sample", "compressor", "CPU s", "speed, zlib 9 = 1", "speed, zlib 6 = 1", "size, zlib 6 = 1"];
  return table(heads, rows);
}

/** A time with about three digits that count, and none below milliseconds. */
export function figure(seconds: number): string {
  const digits = seconds < 1 ? 3 : seconds < 10 ? 2 : seconds < 100 ? 1 : 0;
  return seconds.toFixed(digits);
}

function megabytes(bytes: number): string {
  if (bytes === 0) return "0";
  const megabytes = bytes / 1e6;
  return megabytes >= 100 ? count(Math.round(megabytes)) : megabytes.toFixed(megabytes < 1 ? 4 : 1);
}

function mebibytes(bytes: number): string {
  return count(Math.round(bytes / 1024 / 1024));
}

function count(number: number): string {
  return number.toLocaleString("en");
}
