import type { ByteWriter } from "../../layout/tar/unnamed.ts";
import { isPiped, printedReference, type Reference } from "../../oci/reference.ts";
import { parsePipedPlace } from "../../places/open_store.ts";
import { copy } from "../../verbs/copy.ts";
import type { CopyResult } from "../../verbs/copy/copy_result.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { type ResultLine, sayResults, stopwatch, transferred } from "../output/result_line.ts";
import { refuseStandardInput, takeInput, takeOutput } from "../places/pipes.ts";
import { withVerbOptions } from "../places/with_verb_options.ts";
import type { World } from "../world.ts";
import type { CopyFlags } from "./commands.ts";

/** `gantry copy`: from any place to any others, with the same digests. */
export async function runCopy(
  source: string,
  targets: readonly string[],
  flags: CopyFlags,
  world: World,
): Promise<number> {
  const { allTags = false, referrers = false, force = false, output: format = "text" } = flags;
  const from = parsePipedPlace(source);
  const to = targets.map(parsePipedPlace);
  checkInput(from, to, { flags, world });
  const output = outputOf([from, ...to], flags, world);
  const time = stopwatch();
  return await withVerbOptions(flags, world, { phase: "Copying", places: [from, ...to] }, async (options) => {
    const result = await copy({
      ...options,
      source,
      targets,
      allTags,
      referrers,
      force,
      input: world.stdin,
      ...(output === undefined ? {} : { output }),
    });
    sayResults(world, { quiet: flags.quiet, lines: resultLines(result, time()) });
    world.stdout(format === "text" ? copyLines(result) : await formatOutput(result, format));
    return EXIT.done;
  });
}

function checkInput(
  from: Reference,
  to: readonly Reference[],
  { flags, world }: { readonly flags: CopyFlags; readonly world: World },
): void {
  if (!isPiped(from)) return;
  if (to.length !== 1 || to[0]?.kind !== "oci-layout") refuseStandardInput(from);
  takeInput(flags, world);
}

/** Standard output is taken only for a copy that will be tried: the others say there what is wrong. */
function outputOf(
  [from, ...to]: readonly Reference[],
  { allTags }: CopyFlags,
  world: World,
): ByteWriter | undefined {
  const hasNames = [from, ...to].some((reference) => reference?.tag !== undefined || reference?.digest !== undefined);
  return to.length === 1 && to.some(isPiped) && !(allTags && hasNames) ? takeOutput(world) : undefined;
}

function resultLines({ targets }: CopyResult, time: string): readonly ResultLine[] {
  return targets.map(({ repository, manifests, ...sent }) => {
    const tags = manifests.flatMap((manifest) => manifest.tags);
    const names = tags.length === 0 ? "without a tag" : tags.length > 5 ? `${tags.length} tags` : tags.join(", ");
    return { what: `Copied ${names}`, where: repository, amounts: [...transferred(sent), time] };
  });
}

/** One line for each destination, and with several manifests one for each of them: `HOST/REPOSITORY@sha256:…`. */
function copyLines({ targets }: CopyResult): string {
  return targets.flatMap(({ manifests }) => manifests)
    .map(({ url }) => `${printedReference(url)}\n`).join("");
}
