import type { Log } from "../../../work/context.ts";
import { specifierKind } from "../../../plugins/load/specifier_kind.ts";
import { distrustOfFile } from "../../config/distrust_of.ts";
import type { FoundConfig } from "../../config/find_config.ts";
import { UsageError } from "../../usage_error.ts";
import type { WrittenPipeline } from "./written_entries.ts";

/**
 * Says whose code will run, and refuses a plugin's file that others can have written, when a configuration names it that
 * was found. Whether that configuration itself counts was decided before it was read.
 *
 * @throws {UsageError} Names the file, and why it is not trusted.
 */
export async function refuseUntrusted(
  { path, isNamed }: Pick<FoundConfig, "path" | "isNamed">,
  { stages, custom }: WrittenPipeline,
  log: Log,
): Promise<void> {
  const specs = [...Object.values(stages).flat(), ...custom].map(({ spec }) => spec);
  // What has a mere name is in this program already.
  const code = [...new Set(specs.filter((spec) => specifierKind(spec) !== "name"))];
  if (code.length === 0) return;
  for (const file of isNamed ? [] : code.flatMap(filesOf)) {
    const why = await distrustOfFile(file).catch(() => undefined);
    if (why === undefined) continue;
    throw new UsageError(
      `Cannot run ${file}, which ${JSON.stringify(path)} names: ${why}; pass --config ${path} when you trust it`,
    );
  }
  log.info(`Plugins of ${path}: ${code.join(", ")}`);
}

/** The file of a specifier. One that is not there is named when it is loaded; what PATH leads to is the system's. */
function filesOf(specifier: string): readonly string[] {
  const kind = specifierKind(specifier);
  const file = kind === "exec" ? specifier.slice("exec:".length) : specifier;
  return kind === "file" || kind === "exec" && /[/\\]/.test(file) ? [file] : [];
}
