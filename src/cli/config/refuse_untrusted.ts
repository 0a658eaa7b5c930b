import type { Log } from "../../work/context.ts";
import { specifierKind } from "../../plugins/load/specifier_kind.ts";
import { UsageError } from "../usage_error.ts";
import { distrustOfFile } from "./distrust_of.ts";
import type { FoundConfig } from "./find_config.ts";

/**
 * Says whose code will run, and refuses to run that of a configuration that nobody has named and that lies where the
 * user does not work.
 *
 * @param code The files, packages and programs that it names.
 * @throws {UsageError} Names the file, and why it is not trusted.
 */
export async function refuseUntrusted(
  { path, distrust, isNamed }: Pick<FoundConfig, "path" | "distrust" | "isNamed">,
  code: readonly string[],
  log: Log,
): Promise<void> {
  if (distrust !== undefined) {
    throw new UsageError(
      `Cannot run ${code.join(", ")}, which ${JSON.stringify(path)} names: ${distrust}; ` +
        `pass --config ${path} when you trust it, or --no-config`,
    );
  }
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
