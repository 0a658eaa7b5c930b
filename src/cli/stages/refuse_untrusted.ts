import type { Log } from "../../pipeline/context.ts";
import { specifierKind } from "../../plugins/load/specifier_kind.ts";
import type { FoundConfig } from "../config/find_config.ts";
import { UsageError } from "../usage_error.ts";
import type { WrittenPipeline } from "./written_entries.ts";

/**
 * Says whose code will run, and refuses to run that of a configuration that nobody has named and that lies where the
 * user does not work.
 *
 * @throws {UsageError} Names the file, and why it is not trusted.
 */
export function refuseUntrusted(
  { path, distrust }: Pick<FoundConfig, "path" | "distrust">,
  { stages, custom }: WrittenPipeline,
  log: Log,
): void {
  const specs = [...Object.values(stages).flat(), ...custom].map(({ spec }) => spec);
  // What has a mere name is in this program already.
  const code = [...new Set(specs.filter((spec) => specifierKind(spec) !== "name"))];
  if (code.length === 0) return;
  if (distrust !== undefined) {
    throw new UsageError(
      `Cannot run ${code.join(", ")}, which ${JSON.stringify(path)} names: ${distrust}; ` +
        `pass --config ${path} when you trust it, or --no-config`,
    );
  }
  log.info(`Plugins of ${path}: ${code.join(", ")}`);
}
