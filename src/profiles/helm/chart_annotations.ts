import {
  AUTHORS_ANNOTATION,
  CREATED_ANNOTATION,
  DESCRIPTION_ANNOTATION,
  SOURCE_ANNOTATION,
  TITLE_ANNOTATION,
  URL_ANNOTATION,
  VERSION_ANNOTATION,
} from "../../oci/annotation_keys.ts";
import { parseCreated } from "../../oci/created.ts";
import { withoutCredentials } from "../../oci/source_url.ts";
import { chartError } from "./chart_error.ts";
import type { ChartMaintainer, ChartMetadata } from "./chart_yaml.ts";
import { messageOf } from "../../work/message_of.ts";

/**
 * Says which annotations a chart has, as Helm does: by its fields, and those of its own, which change anything but the
 * name and the version.
 *
 * @throws {SourceError} When the source or the time that the chart gives cannot be published.
 *
 * @see {@link https://github.com/helm/helm/blob/v4.3.1/pkg/registry/chart.go | Helm 4.3.1, pkg/registry/chart.go}
 */
export function chartAnnotations(metadata: ChartMetadata): Readonly<Record<string, string>> {
  const { name, version, description = "", home = "", sources: [source = ""] = [], maintainers = [] } = metadata;
  const own = Object.entries(metadata.annotations ?? {}).filter(([key]) => !FIXED.includes(key));
  const fields = [
    [DESCRIPTION_ANNOTATION, description],
    [TITLE_ANNOTATION, name],
    [VERSION_ANNOTATION, version],
    [URL_ANNOTATION, home],
    [SOURCE_ANNOTATION, source],
    [AUTHORS_ANNOTATION, authorsOf(maintainers)],
  ] as const;
  const annotations = new Map([...fields.filter(([, value]) => value.trim() !== ""), ...own]);
  checkSource(annotations.get(SOURCE_ANNOTATION));
  checkCreated(annotations.get(CREATED_ANNOTATION));
  return Object.fromEntries(annotations);
}

const FIXED: readonly string[] = [TITLE_ANNOTATION, VERSION_ANNOTATION];

function authorsOf(maintainers: readonly ChartMaintainer[]): string {
  return maintainers.map(({ name = "", email }) => email === undefined ? name : `${name} (${email})`).join(", ");
}

function checkSource(source: string | undefined): void {
  if (source === undefined || withoutCredentials(source) !== undefined) return;
  // The text itself is not shown: it may hold what made it unfit.
  throw chartError(
    "Chart.yaml gives a source that cannot be told from credentials: it must be the URL of a repository",
  );
}

function checkCreated(created: string | undefined): void {
  if (created === undefined) return;
  try {
    parseCreated(created);
  } catch (cause) {
    const reason = messageOf(cause);
    throw chartError(`Chart.yaml has an annotation ${CREATED_ANNOTATION} that is no time: ${reason}`, { cause });
  }
}
