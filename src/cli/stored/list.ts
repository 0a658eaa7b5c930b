import { list, type ListedVersion, type VersionDetails } from "../../verbs/list.ts";
import type { Digest } from "../../oci/digest.ts";
import { formatBytes } from "../../work/amounts.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { oneLine } from "../output/printable.ts";
import { shortDigest } from "../output/short_digest.ts";
import { table } from "../output/table.ts";
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
    ...(isWide ? wideCells(details) : []),
    ...(hasNames ? [name ?? ""] : []),
  ]);
  return table([
    ["VERSION", "DIGEST", ...(isWide ? ["CREATED", "REVISION", "SIZE", "TYPE"] : []), ...(hasNames ? ["NAME"] : [])],
    ...rows.map((row) => row.map(oneLine)),
  ]);
}

/** Who has not said when, or of what, gets a dash. */
function wideCells(details: VersionDetails | undefined): readonly string[] {
  const { created = "-", revision = "-", size, artifactType = "-" } = details ?? {};
  return [created, revision, size === undefined ? "-" : formatBytes(size), artifactType];
}
