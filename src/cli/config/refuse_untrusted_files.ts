import { specifierKind } from "../../plugins/load/specifier_kind.ts";
import type { NamedFiles } from "../../verbs/publish/publish_options.ts";
import type { Log } from "../../work/context.ts";
import { UsageError } from "../usage_error.ts";
import { distrustOfFile } from "./distrust_of.ts";
import type { FoundConfig } from "./find_config.ts";

/**
 * Says whose code will run, and refuses files that others can have written, when a configuration names them that was
 * found. Whether that configuration itself counts was decided before it was read.
 *
 * @throws {UsageError} Names the file, and why it is not trusted.
 */
export async function refuseUntrustedFiles(
  { path, isNamed }: Pick<FoundConfig, "path" | "isNamed">,
  { code, services }: NamedFiles,
  log: Log,
): Promise<void> {
  for (const file of isNamed ? [] : [...code.flatMap(filesOf), ...services]) {
    const why = await distrustOfFile(file).catch(() => undefined);
    if (why === undefined) continue;
    throw new UsageError(
      `Cannot use ${file}, which ${JSON.stringify(path)} names: ${why}; pass --config ${path} when you trust it`,
    );
  }
  if (code.length > 0) log.info(`Plugins of ${path}: ${code.join(", ")}`);
}

/** The file of a specifier. One that is not there is named when it is loaded; what PATH leads to is the system's. */
function filesOf(specifier: string): readonly string[] {
  const kind = specifierKind(specifier);
  const file = kind === "exec" ? specifier.slice("exec:".length) : specifier;
  return kind === "file" || kind === "exec" && /[/\\]/.test(file) ? [file] : [];
}
