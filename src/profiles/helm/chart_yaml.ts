/**
 * `Chart.yaml`, as Helm reads it, but for one thing: a number is not made of what looks like one, so `appVersion: 1.10`
 * is 1.10 and not 1.1.
 *
 * @see {@link https://github.com/helm/helm/blob/v4.3.1/pkg/chart/v2/metadata.go | Helm 4.3.1, pkg/chart/v2/metadata.go}
 */
import { isFullVersion } from "../../oci/version.ts";
import type { YamlObject } from "../../yaml/read_yaml.ts";
import { decode, lineOf, openDocument, type Reader } from "./chart_document.ts";
import type { Json } from "./go_yaml.ts";

/**
 * What a chart says of itself. The keys are in the order in which Helm writes them as JSON; what is empty is not there.
 */
export interface ChartMetadata {
  readonly name: string;
  readonly home?: string;
  readonly sources?: readonly string[];
  readonly version: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly maintainers?: readonly ChartMaintainer[];
  readonly icon?: string;
  readonly apiVersion: string;
  readonly condition?: string;
  readonly tags?: string;
  readonly appVersion?: string;
  readonly deprecated?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly kubeVersion?: string;
  readonly dependencies?: readonly ChartDependency[];
  readonly type?: string;
}

/** Who looks after a chart. */
export interface ChartMaintainer {
  readonly name?: string;
  readonly email?: string;
  readonly url?: string;
}

/** A chart that another one needs. */
export interface ChartDependency {
  readonly name: string;
  readonly version?: string;
  readonly repository: string;
  readonly condition?: string;
  readonly tags?: readonly string[];
  readonly enabled?: boolean;
  readonly "import-values"?: readonly Json[];
  readonly alias?: string;
}

/** Which file it is, and how strict to be with it. */
export interface ChartFileOptions {
  /** What errors call it. */
  readonly file: string;
  /**
   * Whether Helm has packed the chart, or it is a dependency: what its author wrote is no business of who publishes it.
   */
  readonly isForeign?: boolean;
}

/**
 * Reads a `Chart.yaml` and checks it as Helm and `helm lint` do.
 *
 * @throws {SourceError} Names the file and the line.
 */
export function readChartYaml(bytes: Uint8Array, options: ChartFileOptions): ChartMetadata {
  const reader = openDocument(bytes, options.file);
  const { root, fail } = reader;
  const name = shown(reader.text(root, "name"));
  const apiVersion = reader.text(root, "apiVersion") ?? (options.isForeign ? "v1" : undefined);
  const metadata = withoutEmpty({
    name: name ?? "",
    home: shown(reader.text(root, "home")),
    sources: reader.texts(root, "sources").map(printed),
    version: versionOf(reader, options),
    description: shown(reader.text(root, "description")),
    keywords: reader.texts(root, "keywords").map(printed),
    maintainers: reader.objects(root, "maintainers").map((node): ChartMaintainer =>
      withoutEmpty({
        name: shown(reader.text(node, "name")),
        email: shown(reader.text(node, "email")),
        url: shown(reader.text(node, "url")),
      })
    ),
    icon: shown(reader.text(root, "icon")),
    apiVersion: apiVersion ?? "",
    condition: shown(reader.text(root, "condition")),
    tags: shown(reader.text(root, "tags")),
    appVersion: shown(reader.text(root, "appVersion")),
    deprecated: reader.flag(root, "deprecated"),
    annotations: reader.textMap(root, "annotations"),
    kubeVersion: shown(reader.text(root, "kubeVersion")),
    dependencies: readDependencies(reader),
    type: reader.text(root, "type"),
  });
  if (apiVersion === undefined) fail(root, 'the apiVersion is missing: it must be "v1" or "v2"');
  if (apiVersion !== "v1" && apiVersion !== "v2") {
    fail(reader.at(root, "apiVersion"), `the apiVersion must be "v1" or "v2", not ${JSON.stringify(apiVersion)}`);
  }
  if (name === undefined || name === "") fail(reader.at(root, "name"), "the name is missing");
  if (name === "." || name === ".." || name?.includes("/")) {
    fail(reader.at(root, "name"), `the name ${JSON.stringify(name)} is no name of a directory`);
  }
  if (![undefined, "", "application", "library"].includes(metadata.type)) {
    fail(
      reader.at(root, "type"),
      `the type must be "application" or "library", not ${JSON.stringify(metadata.type)}`,
    );
  }
  if (apiVersion === "v1" && metadata.dependencies !== undefined && !options.isForeign) {
    fail(reader.at(root, "dependencies"), 'dependencies stand in a requirements.yaml when the apiVersion is "v1"');
  }
  return metadata;
}

/**
 * Reads the dependencies of a `requirements.yaml`, where charts of the first version have them.
 *
 * @throws {SourceError} Names the file and the line.
 */
export function readRequirements(bytes: Uint8Array, { file }: ChartFileOptions): readonly ChartDependency[] {
  return readDependencies(openDocument(bytes, file));
}

/**
 * Says where the dependencies stand in a `Chart.yaml` or a `requirements.yaml` that was read before: `Chart.yaml:7`.
 */
export function placeOfDependencies(bytes: Uint8Array, { file }: ChartFileOptions): string {
  const source = decode(bytes, file);
  const { root } = openDocument(bytes, file);
  return `${file}:${lineOf(source, root.byKey.get("dependencies")?.keyOffset ?? 0)}`;
}

/** What Helm makes of a version that it does not take as it is: numbers that are missing are zero. */
const LOOSE_VERSION_REGEXP = /^v?[0-9]+(?:\.[0-9]+){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

function versionOf(reader: Reader, { isForeign }: ChartFileOptions): string {
  const { root, fail } = reader;
  const node = reader.at(root, "version");
  const version = reader.text(root, "version");
  if (version === undefined || version === "") fail(node, "the version is missing");
  if (isForeign) {
    if (LOOSE_VERSION_REGEXP.test(version ?? "")) return version ?? "";
    return fail(node, `the version ${JSON.stringify(version)} is not SemVer 2, such as "1.2.3"`);
  }
  if (node.kind === "scalar" && typeof node.value !== "string") {
    fail(node, `the version must be a text in SemVer 2, such as "1.2.3", and ${node.text} is ${kindOf(node.value)}`);
  }
  // Many charts have a leading v, and Helm takes it as a part of the version.
  if (isFullVersion((version ?? "").replace(/^v/, ""))) return version ?? "";
  return fail(node, `the version ${JSON.stringify(version)} is not SemVer 2, such as "1.2.3" or "1.2.3-rc.1+build.5"`);
}

function kindOf(value: unknown): string {
  return value === null ? "nothing" : typeof value === "boolean" ? "a boolean" : "a number";
}

function readDependencies(reader: Reader): readonly ChartDependency[] {
  const { root, fail } = reader;
  const seen = new Set<string>();
  return reader.objects(root, "dependencies").map((node) => {
    const dependency = readDependency(reader, node, printed);
    const { name, alias = "" } = dependency;
    if (alias !== "" && !/^[a-zA-Z0-9_-]+$/.test(alias)) {
      fail(reader.at(node, "alias"), `the alias ${JSON.stringify(alias)} must be of letters, digits, "_" and "-"`);
    }
    const known = alias === "" ? name : alias;
    if (seen.has(known)) fail(node, `there is another dependency with the name or alias ${JSON.stringify(known)}`);
    seen.add(known);
    return dependency;
  });
}

/**
 * Reads one dependency, of a chart or of its lock.
 *
 * @param clean What to do with texts for people.
 */
export function readDependency(
  reader: Reader,
  node: YamlObject,
  clean: (text: string) => string = (text) => text,
): ChartDependency {
  const cleaned = (key: string): string | undefined => {
    const text = reader.text(node, key);
    return text && clean(text);
  };
  return withoutEmpty({
    name: cleaned("name") ?? "",
    version: cleaned("version"),
    repository: cleaned("repository") ?? "",
    condition: cleaned("condition"),
    tags: reader.texts(node, "tags").map(clean),
    enabled: reader.flag(node, "enabled"),
    "import-values": reader.values(node, "import-values"),
    alias: reader.text(node, "alias"),
  }, ["name", "repository"]);
}

function shown(text: string | undefined): string | undefined {
  return text && printed(text);
}

/** As Helm cleans what is for people: any space is one space, and what cannot be seen is gone. */
function printed(text: string): string {
  return text.replaceAll(SPACE_REGEXP, " ").replaceAll(UNPRINTABLE_REGEXP, "");
}

const SPACE_REGEXP = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g;
const UNPRINTABLE_REGEXP = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

type Filled<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> };

/** Leaves out what Go leaves out of JSON because it is empty, but for the keys that are always there. */
function withoutEmpty<T extends object>(value: T, always: readonly string[] = []): Filled<T> {
  const members = Object.entries(value).filter(([key, member]) => always.includes(key) || !isEmpty(member));
  return Object.fromEntries(members) as Filled<T>;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === "" || value === false) return true;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
