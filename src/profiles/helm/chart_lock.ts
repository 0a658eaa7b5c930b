import { openDocument } from "./chart_document.ts";
import { type ChartFileOptions, readDependency } from "./chart_yaml.ts";
import { writeGoYaml } from "./go_yaml.ts";

/**
 * Reads a `Chart.lock` or a `requirements.lock`, and writes it as Helm writes it into a chart.
 *
 * @throws {SourceError} Names the file and the line.
 *
 * @see {@link https://github.com/helm/helm/blob/v4.3.1/pkg/chart/v2/dependency.go | Helm 4.3.1, pkg/chart/v2/dependency.go}
 */
export function rewriteLock(bytes: Uint8Array, { file }: ChartFileOptions): string {
  const reader = openDocument(bytes, file);
  const { root, fail } = reader;
  const generated = reader.text(root, "generated");
  const time = generated === undefined ? ZERO_TIME : formatTime(generated);
  if (time === undefined) {
    fail(reader.at(root, "generated"), `"generated" must be a time (RFC 3339), not ${JSON.stringify(generated)}`);
  }
  const dependencies = reader.objects(root, "dependencies").map((node) => ({ ...readDependency(reader, node) }));
  return writeGoYaml({
    dependencies: root.byKey.has("dependencies") ? dependencies : null,
    digest: reader.text(root, "digest") ?? "",
    generated: time ?? ZERO_TIME,
  });
}

/** What Go has when there is no time. */
const ZERO_TIME = "0001-01-01T00:00:00Z";

const TIME_REGEXP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/;

/** The zone stays as it is; zeros at the end of a fraction go, as Go writes times. */
function formatTime(text: string): string | undefined {
  const [, seconds, fraction = "", zone = ""] = TIME_REGEXP.exec(text) ?? [];
  if (seconds === undefined || Number.isNaN(Date.parse(text))) return undefined;
  const kept = fraction.replace(/0+$/, "");
  return `${seconds}${kept === "" ? "" : `.${kept}`}${/^[+-]00:00$/.test(zone) ? "Z" : zone}`;
}
