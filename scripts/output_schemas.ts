/**
 * Writes `docs/schemas/output`, the JSON Schemas of what commands print with `-o json`, from the types of the results:
 * `deno run -A scripts/output_schemas.ts`. With `--check` it says whether they are as they should be. It needs Deno
 * 2.9, whose `deno doc` it reads.
 */
const ROOT = new URL("../", import.meta.url);
const DIRECTORY = new URL("docs/schemas/output/", ROOT);

/** What each command prints: types by their files, alternatives of one command one after the other. */
const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  attach: ["src/verbs/attach.ts#AttachResult"],
  consumers: ["src/cli/consumers/consumers.ts#ListedConsumer[]"],
  copy: ["src/verbs/copy/copy_result.ts#CopyResult"],
  delete: ["src/verbs/delete.ts#DeleteResult"],
  diff: ["src/verbs/diff/diff_result.ts#DiffResult"],
  doctor: ["src/cli/doctor/doctor_result.ts#DoctorResult"],
  error: ["src/cli/output/error_json.ts#FailedJson"],
  export: ["src/verbs/export/export_result.ts#ExportResult"],
  import: ["src/verbs/import/import_result.ts#ImportResult", "src/verbs/import/import_result.ts#ImportPlanResult"],
  init: ["src/cli/init/init.ts#InitResult"],
  inspect: ["src/verbs/inspect/inspect_result.ts#InspectResult"],
  inventory: ["src/bundle/inventory.ts#Inventory"],
  keygen: ["src/verbs/keygen.ts#KeygenResult"],
  list: ["src/verbs/list.ts#ListedVersion[]"],
  login: ["src/cli/login/login.ts#LoginResult"],
  logout: ["src/cli/login/logout.ts#LogoutResult"],
  plan: ["src/verbs/plan.ts#PlanResult", "src/verbs/plan.ts#PlannedFiles", "src/verbs/plan.ts#PlannedStages"],
  plugin_info: ["src/cli/plugin/info.ts#PluginInfos"],
  plugin_list: ["src/cli/plugin/list.ts#ListedPlugins"],
  pull: ["src/verbs/pull.ts#PullResult"],
  push: ["src/verbs/push.ts#PushResult"],
  sign: ["src/verbs/sign.ts#SignResult"],
  tag: ["src/verbs/tag.ts#TagResult"],
  verify: ["src/verbs/verify.ts#VerifyResult", "src/verbs/verify_signatures.ts#VerifySignaturesResult"],
  version: ["src/cli/help/version.ts#VersionResult"],
};

type Json = Readonly<Record<string, unknown>>;
// deno-lint-ignore no-explicit-any -- the syntax tree of deno doc has no types
type Node = any;

/** A type in a file. */
interface Place {
  readonly file: string;
  readonly name: string;
}

const pages = new Map<string, Promise<Node>>();
const definitions = new Map<string, Json>();

/** Reads the declarations of a file. */
function page(file: string): Promise<Node> {
  const known = pages.get(file) ?? (async () => {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["doc", "--json", "--private", file],
      stderr: "piped",
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
    return nodes[file];
  })();
  pages.set(file, known);
  return known;
}

async function declarationOf({ file, name }: Place): Promise<Node> {
  const found = (await page(file)).symbols.find((symbol: Node) => symbol.name === name);
  const declaration = found?.declarations.find(({ kind }: Node) => kind === "interface" || kind === "typeAlias");
  if (declaration === undefined) throw new Error(`There is no type ${name} in ${file}`);
  return declaration;
}

function placeOf(type: Node, file: string): Place | undefined {
  const { typeName, resolution } = type.value;
  if (resolution?.kind === "local") return { file, name: typeName };
  if (resolution?.kind !== "import") return undefined;
  return { file: new URL(resolution.specifier, file).href, name: resolution.name ?? typeName };
}

async function schemaOf(type: Node, file: string): Promise<Json> {
  const { kind, value } = type;
  switch (kind) {
    case "keyword":
      return value === "unknown" || value === "any" ? {} : { type: value };
    case "literal":
      if (value.kind === "template") return { type: "string" };
      return { const: value[value.kind] };
    case "typeOperator":
      return await schemaOf(value.tsType, file);
    case "parenthesized":
      return await schemaOf(value, file);
    case "array":
      return { type: "array", items: await schemaOf(value, file) };
    case "tuple":
      return { type: "array", prefixItems: await schemasOf(value, file) };
    case "union":
      return union(await schemasOf(value, file));
    case "intersection":
      return { allOf: await schemasOf(value, file) };
    case "typeLiteral":
      return await objectOf(value, file);
    case "indexedAccess": {
      const object = await schemaOf(value.objType, file);
      const whole = "$ref" in object ? definitions.get(String(object["$ref"]).slice("#/$defs/".length)) : object;
      const property = (whole?.["properties"] as Json | undefined)?.[value.indexType.value?.string];
      if (property === undefined) throw new Error(`Cannot read ${type.repr} in ${file}`);
      return property as Json;
    }
    case "typeRef":
      return await referenceOf(type, file);
    default:
      throw new Error(`Cannot write a type of kind ${kind} in ${file} as a schema`);
  }
}

function union(choices: readonly Json[]): Json {
  const constants = choices.map((choice) => choice["const"]);
  if (constants.every((value) => value !== undefined)) return { enum: constants };
  return { anyOf: choices };
}

async function referenceOf(type: Node, file: string): Promise<Json> {
  const { typeName, typeParams = [] } = type.value;
  const place = placeOf(type, file);
  if (place !== undefined) {
    if (place.name === "Digest") return { type: "string", pattern: "^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$" };
    if (typeParams.length > 0) return await instantiated(place, await schemasOf(typeParams, file));
    await define(place);
    return { $ref: `#/$defs/${place.name}` };
  }
  const given = bound.get(typeName);
  if (given !== undefined) return given;
  const [first, second] = typeParams;
  switch (typeName) {
    case "Readonly":
    case "Required":
    case "Partial": {
      const schema = await schemaOf(first, file);
      if (typeName !== "Partial") return schema;
      const { required: _, ...rest } = await inlined(schema);
      return rest;
    }
    case "Record":
      return { type: "object", additionalProperties: await schemaOf(second, file) };
    case "ReadonlyArray":
    case "Array":
      return { type: "array", items: await schemaOf(first, file) };
    case "Pick":
    case "Omit":
      return picked(await inlined(await schemaOf(first, file)), { names: namesIn(second), keep: typeName === "Pick" });
    default:
      throw new Error(`Cannot write ${type.repr ?? typeName} in ${file} as a schema`);
  }
}

/** What the parameters of a generic type stand for, while it is written. */
let bound: ReadonlyMap<string, Json> = new Map();

async function schemasOf(types: readonly Node[], file: string): Promise<readonly Json[]> {
  // One after the other: what is defined by one is known to the next.
  const schemas: Json[] = [];
  for (const type of types) schemas.push(await schemaOf(type, file));
  return schemas;
}

async function instantiated(place: Place, given: readonly Json[]): Promise<Json> {
  const { def } = await declarationOf(place);
  const before = bound;
  bound = new Map(def.typeParams.map(({ name }: Node, at: number) => [name, given[at] ?? {}]));
  const schema = await objectOf(def, place.file);
  bound = before;
  return schema;
}

function inlined(schema: Json): Json {
  const name = /^#\/\$defs\/(.*)$/.exec(String(schema["$ref"] ?? ""))?.[1];
  return name === undefined ? schema : definitions.get(name) ?? schema;
}

function namesIn(type: Node): readonly string[] {
  return type.kind === "union" ? type.value.flatMap(namesIn) : [type.value.string];
}

function picked(schema: Json, { names, keep }: { readonly names: readonly string[]; readonly keep: boolean }): Json {
  const isKept = (name: string): boolean => names.includes(name) === keep;
  const properties = Object.entries((schema["properties"] ?? {}) as Json).filter(([name]) => isKept(name));
  const required = ((schema["required"] ?? []) as readonly string[]).filter(isKept);
  return { type: "object", properties: Object.fromEntries(properties), required };
}

/** An object by its properties, those of the types that it extends included. */
async function objectOf(body: Node, file: string): Promise<Json> {
  const properties: Record<string, Json> = {};
  const required: string[] = [];
  for (const base of body.extends ?? []) {
    const schema = inlined(await schemaOf(base, file));
    Object.assign(properties, schema["properties"]);
    required.push(...(schema["required"] ?? []) as readonly string[]);
  }
  for (const { name, optional, jsDoc, tsType } of body.properties ?? []) {
    const description = sentence(jsDoc?.doc);
    const schema = await schemaOf(tsType, file);
    properties[name] = { ...(description === undefined ? {} : { description }), ...schema };
    if (!optional && !required.includes(name)) required.push(name);
  }
  const [index] = body.indexSignatures ?? [];
  return {
    type: "object",
    properties,
    ...(required.length === 0 ? {} : { required }),
    ...(index === undefined ? {} : { additionalProperties: await schemaOf(index.tsType, file) }),
  };
}

/** A description without the markup of the documentation. */
function sentence(doc: string | undefined): string | undefined {
  return doc?.replaceAll(/\{@linkcode ([^}]*)\}/g, "`$1`").replaceAll(/\s+/g, " ").trim();
}

async function define(place: Place): Promise<void> {
  if (definitions.has(place.name)) return;
  definitions.set(place.name, {});
  const { kind, def, jsDoc } = await declarationOf(place);
  const schema = kind === "interface" ? await objectOf(def, place.file) : await schemaOf(def.tsType, place.file);
  const description = sentence(jsDoc?.doc);
  definitions.set(place.name, { ...(description === undefined ? {} : { description }), ...schema });
}

async function outputSchema(command: string, types: readonly string[]): Promise<Json> {
  definitions.clear();
  const choices: Json[] = [];
  for (const type of types) {
    const [path = "", name = ""] = type.split("#");
    const isList = name.endsWith("[]");
    const place = { file: new URL(path, ROOT).href, name: name.replace("[]", "") };
    await define(place);
    const schema = { $ref: `#/$defs/${place.name}` };
    choices.push(isList ? { type: "array", items: schema } : schema);
  }
  const [only = {}] = choices;
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: command === "error"
      ? "gantry: what -o json prints of a failure"
      : `gantry ${command.replace("_", " ")} -o json`,
    ...(choices.length === 1 ? only : { anyOf: choices }),
    $defs: Object.fromEntries([...definitions].sort(([a], [b]) => a < b ? -1 : 1)),
  };
}

const isCheck = Deno.args.includes("--check");
await Deno.mkdir(DIRECTORY, { recursive: true });
const wrong: string[] = [];
for (const [command, types] of Object.entries(OUTPUTS)) {
  const file = new URL(`${command}.json`, DIRECTORY);
  const text = `${JSON.stringify(await outputSchema(command, types), undefined, 2)}\n`;
  if (!isCheck) await Deno.writeTextFile(file, text);
  else if (await Deno.readTextFile(file).catch(() => "") !== text) wrong.push(command);
}
if (wrong.length > 0) {
  throw new Error(`Not as the types say: ${wrong.join(", ")}; deno run -A scripts/output_schemas.ts`);
}
