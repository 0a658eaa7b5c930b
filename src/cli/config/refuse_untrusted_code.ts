import { specifierKind } from "../../plugins/load/specifier_kind.ts";
import type { Log } from "../../work/context.ts";
import { UsageError } from "../usage_error.ts";
import { distrustOfFile } from "./distrust_of.ts";
import type { FoundConfig } from "./find_config.ts";

/**
 * Says whose code will run, and refuses a plugin's file that others can have written, when a configuration names it
 * that was found. Whether that configuration itself counts was decided before it was read.
 *
 * @param code The files, packages and programs that it names.
 * @throws {UsageError} Names the file, and why it is not trusted.
 */
export async function refuseUntrustedCode(
  { path, isNamed }: Pick<FoundConfig, "path" | "isNamed">,
  code: readonly string[],
  log: Log,
): Promise<void> {
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
