import { compareBytewise } from "../../oci/compare_bytewise.ts";
import { digestOf } from "../../oci/digest.ts";
import { withBacking } from "../../pipeline/backing.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import type { Context } from "../../work/context.ts";
import { yamlSyntaxProblem } from "../../yaml/read_yaml.ts";
import { lineOf } from "./chart_document.ts";
import { chartError } from "./chart_error.ts";
import { type ChartFile, readChartFile, refuseLarge, withoutBom } from "./chart_file.ts";
import { CHART_FILE, REQUIREMENTS_FILE } from "./chart_file_names.ts";
import { rewriteLock } from "./chart_lock.ts";
import { type ChartMetadata, placeOfDependencies, readChartYaml, readRequirements } from "./chart_yaml.ts";
import { type Json, writeGoYaml } from "./go_yaml.ts";
import { unpackChart, withDependencies } from "./packaged_chart.ts";

/** A chart, as Helm would write it into an archive. */
export interface Chart {
  readonly metadata: ChartMetadata;
  /** In Helm's order: what the chart says of itself, values, templates, other files, and the charts it depends on. */
  readonly files: readonly ChartFile[];
}

/** What is to be another than the files say, as with the flags of `helm package`. */
export interface ChartChoice {
  readonly version?: string | undefined;
  readonly appVersion?: string | undefined;
}

/**
 * Loads a chart from the files of its directory, and lays it out as `helm package` does: `Chart.yaml` and `Chart.lock`
 * in Helm's own words, and the charts that it depends on unpacked below `charts/`. What Helm does in no certain order
 * is done in that of names.
 *
 * @param files In the order of a walk.
 * @throws {SourceError} When Helm could not load it; names the file, and the line where there is one.
 *
 * @see {@link https://github.com/helm/helm/blob/v4.3.1/pkg/chart/v2/util/save.go | Helm 4.3.1, pkg/chart/v2/util/save.go}
 */
export async function loadChart(
  files: readonly ChartFile[],
  choice: ChartChoice,
  context: Pick<Context, "scratch" | "signal">,
): Promise<Chart> {
  const { metadata, own, dependencies } = await load(files, { place: "", isForeign: false, choice }, context);
  await refuseMissing(metadata, dependencies, files);
  const all = [...own, ...nested(dependencies)];
  refuseLarge(all);
  return { metadata, files: all };
}

interface Loaded {
  readonly metadata: ChartMetadata;
  readonly own: readonly ChartFile[];
  readonly dependencies: readonly Loaded[];
}

interface Loading {
  /** What errors put before a path. */
  readonly place: string;
  readonly isForeign: boolean;
  readonly choice: ChartChoice;
}

async function load(
  given: readonly ChartFile[],
  loading: Loading,
  context: Pick<Context, "scratch" | "signal">,
): Promise<Loaded> {
  const { place } = loading;
  const files: ChartFile[] = [];
  for (const file of given) {
    context.signal.throwIfAborted();
    files.push(await withoutBom(file));
  }
  const byPath = new Map(files.map((file) => [file.path, file]));
  const metadata = await metadataOf(byPath, loading);
  const isFirst = metadata.apiVersion === "v1";
  await checkValues(byPath, loading);
  await checkSchema(byPath.get(SCHEMA_FILE), place);
  const lock = isFirst ? undefined : await lockOf(byPath, place);
  const written = [
    // Where charts of the first version have their dependencies is a file of its own.
    textFile(CHART_FILE, writeGoYaml(jsonOf(isFirst ? { ...metadata, dependencies: undefined } : metadata))),
    ...(lock === undefined ? [] : [textFile("Chart.lock", lock)]),
    ...[byPath.get("values.yaml"), byPath.get(SCHEMA_FILE)].filter((file) => file !== undefined),
    ...files.filter(({ path }) => path.startsWith("templates/")),
    ...files.filter(({ path }) => isOther(path, isFirst)),
  ];
  return { metadata, own: written, dependencies: await loadDependencies(files, loading, context) };
}

const SCHEMA_FILE = "values.schema.json";

/** Files that have no place of their own in a chart. */
function isOther(path: string, isFirst: boolean): boolean {
  if ([CHART_FILE, "Chart.lock", "values.yaml", SCHEMA_FILE].includes(path)) return false;
  // In charts of the second version they are a part of the two others.
  if ([REQUIREMENTS_FILE, "requirements.lock"].includes(path)) return isFirst;
  if (path.startsWith("templates/")) return false;
  return !path.startsWith("charts/") || path.endsWith(".prov");
}

async function metadataOf(
  byPath: ReadonlyMap<string, ChartFile>,
  { place, isForeign, choice: { version, appVersion } }: Loading,
): Promise<ChartMetadata> {
  const file = byPath.get(CHART_FILE);
  if (file === undefined) throw chartError(`there is no ${place}${CHART_FILE}`);
  const read = readChartYaml(await readChartFile(file), { file: `${place}${CHART_FILE}`, isForeign });
  const chosen = { ...read, version: version ?? read.version };
  const metadata = appVersion === undefined ? chosen : withAppVersion(chosen, appVersion);
  const requirements = byPath.get(REQUIREMENTS_FILE);
  if (requirements === undefined) return metadata;
  const bytes = await readChartFile(requirements);
  return withDependencies(metadata, readRequirements(bytes, { file: `${place}${REQUIREMENTS_FILE}` }));
}

/** The keys of JSON have their order. */
function withAppVersion(metadata: ChartMetadata, appVersion: string): ChartMetadata {
  const { deprecated, annotations, kubeVersion, dependencies, type, ...before } = metadata;
  return {
    ...before,
    appVersion,
    ...(deprecated === undefined ? {} : { deprecated }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    ...(dependencies === undefined ? {} : { dependencies }),
    ...(type === undefined ? {} : { type }),
  };
}

async function lockOf(byPath: ReadonlyMap<string, ChartFile>, place: string): Promise<string | undefined> {
  const file = byPath.get("requirements.lock") ?? byPath.get("Chart.lock");
  return file && rewriteLock(await readChartFile(file), { file: `${place}${file.path}` });
}

/** What Helm cannot read it cannot install. Whoever depends on a chart cannot change it. */
async function checkValues(byPath: ReadonlyMap<string, ChartFile>, { place, isForeign }: Loading): Promise<void> {
  const file = byPath.get("values.yaml");
  if (file === undefined || isForeign) return;
  const text = new TextDecoder().decode(await readChartFile(file));
  const problem = yamlSyntaxProblem(text);
  if (problem === undefined) return;
  throw chartError(`${place}values.yaml:${lineOf(text, problem.offset)}: ${problem.message}`);
}

async function checkSchema(file: ChartFile | undefined, place: string): Promise<void> {
  if (file === undefined) return;
  try {
    JSON.parse(new TextDecoder().decode(await readChartFile(file)));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? cause.message : String(cause);
    throw chartError(`${place}${SCHEMA_FILE} is no JSON: ${reason}`, { cause });
  }
}

/** Charts below `charts/`: directories and archives. Names that begin with a dot or an underscore are none. */
async function loadDependencies(
  files: readonly ChartFile[],
  { place }: Loading,
  context: Pick<Context, "scratch" | "signal">,
): Promise<readonly Loaded[]> {
  const inside = files.filter(({ path }) => path.startsWith("charts/") && !path.endsWith(".prov"));
  const groups = Map.groupBy(inside, ({ path }) => path.split("/")[1] ?? "");
  const loaded: Loaded[] = [];
  for (const [name, members] of [...groups].sort(([a], [b]) => compareBytewise(a, b))) {
    if (/^[._]/.test(name)) continue;
    const at = `${place}charts/${name}`;
    const [first] = members;
    const isArchive = name.endsWith(".tgz");
    if (first === undefined || isArchive !== (first.path === `charts/${name}`)) {
      throw chartError(`${at} is no chart: below charts/ there may be nothing else`);
    }
    const below = isArchive
      ? await unpackChart(first.open, at, context)
      : members.map((file) => ({ ...file, path: file.path.slice(`charts/${name}/`.length) }));
    const loading = { place: isArchive ? `${at}: ` : `${at}/`, isForeign: true, choice: {} };
    loaded.push(await load(below, loading, context));
  }
  const names = loaded.map(({ metadata }) => metadata.name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice === undefined) return loaded;
  throw chartError(`there are two charts called ${JSON.stringify(twice)} below ${place}charts/, and room for one`);
}

function nested(dependencies: readonly Loaded[]): readonly ChartFile[] {
  return dependencies.flatMap(({ metadata: { name }, own, dependencies: further }) =>
    [...own, ...nested(further)].map(({ path, size, open }) => ({ path: `charts/${name}/${path}`, size, open }))
  );
}

async function refuseMissing(
  { dependencies = [] }: ChartMetadata,
  there: readonly Loaded[],
  files: readonly ChartFile[],
): Promise<void> {
  const names = new Set(there.map(({ metadata }) => metadata.name));
  const missing = dependencies.filter(({ name }) => !names.has(name)).map(({ name }) => JSON.stringify(name));
  if (missing.length === 0) return;
  const file = files.find(({ path }) => path === REQUIREMENTS_FILE) ?? files.find(({ path }) => path === CHART_FILE);
  const place = file === undefined ? "" : `${placeOfDependencies(await readChartFile(file), { file: file.path })}: `;
  const { message } = chartError(
    `${place}it depends on ${missing.join(", ")}, and charts/ has ${
      missing.length === 1 ? "no such chart" : "no such charts"
    }`,
  );
  throw new SourceError(message, { hint: "`helm dependency build` brings what a chart depends on" });
}

function textFile(path: string, text: string): ChartFile {
  const bytes = new TextEncoder().encode(text);
  const file: ChartFile = { path, size: bytes.byteLength, open: () => ReadableStream.from([bytes.slice()]) };
  return withBacking(file, { stamp: () => digestOf(bytes) });
}

function jsonOf(metadata: { readonly [K in keyof ChartMetadata]?: ChartMetadata[K] | undefined }): {
  readonly [key: string]: Json | undefined;
} {
  return JSON.parse(JSON.stringify(metadata));
}
