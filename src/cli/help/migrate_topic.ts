import type { Help } from "commander";
import { type Migration, MIGRATIONS } from "../habits/migrations.ts";
import { wrappedLine } from "./wrapped_line.ts";

const INTRODUCTION = "What you type today, and below it what you type here. A reference always says what it is: " +
  "oci:// is a registry, oci-layout: a directory, oci-archive: a tar. What is published or copied comes first, and " +
  "where it goes comes last.";
const HERE = "  → ";

/** Writes the page of help for who comes from other tools. */
export function migrateTopic(helper: Help): string {
  const width = helper.helpWidth ?? 80;
  const tools = [...new Set(MIGRATIONS.map(({ tool }) => tool))];
  const sections = tools.map((tool) => {
    const rows = MIGRATIONS.filter((row) => row.tool === tool);
    return [`${tool}:`, ...rows.flatMap((row) => rowLines(row, { helper, width }))];
  });
  return [[helper.boxWrap(INTRODUCTION, width)], ...sections].map((lines) => `${lines.join("\n")}\n`).join("\n");
}

function rowLines(
  { today, here, note }: Migration,
  { helper, width }: { readonly helper: Help; readonly width: number },
): readonly string[] {
  const indent = " ".repeat(HERE.length);
  const text = note === undefined ? [] : helper.boxWrap(`(${note})`, width - HERE.length).split("\n");
  return [
    ...wrappedLine(today, width - 2).map((line) => `  ${line}`),
    ...wrappedLine(here, width - HERE.length).map((line, at) => `${at === 0 ? HERE : indent}${line}`),
    ...text.map((line) => indent + line),
  ];
}
