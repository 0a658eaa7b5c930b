import { list, type ListedVersion, type VersionDetails } from "../../verbs/list.ts";
import type { Digest } from "../../oci/digest.ts";
import { formatBytes } from "../../work/amounts.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { oneLine } from "../output/printable.ts";
import { shortDigest } from "../output/short_digest.ts";
import { fittedTable } from "../output/table.ts";
import { parseGivenPlace } from "../places/pipes.ts";
import { withVerbOptions } from "../places/with_verb_options.ts";
import type { World } from "../world.ts";
import type { ListFlags } from "./commands.ts";

/** `gantry list`: the versions in a repository and their digests. */
export async function runList(source: string, flags: ListFlags, world: World): Promise<number> {
  const { all, filterSemver, filterRegex, limit, wide, output: format = "text" } = flags;
  const places = [parseGivenPlace(source)];
  return await withVerbOptions(flags, world, { phase: "Reading", places }, async (options) => {
    const versions = await list({
      ...options,
      source,
      ...(all === undefined ? {} : { all }),
      ...(filterSemver === undefined ? {} : { filterSemver }),
      ...(filterRegex === undefined ? {} : { filterRegex }),
      ...(limit === undefined ? {} : { limit }),
      ...(wide === undefined ? {} : { wide }),
    });
    world.stdout(format === "text" ? versionTable(versions, world) : await formatOutput(versions, format));
    return EXIT.done;
  });
}

function versionTable(versions: readonly ListedVersion[], { screen }: Pick<World, "screen">): string {
  const hasNames = versions.some(({ name }) => name !== undefined);
  const isWide = versions.some(({ details }) => details !== undefined);
  // Beside all else there is no room for more of a digest on a screen.
  const shown = (digest: Digest): string => isWide && screen !== undefined ? shortDigest(digest) : digest;
  const rows = versions.map(({ version = "-", digest, name, details }) => [
    version,
    shown(digest),
    ...(isWide ? wideCells(details, { isShort: screen !== undefined }) : []),
    ...(hasNames ? [name ?? ""] : []),
  ]);
  const heads = [
    ["VERSION", "DIGEST", ...(isWide ? ["CREATED", "REVISION", "SIZE", "TYPE"] : []), ...(hasNames ? ["NAME"] : [])],
  ];
  const cells = rows.map((row) => row.map(oneLine));
  return fittedTable([...heads, ...cells], { width: screen?.columns(), drop: isWide ? LEAST_NEEDED : [] });
}

/** Type, size, time, revision. */
const LEAST_NEEDED = [5, 4, 2, 3];

/** Who has not said when, or of what, gets a dash. */
function wideCells(
  details: VersionDetails | undefined,
  { isShort }: { readonly isShort: boolean },
): readonly string[] {
  const { created = "-", revision = "-", size, artifactType = "-" } = details ?? {};
  // As much of a commit as of a digest.
  const shown = isShort ? revision.replace(/([0-9a-f]{12})[0-9a-f]{28,}$/, "$1") : revision;
  return [created, shown, size === undefined ? "-" : formatBytes(size), artifactType];
}
