import { basename, isAbsolute, join, resolve, sep } from "node:path";
import { formatReference, localPath, parseReference, withLocalPath } from "../../oci/reference.ts";
import { specifierKind } from "../../plugins/load/specifier_kind.ts";
import type { Config } from "./config_schema.ts";
import type { PipelineConfig } from "./pipeline_schema.ts";

/**
 * Makes the paths of a configuration file start from the current directory instead of the file's own: `source`,
 * `ignoreFile`, the layouts and archives in `targets`, and the files and programs of plugins. Absolute paths stay, and nothing changes for a file that
 * stands in the current directory.
 *
 * @param directory The directory of the file.
 */
export function rebaseConfig(config: Config, directory: string): Config {
  if (resolve(directory) === resolve(".")) return config;
  const { source, ignoreFile, targets, pipeline } = config;
  return {
    ...config,
    ...(source === undefined || source === "-" ? {} : { source: rebase(source, directory) }),
    ...(ignoreFile === undefined ? {} : { ignoreFile: rebase(ignoreFile, directory) }),
    ...(targets === undefined ? {} : { targets: targets.map((target) => rebaseTarget(target, directory)) }),
    ...(pipeline === undefined ? {} : { pipeline: rebasePipeline(pipeline, directory) }),
  };
}

function rebasePipeline(pipeline: PipelineConfig, directory: string): PipelineConfig {
  const { custom, ...stages } = pipeline;
  const rebased = Object.entries(stages).map(([stage, entries]) => [
    stage,
    entries.map((entry) => {
      if (typeof entry === "string") return rebaseSpec(entry, directory);
      return Array.isArray(entry)
        ? [rebaseSpec(entry[0], directory), entry[1]]
        : { ...entry, use: rebaseSpec(entry.use, directory) };
    }),
  ]);
  return {
    ...Object.fromEntries(rebased),
    ...(custom === undefined
      ? {}
      : { custom: custom.map((entry) => ({ ...entry, use: rebaseSpec(entry.use, directory) })) }),
  };
}

/** A plugin's file, and a program with a `/` in its name; what has none is looked up on PATH. */
function rebaseSpec(spec: string, directory: string): string {
  if (specifierKind(spec) === "file") return rebaseFile(spec, directory);
  const program = /^exec:(.*\/.*)$/s.exec(spec)?.[1];
  return program === undefined ? spec : `exec:${rebaseFile(program, directory)}`;
}

/** Begins with `./`, `../` or `/`, so that nobody takes it for a name. */
function rebaseFile(path: string, directory: string): string {
  const rebased = rebase(path, directory).replaceAll(sep, "/");
  return isAbsolute(rebased) || rebased.startsWith("../") ? rebased : `./${rebased}`;
}

function rebaseTarget(target: string, directory: string): string {
  const reference = parseReference(target);
  const written = localPath(reference);
  if (written === undefined || isAbsolute(written)) return target;
  const path = rebase(written, directory).replaceAll(sep, "/");
  const name = basename(path);
  // A last part that comes from the directory, as with `oci-layout:.`, may have what would begin a tag or a digest.
  const ambiguous = /[:@]/.test(name) && name !== basename(written);
  return formatReference(withLocalPath(reference, () => ambiguous ? `${path}/` : path));
}

function rebase(path: string, directory: string): string {
  return isAbsolute(path) ? path : join(directory, path);
}
