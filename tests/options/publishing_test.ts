/**
 * The table of options is what the command line, the schema of the configuration and the pages of docs are made from.
 */
import assert from "node:assert/strict";
import { CONFIG_SCHEMA } from "../../src/cli/config/config_schema.ts";
import { publishCommand } from "../../src/cli/publish/commands.ts";
import { flagName, type Option } from "../../src/options/option.ts";
import { PUBLISHING, type Publishing } from "../../src/options/publishing.ts";
import { REACHING } from "../../src/options/registry.ts";
import { wantedOf } from "../../src/options/wanted.ts";
import { listBuiltIns } from "../../src/verbs/publish/stages/built_ins.ts";
import { describeSchema } from "../../src/driver/issue_message.ts";
import { createKit } from "../../src/driver/kit.ts";

const ROOT = new URL("../../", import.meta.url);
const ROWS: readonly (readonly [string, Option])[] = Object.entries({ ...PUBLISHING, ...REACHING });

Deno.test("every option of the table has a flag, a field or a variable, and every field is in the schema", () => {
  for (const [name, { flag, field, variable }] of ROWS) {
    assert.ok(flag !== undefined || field !== undefined || variable !== undefined, name);
  }
  const fields = ROWS.filter(([, { field }]) => field !== undefined).map(([name]) => name);
  const own = ["$schema", "env", "pipeline", "profiles"];
  assert.deepEqual(Object.keys(CONFIG_SCHEMA.shape).filter((name) => !own.includes(name)).sort(), fields.sort());
});

Deno.test("every flag of the table is declared by push and plan, once", () => {
  for (const name of ["push", "plan"] as const) {
    const declared = publishCommand(name).options.map(({ long }) => long);
    assert.deepEqual(declared, [...new Set(declared)]);
    for (const [option, row] of ROWS) {
      if (row.flag !== undefined) assert.ok(declared.includes(flagName(option, row)), option);
    }
  }
});

Deno.test("every flag of the table is in docs/push.md, and no other of its tables' flags is unknown to gantry", async () => {
  const page = await Deno.readTextFile(new URL("docs/push.md", ROOT));
  const cells = [...page.matchAll(/^\| (`-.*?`[^|]*(?:\\\|[^|]*)*) \|/gm)].map((match) => match[1] ?? "");
  const documented = new Set(cells.flatMap((cell) => cell.match(/--(?:no-)?[a-z][a-z-]*[a-z]/g) ?? []));
  const declared = new Set(
    (["push", "plan"] as const).flatMap((name) => publishCommand(name).options.map(({ long }) => long)),
  );
  assert.deepEqual([...documented].filter((flag) => !declared.has(flag)), []);
  for (const [name, row] of ROWS) {
    if (row.flag === undefined) continue;
    const flag = flagName(name, row);
    assert.ok(documented.has(flag) || documented.has(flag.replace("--", "--no-")), `docs/push.md has no ${flag}`);
  }
});

Deno.test("docs/configuration.md has the default and the flag of every field", async () => {
  const page = await Deno.readTextFile(new URL("docs/configuration.md", ROOT));
  for (const [name, row] of ROWS) {
    if (row.field === undefined) continue;
    const line = new RegExp(`^\\| \`${name}\` .*$`, "m").exec(page)?.[0];
    assert.ok(line !== undefined, `docs/configuration.md has no row for ${name}`);
    const { default: usual } = row;
    const text = name === "timeout" ? "1m" : Array.isArray(usual) || typeof usual === "object" ? undefined : usual;
    if (text !== undefined) assert.match(line, new RegExp(`\\b${String(text)}\\b`), name);
    const flag = row.flag && flagName(name, row);
    if (flag !== undefined) assert.ok(line.includes(flag) || line.includes(flag.replace("--", "--no-")), name);
  }
});

Deno.test("every option of a built-in plugin that the table names is one that the plugin takes, with the same default", async () => {
  const builtIns = (await listBuiltIns(await createKit())).map(([name, { stage, options }]) => {
    const { properties = {}, required = [] } = describeSchema(options);
    return {
      plugin: `${stage}/${name}`,
      stage,
      properties: properties as Record<string, { default?: unknown }>,
      required: required as readonly string[],
    };
  });
  for (const [name, { plugins = [], default: usual }] of ROWS) {
    for (const each of plugins) {
      const [plugin = "", option = ""] = each.split(".");
      const takers = builtIns.filter((builtIn) =>
        plugin.endsWith("/*")
          ? `${builtIn.stage}/*` === plugin && option in builtIn.properties
          : builtIn.plugin === plugin
      );
      assert.notEqual(takers.length, 0, `${name}: nobody takes ${each}`);
      for (const { properties, required } of takers) {
        assert.ok(option in properties, `${each} is no option`);
        // A plugin that cannot do without it is not there when nobody says anything.
        if (usual !== undefined && !required.includes(option)) {
          assert.deepEqual(properties[option]?.default, usual, each);
        }
      }
    }
  }
});

Deno.test("wantedOf() gives every option with a default when nobody says anything", () => {
  const { values } = wantedOf([]);
  const usual = ROWS.filter(([name, row]) => name in PUBLISHING && row.default !== undefined);
  for (const [name, row] of usual) assert.deepEqual(values[name as keyof Publishing], row.default);
});
