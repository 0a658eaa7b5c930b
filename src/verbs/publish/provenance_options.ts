import { isAbsolute, relative, resolve, sep } from "node:path";
import { formatReference, localPath, type Reference } from "../../oci/reference.ts";
import { PUBLISHING, type PublishingName } from "../../options/publishing.ts";
import type { Settings } from "./settings.ts";
import { sourceDirectory } from "./source_path.ts";

/** What can be chosen of the content, and the version. A cache changes no byte. */
const NAMES = (Object.keys(PUBLISHING) as PublishingName[]).filter((name) => {
  const { flag } = PUBLISHING[name] as { readonly flag?: { readonly group: string } };
  return !["consumers", "profile", "cache"].includes(name) && flag?.group === "Content:" || name === "version";
});

/**
 * What somebody has said of the artifact, and what its provenance says because of that: the same on every machine. A
 * path starts from the source, and one that leads out of it is nobody's business.
 */
export async function provenanceOptions(
  { wanted, source, base }: Pick<Settings, "wanted" | "source" | "base">,
): Promise<Readonly<Record<string, unknown>>> {
  const directory = await sourceDirectory(source);
  const said = NAMES.filter((name) => wanted.last(name) !== undefined).flatMap((name) => {
    const value = name === "base" ? shownBase(base) : shown(name, wanted.values[name], directory);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(said);
}

/** The path of a layout means nothing elsewhere. */
function shownBase(base: Reference | undefined): string | undefined {
  return base === undefined || localPath(base) !== undefined ? undefined : formatReference(base);
}

function shown(name: PublishingName, value: unknown, directory: string): unknown {
  if (typeof value !== "string") return value;
  if (PUBLISHING[name].kind.kind !== "path") return value;
  const path = relative(resolve(directory), resolve(value));
  const isOutside = path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);
  return isOutside ? undefined : path.replaceAll(sep, "/");
}
