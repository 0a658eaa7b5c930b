import { basename, isAbsolute, join, resolve, sep } from "node:path";
import { withLocalPath } from "../../oci/change_reference.ts";
import { formatReference, localPath, parseReference } from "../../oci/reference.ts";
import { specifierKind } from "../../plugins/load/specifier_kind.ts";
import type { Kind } from "../../options/kind.ts";
import { PUBLISHING } from "../../options/publishing.ts";
import type { Config } from "./config_schema.ts";
import type { PipelineConfig } from "./pipeline_schema.ts";

/**
 * Makes the paths of a configuration file start from the current directory instead of the file's own: the options that
 * are paths, the layouts that options refer to, and the files and programs of plugins. Absolute paths stay, and
 * nothing changes for a file that stands in the current directory.
 *
 * @param directory The directory of the file.
 */
export function rebaseConfig(config: Config, directory: string): Config {
  if (resolve(directory) === resolve(".")) return config;
  const { pipeline } = config;
  const values: Readonly<Record<string, unknown>> = { ...config };
  const rebased = Object.entries(PUBLISHING).flatMap(([name, { kind }]) => {
    const value = values[name];
    return value === undefined ? [] : [[name, rebaseValue(kind, value, directory)]];
  });
  return {
    ...config,
    ...Object.fromEntries(rebased),
    ...(pipeline === undefined ? {} : { pipeline: rebasePipeline(pipeline, directory) }),
  };
}

function rebaseValue(kind: Kind, value: unknown, directory: string): unknown {
  if (kind.kind === "path" && typeof value === "string") {
    return kind.orStdin && value === "-" ? value : rebasePath(value, directory);
  }
  if (kind.kind === "text" && kind.isReference && typeof value === "string") return rebaseTarget(value, directory);
  if (kind.kind !== "texts" || kind.are === undefined || !Array.isArray(value)) return value;
  const rebaseOne = { references: rebaseTarget, paths: rebasePath, keys: rebaseKey }[kind.are];
  return value.map((each) => rebaseOne(each, directory));
}

function rebaseKey(key: string, directory: string): string {
  if (key.startsWith("exec:")) {
    // An argument may have a slash as well.
    const [program = "", ...args] = key.split(" ");
    return [rebaseSpec(program, directory), ...args].join(" ");
  }
  return key.startsWith("env://") ? key : rebasePath(key, directory);
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
  const rebased = rebasePath(path, directory).replaceAll(sep, "/");
  return isAbsolute(rebased) || rebased.startsWith("../") ? rebased : `./${rebased}`;
}

function rebaseTarget(target: string, directory: string): string {
  const reference = parseReference(target);
  const written = localPath(reference);
  if (written === undefined || isAbsolute(written)) return target;
  const path = rebasePath(written, directory).replaceAll(sep, "/");
  const name = basename(path);
  // A last part that comes from the directory, as with `oci-layout:.`, may have what would begin a tag or a digest.
  const ambiguous = /[:@]/.test(name) && name !== basename(written);
  return formatReference(withLocalPath(reference, () => ambiguous ? `${path}/` : path));
}

function rebasePath(path: string, directory: string): string {
  return isAbsolute(path) ? path : join(directory, path);
}
