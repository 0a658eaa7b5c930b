/** The tables for who comes from other tools are made from the one in the code; `GANTRY_UPDATE=1` writes them anew. */
import assert from "node:assert/strict";
import { type Migration, MIGRATIONS } from "../../../src/cli/habits/migrations.ts";

const TOOLS = ["flux", "timoni", "helm", "conftest", "cue", "oras", "docker", "skopeo", "crane", "hauler", "zarf"];

Deno.test("MIGRATIONS has the tools that people come from", () => {
  assert.deepEqual([...new Set(MIGRATIONS.map(({ tool }) => tool))], TOOLS);
});

const PAGES: readonly (readonly [page: string, rows: readonly Migration[]])[] = [
  ["docs/migrating.md", MIGRATIONS],
  ["README.md", TOOLS.flatMap((tool) => MIGRATIONS.find((row) => row.tool === tool) ?? [])],
];

for (const [page, rows] of PAGES) {
  Deno.test(`${page} has the table of what is typed today and what is typed here`, async () => {
    const file = new URL(`../../../${page}`, import.meta.url);
    const text = await Deno.readTextFile(file);
    const table = `| today | here |\n| --- | --- |\n${rows.map(row).join("")}`;
    if (Deno.env.get("GANTRY_UPDATE") === "1") {
      await Deno.writeTextFile(file, text.replace(TABLE_REGEXP, () => `${BEGIN}\n\n${table}\n${END}`));
    }
    const [, found = ""] = TABLE_REGEXP.exec(await Deno.readTextFile(file)) ?? [];
    assert.equal(plain(found), plain(table));
  });
}

const BEGIN = "<!-- migrations: made from src/cli/habits/migrations.ts -->";
const END = "<!-- end of migrations -->";
const TABLE_REGEXP = new RegExp(`${BEGIN}\n([^]*?)${END}`);

function row({ today, here, note }: Migration): string {
  return `| \`${today}\` | \`${here}\`${note === undefined ? "" : ` (${note})`} |\n`;
}

/** The formatter puts the columns of a table below each other. */
function plain(table: string): string {
  return table.replaceAll(/-{3,}/g, "---").replaceAll(/ {2,}/g, " ").trim();
}
