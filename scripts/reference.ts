/**
 * Writes the tables of the pages that are made from the code: `deno task reference`. With `--check` it says which pages
 * are not as the code is.
 *
 * A table stands between `<!-- NAME: made from FILE -->` and `<!-- end of NAME -->`.
 */
import { dirname, join } from "node:path";
import { configJsonSchema } from "../src/cli/config/json_schema.ts";
import { ENVIRONMENT } from "../src/cli/environment.ts";
import { MIGRATIONS } from "../src/cli/habits/migrations.ts";
import { EXIT_MEANINGS } from "../src/cli/output/exit_code.ts";
import { loadConsumers } from "../src/consumers/consumers.ts";
import type { Kind } from "../src/options/kind.ts";
import { flagName, type Option, type OptionTable } from "../src/options/option.ts";
import { PUBLISHING } from "../src/options/publishing.ts";
import { loadProfiles, PROFILE_NAMES, type ProfileName } from "../src/profiles/profiles.ts";
import { plan } from "../src/verbs/plan.ts";

/** What is made for which page, by the names of the tables in it. */
const PAGES: Readonly<Record<string, Readonly<Record<string, () => Promise<string> | string>>>> = {
  "README.md": { migrations: shortMigrations },
  "docs/migrating.md": { migrations },
  "docs/consumers.md": { consumers },
  "docs/configuration.md": { fields },
  "docs/profiles.md": { formats },
  "docs/json.md": { output },
  "docs/exit-codes.md": { codes },
  "docs/environment.md": { variables },
};

/** The smallest source of the profiles that do not take any. */
const SOURCES: { readonly [Name in ProfileName]?: Readonly<Record<string, string>> } = {
  helm: { "Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n" },
  timoni: { "timoni.cue": "package main\n", "cue.mod/module.cue": 'module: "timoni.sh/a"\n' },
  opa: { "a.rego": "package a\n" },
  conftest: { "a.rego": "package a\n", "a.json": "{}\n" },
  cue: { "cue.mod/module.cue": 'module: "a.example/a@v1"\nlanguage: version: "v0.15.0"\n' },
  opentofu: { "main.tf": "\n" },
  compose: { "compose.yaml": "services: { a: { image: a, env_file: a.env } }\n", "a.env": "A=a\n" },
};

const SCHEMAS = "docs/schemas/output";

if (import.meta.main) {
  const stale = await stalePages();
  if (Deno.args.includes("--check")) {
    for (const { page } of stale) say(`${page} is not as the code is: deno task reference`);
    Deno.exit(stale.length === 0 ? 0 : 1);
  }
  for (const { page, text } of stale) await Deno.writeTextFile(page, text);
  if (stale.length > 0) await format(stale.map(({ page }) => page));
  say(stale.length === 0 ? "every page is as the code is" : `written: ${stale.map(({ page }) => page).join(", ")}`);
}

/** The pages that are not as the code is, and how they should be, but for the widths of columns. */
export async function stalePages(): Promise<readonly { readonly page: string; readonly text: string }[]> {
  const pages = await Promise.all(
    Object.entries(PAGES).map(async ([page, tables]) => {
      const before = await Deno.readTextFile(page);
      let text = before;
      for (const [name, make] of Object.entries(tables)) text = withTable(text, { page, name, table: await make() });
      return { page, text, isStale: plain(text) !== plain(before) };
    }),
  );
  return pages.filter(({ isStale }) => isStale);
}

function withTable(
  text: string,
  made: { readonly page: string; readonly name: string; readonly table: string },
): string {
  const { page, name, table } = made;
  const regexp = new RegExp(`(<!-- ${name}: made from .* -->\n)[^]*?(<!-- end of ${name} -->)`);
  if (!regexp.test(text)) throw new Error(`${page} has no place for the table ${name}`);
  return text.replace(regexp, (_, begin: string, end: string) => `${begin}\n${table.trim()}\n\n${end}`);
}

/** The formatter puts the columns of a table below each other. */
function plain(text: string): string {
  return text.replaceAll(/-{3,}/g, "---").replaceAll(/ {2,}/g, " ");
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

function migrations(): string {
  return table(
    ["today", "here"],
    MIGRATIONS.map(({ today, here, note }) => [code(today), code(here) + (note === undefined ? "" : ` (${note})`)]),
  );
}

/** A line for each tool, which says no more of it than the command that it is about. */
function shortMigrations(): string {
  const tools = [...new Set(MIGRATIONS.map(({ tool }) => tool))];
  const first = tools.flatMap((tool) => MIGRATIONS.find((each) => each.tool === tool) ?? []);
  return table(["today", "here"], first.map(({ today, here }) => [code(commandOf(today)), code(here)]));
}

/** `helm push` of `helm package ./chart && helm push web-0.1.0.tgz …`. */
function commandOf(today: string): string {
  return /^[a-z]+(?: [a-z]+(?=[ ,]|$))*/.exec(today.split(" && ").at(-1) ?? "")?.[0] ?? "";
}

async function consumers(): Promise<string> {
  const rows = (await loadConsumers()).map(({ name, what, version, source }) => [
    code(name),
    what,
    `[${version}](${source})`,
  ]);
  return table(["name", "what it is", "the rule was read from"], rows);
}

function fields(): string {
  const options: OptionTable = PUBLISHING;
  const { properties } = configJsonSchema() as { properties: Readonly<Record<string, { description: string }>> };
  const rows = Object.entries(properties).map(([field, { description }]) => {
    const option = Object.values(options).find((each) => each.field === description);
    return [code(field), description, ...(option === undefined ? ["", "", ""] : aboutOption(field, option))];
  });
  return table(["field", "is", "values", "default", "flag"], rows);
}

function aboutOption(name: string, option: Option): readonly string[] {
  const { kind, flag, default: usual } = option;
  const isNone = usual === undefined || typeof usual === "object";
  const short = flag?.short === undefined ? "" : `${code(`-${flag.short}`)}, `;
  return [
    valuesOf(kind),
    isNone ? "" : code(kind.kind === "duration" ? `${Number(usual) / 60_000}m` : String(usual)),
    flag === undefined
      ? ""
      : short + code(usual === true ? flagName(name, option).replace("--", "--no-") : flagName(name, option)),
  ];
}

function valuesOf(kind: Kind): string {
  switch (kind.kind) {
    case "text":
      return "text";
    case "path":
      return kind.orStdin === true ? "path, or `-`" : "path";
    case "choice":
      return kind.words.map(code).join(", ");
    case "switch":
      return "`true`, `false`";
    case "whole number":
      return `${kind.least} to ${kind.most}`;
    case "duration":
      return "`30s`, `5m`, `1h`";
    case "texts":
      return "list";
    case "pairs":
      return "map of texts";
  }
}

/** What an artifact of each profile says that it is: of one that was packed, and not of a table. */
async function formats(): Promise<string> {
  const profiles = await loadProfiles();
  const rows = PROFILE_NAMES.map(async (name) => {
    const { ignoreFile, needsTag, takes } = profiles[name];
    const { artifactType, config, layers } = await planned(name);
    const types = [
      ...(artifactType === undefined ? [] : [`type ${code(artifactType)}`]),
      `config ${code(config.mediaType)}`,
      ...new Set(layers.map(({ mediaType }) => `layer ${code(mediaType)}`)),
    ];
    const facts = [
      ...types,
      ...(ignoreFile === undefined ? [] : [`reads ${code(ignoreFile)}`]),
      ...takes.map((option) => `takes ${code(flagName(option, (PUBLISHING as OptionTable)[option] ?? {}))}`),
      ...(needsTag ? ["needs a tag"] : []),
    ];
    return [code(name), facts.join("<br>")];
  });
  return table(
    ["profile", "media types, ignore file, flags"],
    await Promise.all(rows),
  );
}

async function planned(profile: ProfileName): Promise<Awaited<ReturnType<typeof plan>>> {
  const source = await Deno.makeTempDir({ prefix: "gantry-reference-" });
  try {
    for (const [path, text] of Object.entries(SOURCES[profile] ?? { "a.txt": "a\n" })) {
      await Deno.mkdir(dirname(join(source, path)), { recursive: true });
      await Deno.writeTextFile(join(source, path), text);
    }
    const version = profile === "helm" ? {} : { version: "1.0.0" };
    return await plan({ source, profile, cache: false, ...version });
  } finally {
    await Deno.remove(source, { recursive: true });
  }
}

type Schema = Readonly<Record<string, unknown>>;

/** Every field of what each command prints, from the schemas of it. */
async function output(): Promise<string> {
  const names = await Array.fromAsync(Deno.readDir(SCHEMAS), ({ name }) => name.replace(".json", ""));
  const sections = names.sort().map(async (name) => {
    const root: Schema = JSON.parse(await Deno.readTextFile(join(SCHEMAS, `${name}.json`)));
    const title = name === "error" ? "When a command fails" : name.replace("_", " ");
    const rows = fieldsOf(root, { root, path: "", within: [] });
    return `### ${title}\n\n[Schema](schemas/output/${name}.json)\n\n${table(["field", "type", "is"], rows)}`;
  });
  return (await Promise.all(sections)).join("\n\n");
}

interface At {
  readonly root: Schema;
  readonly path: string;
  /** The types that this one is a part of: one that holds itself is described once. */
  readonly within: readonly string[];
}

function fieldsOf(schema: Schema, at: At): readonly (readonly string[])[] {
  const { $ref, anyOf, items, properties, required } = schema as {
    readonly $ref?: string;
    readonly anyOf?: readonly Schema[];
    readonly items?: Schema;
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
  };
  if ($ref !== undefined) {
    const name = $ref.slice("#/$defs/".length);
    const definition = (at.root["$defs"] as Readonly<Record<string, Schema>>)[name];
    if (definition === undefined || at.within.includes(name)) return [];
    return fieldsOf(definition, { ...at, within: [...at.within, name] });
  }
  if (anyOf !== undefined) return merged(anyOf.map((choice) => fieldsOf(choice, at)));
  if (items !== undefined) return fieldsOf(items, { ...at, path: `${at.path}[]` });
  return Object.entries(properties ?? {}).flatMap(([name, each]) => {
    const path = at.path === "" ? name : `${at.path}.${name}`;
    const field = code(path) + (required?.includes(name) === true ? "" : " ?");
    return [[field, typeOf(each), sentence(each)], ...fieldsOf(each, { ...at, path })];
  });
}

/** The fields of alternatives: one that not all of them have may be absent, and one may be of several types. */
function merged(choices: readonly (readonly (readonly string[])[])[]): readonly (readonly string[])[] {
  const paths = [...new Set(choices.flat().map(([field = ""]) => field.replace(" ?", "")))];
  return paths.map((path) => {
    const rows = choices.flatMap((choice) => choice.filter(([field]) => field?.replace(" ?", "") === path));
    const isAlways = rows.length === choices.length && rows.every(([field]) => field === path);
    const types = [...new Set(rows.map(([, type = ""]) => type))];
    const said = rows.map(([, , is = ""]) => is).find((is) => is !== "") ?? "";
    return [path + (isAlways ? "" : " ?"), types.join(" or "), said];
  });
}

function typeOf(schema: Schema): string {
  const { type, items, anyOf, $ref } = schema as {
    readonly type?: string;
    readonly items?: Schema;
    readonly anyOf?: readonly Schema[];
    readonly $ref?: string;
  };
  if (schema["enum"] !== undefined) {
    return (schema["enum"] as readonly unknown[]).map((each) => code(String(each))).join(", ");
  }
  if (schema["const"] !== undefined) return code(String(schema["const"]));
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeOf))].join(" or ");
  if (type === "array") return `list of ${items === undefined ? "anything" : typeOf(items)}`;
  if ($ref !== undefined) return "object";
  return type ?? "anything";
}

function sentence({ description }: Schema): string {
  return String(description ?? "").replaceAll(/\{@linkcode ([^}]+)\}/g, (_, name: string) => code(name))
    .replaceAll(/\s*\n\s*/g, " ");
}

function codes(): string {
  return table(["code", "means"], EXIT_MEANINGS.map(([number, what]) => [String(number), what]));
}

function variables(): string {
  const rows = ENVIRONMENT.map(([names, what]) => [what, [...new Set(names)].map(code).join(", ")]);
  return table(["says", "variables"], rows);
}

async function format(pages: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", ...pages] }).output();
  if (!success) throw new Error(`Cannot format ${pages.join(" and ")}`);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
