import { list, type ListedVersion } from "../../verbs/list.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { table } from "../output/table.ts";
import { parseGivenPlace } from "../places/pipes.ts";
import { withVerbOptions } from "../places/session.ts";
import type { World } from "../world.ts";
import type { ListFlags } from "./commands.ts";

/** `gantry list`: the versions in a repository and their digests. */
export async function runList(source: string, flags: ListFlags, world: World): Promise<number> {
  const { all, filterSemver, filterRegex, limit, output: format = "text" } = flags;
  const places = [parseGivenPlace(source)];
  return await withVerbOptions(flags, world, { phase: "Reading", places }, async (options) => {
    const versions = await list({
      ...options,
      source,
      ...(all === undefined ? {} : { all }),
      ...(filterSemver === undefined ? {} : { filterSemver }),
      ...(filterRegex === undefined ? {} : { filterRegex }),
      ...(limit === undefined ? {} : { limit }),
    });
    world.stdout(format === "text" ? versionTable(versions) : await formatOutput(versions, format));
    return EXIT.done;
  });
}

function versionTable(versions: readonly ListedVersion[]): string {
  const hasNames = versions.some(({ name }) => name !== undefined);
  const names = (name: string | undefined): readonly string[] => hasNames ? [name ?? ""] : [];
  return table([
    ["VERSION", "DIGEST", ...names("NAME")],
    ...versions.map(({ version = "-", digest, name }) => [version, digest, ...names(name)]),
  ]);
}
