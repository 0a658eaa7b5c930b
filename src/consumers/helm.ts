import * as posix from "node:path/posix";
import { isObject } from "../oci/is_object.ts";
import { HELM_CHART_MEDIA_TYPE, HELM_CONFIG_MEDIA_TYPE, HELM_PROVENANCE_MEDIA_TYPE } from "../oci/media_types.ts";
import type { JudgedArtifact, JudgedLayer, SingleArtifact } from "./artifact.ts";
import { type Consumer, type Finding, listed, note, refuse } from "./consumer.ts";
import { unpackedSize } from "./flux_untar.ts";

/** Helm, which pulls and installs charts. */
export const HELM: Consumer = {
  what: "Helm: helm pull and helm install of an oci:// chart",
  version: "Helm 4.3.1",
  source: "https://github.com/helm/helm/blob/v4.3.1/pkg/registry/client.go",
  judge,
};

/** How charts were called before they had a type of their own. */
const LEGACY_CHART_MEDIA_TYPE = "application/tar+gzip";
/** What one file of a chart could have before Helm 4.3, in bytes. */
const FILE_LIMIT = 5 * 1024 * 1024;
/** What all files of a chart have to be below, in bytes. */
const CHART_LIMIT = 100 * 1024 * 1024;
const AS_CHART = "Publish it with the profile helm, or with helm push";

/** Helm looks for a config and a chart among everything that it has fetched, also of an index. */
function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  const all = singles(artifact);
  const config = all.find(({ manifest }) => manifest.config.mediaType === HELM_CONFIG_MEDIA_TYPE);
  if (config === undefined) {
    const found = [...new Set(all.map(({ manifest }) => manifest.config.mediaType))].join(", ") || "none";
    yield refuse(`Helm wants a config of media type ${HELM_CONFIG_MEDIA_TYPE}, and it is ${found}`, AS_CHART);
    return;
  }
  const layers = all.flatMap((each) => each.layers);
  const typed = (mediaType: string): JudgedLayer | undefined =>
    layers.find(({ descriptor }) => descriptor.mediaType === mediaType);
  const chart = typed(HELM_CHART_MEDIA_TYPE) ?? typed(LEGACY_CHART_MEDIA_TYPE);
  if (chart === undefined) {
    yield refuse(`Helm wants a layer of media type ${HELM_CHART_MEDIA_TYPE}, and there is none`, AS_CHART);
    return;
  }
  if (!isObject(config.config)) {
    yield refuse("Helm reads the config as the Chart.yaml in JSON, and it is no JSON object", AS_CHART);
    return;
  }
  yield* loading(chart);
  if (chart.descriptor.mediaType === LEGACY_CHART_MEDIA_TYPE) {
    yield note(`Helm warns of the media type ${LEGACY_CHART_MEDIA_TYPE}, which is from before Helm 3.7`);
  }
  if (typed(HELM_PROVENANCE_MEDIA_TYPE) === undefined) {
    yield note("There is no provenance beside the chart: helm pull --verify and helm install --verify fail");
  }
}

function singles(artifact: JudgedArtifact): readonly SingleArtifact[] {
  return artifact.kind === "manifest" ? [artifact] : artifact.artifacts.flatMap(singles);
}

/**
 * What the loader of charts refuses.
 *
 * @see {@link https://github.com/helm/helm/blob/v4.3.1/pkg/chart/loader/archive/archive.go | Helm 4.3.1, archive.go}
 */
function* loading({ compression, format, problem, members }: JudgedLayer): Generator<Finding, void, void> {
  if (compression !== "gzip" || format !== "tar" || problem !== undefined) {
    yield refuse("Helm cannot load the chart: its layer is no gzip-compressed tar", "Pack the chart with helm package");
    return;
  }
  const files = members.filter(({ type }) => type !== "directory");
  const names = files.map(({ path }) => path);
  const wrong = names.filter(isRefused);
  if (wrong.length > 0) {
    yield refuse(
      `Helm refuses what is not in the directory of the chart, or whose name there begins with "..": ${listed(wrong)}`,
      "Pack the chart with helm package",
    );
  } else if (!names.some((path) => inChart(path) === "Chart.yaml")) {
    yield refuse(
      "Helm wants the Chart.yaml one directory below the root of the archive, and it is not there",
      "Pack the chart with helm package",
    );
  }
  const large = files.filter(({ size }) => size > FILE_LIMIT).map(({ path }) => path);
  if (large.length > 0) yield note(`Helm before 4.3 refuses files over 5 MiB: ${listed(large)}`);
  if (unpackedSize(files) >= CHART_LIMIT) {
    yield refuse(
      "Helm refuses charts of 100 MiB and more, and the files have that",
      "Leave files out with .helmignore",
    );
  }
}

/** The path without its first directory, whatever that is called. A backslash is taken for a separator. */
function inChart(path: string): string {
  const [, ...rest] = path.split(path.includes("\\") ? "\\" : "/");
  return rest.join("/");
}

function isRefused(path: string): boolean {
  const rest = inChart(path);
  return rest.startsWith("/") || posix.normalize(rest) === "." || posix.normalize(rest).startsWith("..") ||
    /^[A-Za-z]:\//.test(posix.normalize(rest));
}
