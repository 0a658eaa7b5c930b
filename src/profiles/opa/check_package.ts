import { bundleError } from "./bundle_error.ts";
import { type BundleManifest, isIn } from "./bundle_manifest.ts";
import { placeIn } from "./json_place.ts";

/** What may stand before the package of a module. */
const LEADING_REGEXP = /^(?:\s|#[^\n]*(?:\n|$))*/;
const PACKAGE_REGEXP = /^package[ \t\r\n]+([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*|\["(?:[^"\\\n]|\\.)*"\]|\[`[^`]*`\])*)/;
const PART_REGEXP = /\.(\w+)|\[("(?:[^"\\\n]|\\.)*")\]|\[`([^`]*)`\]/g;

/**
 * Makes sure that the package of a module is in one of the roots of its bundle.
 *
 * @throws {SourceError} When it is in none, or there is no package; names the file and the line.
 */
export function checkPackage(text: string, path: string, { roots, rootsPlace }: BundleManifest): void {
  const [leading = ""] = LEADING_REGEXP.exec(text) ?? [];
  const place = placeIn(text, path, { offset: leading.length });
  const match = PACKAGE_REGEXP.exec(text.slice(leading.length));
  if (match === null) throw bundleError(`${place}: a policy begins with its package`);
  const [, first = "", rest = ""] = match;
  const parts = [
    first,
    ...[...rest.matchAll(PART_REGEXP)].map(([, name, quoted, raw]) => name ?? raw ?? unquoted(quoted)),
  ];
  if (isIn(parts.join("/"), roots)) return;
  throw bundleError(
    `${place}: the package ${first}${rest} is in none of the roots ${JSON.stringify(roots)} (${rootsPlace})`,
  );
}

function unquoted(text = '""'): string {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(1, -1);
  }
}
