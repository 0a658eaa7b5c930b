import { bytesContent } from "../oci/bytes_content.ts";
import type { Content } from "../oci/descriptor.ts";
import { HELM_CHART_MEDIA_TYPE, HELM_CONFIG_MEDIA_TYPE, HELM_PROVENANCE_MEDIA_TYPE } from "../oci/media_types.ts";
import { type ArchiveMeans, chosenGzip, type GzipChoice, gzipFields } from "../pack/compression_choice.ts";
import { packLayer } from "../pack/layer.ts";
import { tree } from "../pack/tree.ts";
import type { Entry } from "../pipeline/entry.ts";
import type { Contents, Factory, StageIO } from "../pipeline/plugin.ts";
import { chartError } from "./helm/chart_error.ts";
import type { Chart } from "./helm/chart.ts";
import { CHART_FILE } from "./helm/chart_file_names.ts";
import type { ChartMetadata } from "./helm/chart_yaml.ts";
import type { Profile, SourceIdentity, SourceListing, SourceView } from "./profile.ts";
import { readBytes } from "../oci/bytes/read.ts";

/**
 * Charts for Helm: `helm pull` and `helm install`, Flux, Argo CD. What reads them is loaded when there is one: who
 * publishes something else needs no YAML.
 */
export const HELM_PROFILE: Profile = {
  signs: [CHART_FILE],
  recognizes,
  identify,
  tagOf: (version) => version.replaceAll("+", "_"),
  archiveWith: [".prov"],
  ignoreFile: ".helmignore",
  isIgnoreFileRead: true,
  ignoreReading: "helm",
  defaultIgnores: [],
  // Helm renders no template whose name begins with a dot.
  ownRules: ["templates/.?*"],
  revision: "commit",
  expects: [],
  needsTag: false,
  usesTime: false,
  compressions: ["gzip"],
  takes: ["appVersion"],
  configMediaType: HELM_CONFIG_MEDIA_TYPE,
  archive: helm,
  annotate: chartFacts,
  async arrange(entries, choice, context): Promise<readonly Entry[]> {
    const { loadChart } = await import("./helm/chart.ts");
    const { files } = await loadChart(filesOf(entries), choice, context);
    return files.map((file) => ({ ...file, kind: "file", executable: false }));
  },
};

/** How a chart is packed. */
export interface HelmChoice extends GzipChoice {
  /** The version of the application that the chart installs; the chart's own when left out. */
  readonly appVersion?: string | undefined;
}

/**
 * A chart, as `helm push` makes it of what `helm package` makes: the archive first, and what signs it behind it. An
 * archive that is there already is published byte for byte.
 *
 * @see {@link https://github.com/helm/helm/blob/v4.3.1/pkg/registry/client.go | Helm 4.3.1, pkg/registry/client.go, Push}
 */
export function helm(means: ArchiveMeans = {}): Factory<"archive", HelmChoice> {
  return (kit) =>
    kit.plugin({
      name: "helm",
      version: "1.0.0",
      apiVersion: 1,
      stage: "archive",
      description: "A chart, for Helm: of its directory, or as it was packed.",
      options: kit.z.strictObject({
        ...gzipFields(kit),
        appVersion: kit.z.string().min(1).optional().describe("The version of the application that it installs."),
      }),
      async run({ entries }, { appVersion, ...choice }, context): Promise<Contents> {
        const packaged = packagedIn(entries);
        if (packaged !== undefined) {
          const { readPackagedChart } = await import("./helm/packaged_chart.ts");
          const metadata = await readPackagedChart(packaged.archive.open, packaged.archive.path);
          const chart = await keep(packaged.archive, HELM_CHART_MEDIA_TYPE);
          return { config: await configOf(metadata), layers: [chart, ...await provenanceOf(packaged, chart)] };
        }
        const { loadChart } = await import("./helm/chart.ts");
        const chart = await loadChart(filesOf(entries), { version: means.version, appVersion }, context);
        const { content } = await packLayer({
          entries: tree(entriesOf(chart), { root: false, trailingSlash: false }),
          mediaType: HELM_CHART_MEDIA_TYPE,
          compression: chosenGzip(choice, means),
          cache: means.cache,
        }, context);
        return { config: await configOf(chart.metadata), layers: [content] };

        async function provenanceOf({ archive, provenance }: Packaged, chart: Content): Promise<readonly Content[]> {
          if (provenance === undefined) return [];
          const text = await new Response(provenance.open()).text();
          if (!text.includes(chart.descriptor.digest)) {
            throw chartError(`${provenance.path} signs another archive than ${archive.path}`);
          }
          return [await keep(provenance, HELM_PROVENANCE_MEDIA_TYPE)];
        }

        async function keep({ open }: Entry, mediaType: string): Promise<Content> {
          return await context.scratch.keep({ mediaType }, open());
        }
      },
    });
}

/** The annotations that a chart has by its own words. */
function chartFacts(): Factory<"annotate", Readonly<Record<never, never>>> {
  return (kit) =>
    kit.plugin({
      name: "chart",
      version: "1.0.0",
      apiVersion: 1,
      stage: "annotate",
      description: "Annotates a chart as Helm does, by its Chart.yaml.",
      options: kit.z.strictObject({}),
      async run({ entries }): Promise<StageIO["annotate"]["out"]> {
        const { chartAnnotations } = await import("./helm/chart_annotations.ts");
        const annotations = Object.entries(chartAnnotations(await metadataIn(entries)));
        return { set: Object.fromEntries(annotations.map(([key, value]) => [key, { value, from: CHART_FILE }])) };
      },
    });
}

async function metadataIn(entries: readonly Entry[]): Promise<ChartMetadata> {
  const packaged = packagedIn(entries);
  if (packaged !== undefined) {
    const { readPackagedChart } = await import("./helm/packaged_chart.ts");
    return await readPackagedChart(packaged.archive.open, packaged.archive.path);
  }
  const chart = entries.find(({ path, kind }) => path === CHART_FILE && kind === "file");
  if (chart === undefined) throw chartError(`there is no ${CHART_FILE}`);
  const { readChartYaml } = await import("./helm/chart_yaml.ts");
  return readChartYaml(await readBytes(chart.open()), { file: CHART_FILE });
}

async function configOf(metadata: ChartMetadata): Promise<Content> {
  const { writeGoJson } = await import("./helm/go_json.ts");
  return bytesContent(HELM_CONFIG_MEDIA_TYPE, new TextEncoder().encode(writeGoJson(metadata)));
}

interface Packaged {
  readonly archive: Entry;
  /** What signs it. */
  readonly provenance?: Entry;
}

/** The archive, where the source is one and no directory. */
function packagedIn(entries: readonly Entry[]): Packaged | undefined {
  const [archive, provenance, ...more] = entries.filter(({ kind }) => kind === "file");
  if (archive === undefined || more.length > 0 || !archive.path.endsWith(".tgz") && provenance === undefined) {
    return undefined;
  }
  if (provenance === undefined) return { archive };
  return provenance.path === `${archive.path}.prov` ? { archive, provenance } : undefined;
}

function filesOf(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter(({ kind }) => kind === "file");
}

function entriesOf({ metadata: { name }, files }: Chart): readonly Entry[] {
  return files.map(({ path, size, open }) => ({
    path: `${name}/${path}`,
    kind: "file",
    executable: false,
    size,
    open,
  }));
}

/** All that an archive holds is in one directory, with a chart's file in it. */
async function recognizes({ kind, files }: SourceListing): Promise<string | undefined> {
  if (kind !== "archive") return undefined;
  let folder: string | undefined;
  let hasChart = false;
  let total = 0;
  for await (const { path, size } of files()) {
    const [first, ...rest] = path.split("/");
    folder ??= first;
    total += size;
    // What is larger Helm does not read, and need not be read here.
    if (first !== folder || rest.length === 0 || total > PACKAGED_LIMIT) return undefined;
    hasChart ||= rest.join("/") === CHART_FILE;
  }
  return hasChart ? "it is a packaged Helm chart" : undefined;
}

const PACKAGED_LIMIT = 100 * 1024 * 1024;

async function identify({ kind, location, read, open }: SourceView): Promise<SourceIdentity> {
  if (kind === "archive") {
    const { readPackagedChart } = await import("./helm/packaged_chart.ts");
    const { name, version } = await readPackagedChart(open, location);
    return { name, version, from: CHART_FILE, isFixed: true };
  }
  if (kind === "other") {
    const named = location === "-" ? "standard input" : JSON.stringify(location);
    throw chartError(`${named} is neither a directory nor an archive (.tgz) that \`helm package\` made`);
  }
  const bytes = await read(CHART_FILE);
  if (bytes === undefined) throw chartError(`there is no ${CHART_FILE} in ${JSON.stringify(location)}`);
  const { readChartYaml } = await import("./helm/chart_yaml.ts");
  const { name, version } = readChartYaml(bytes, { file: CHART_FILE });
  return { name, version, from: CHART_FILE, isFixed: false };
}
