import { alikePaths } from "../consumers/alike_paths.ts";
import { OPENTOFU_MODULE_ARTIFACT_TYPE, OPENTOFU_MODULE_MEDIA_TYPE } from "../oci/media_types.ts";
import { type ArchiveMeans, chosenGzip, type GzipChoice, gzipChoice } from "../pack/compression_choice.ts";
import { packZip } from "../pack/zip_layer.ts";
import type { Entry } from "../pipeline/entry.ts";
import type { Contents, Factory } from "../pipeline/plugin.ts";
import { SourceError } from "../pipeline/source_error.ts";
import type { Context } from "../work/context.ts";
import type { Profile, SourceListing } from "./profile.ts";

/**
 * What belongs to whoever uses a module and not to the module: what was installed, states, which hold secrets, and
 * values of variables. No module that is installed is asked for any of it.
 */
const OPENTOFU_DEFAULT_IGNORES: readonly string[] = [
  ".terraform/",
  "*.tfstate",
  "*.tfstate.*",
  ".terraform.tfstate.lock.info",
  "*.tfvars",
  "*.tfvars.json",
  "crash.log",
  "crash.*.log",
];

/** Modules for OpenTofu: `tofu init` with a source that is `oci://`. */
export const OPENTOFU_PROFILE: Profile = {
  signs: [],
  recognizes,
  ignoreReading: "git",
  defaultIgnores: OPENTOFU_DEFAULT_IGNORES,
  ownRules: [],
  revision: "commit",
  expects: [],
  needsTag: false,
  usesTime: false,
  compressions: ["zip"],
  takes: [],
  artifactType: OPENTOFU_MODULE_ARTIFACT_TYPE,
  archive: opentofu,
};

/**
 * One layer, the module as a zip.
 *
 * @see {@link https://github.com/opentofu/opentofu/blob/v1.12.6/internal/getmodules/oci_getter.go | OpenTofu 1.12.6, oci_getter.go}
 */
export function opentofu(means: ArchiveMeans = {}): Factory<"archive", GzipChoice> {
  return (kit) =>
    kit.plugin({
      name: "opentofu",
      version: "1.0.0",
      apiVersion: 1,
      stage: "archive",
      description: "The module as a zip, for OpenTofu.",
      options: gzipChoice(kit),
      async run({ entries }, options, context): Promise<Contents> {
        const modules = entries.filter(isConfiguration);
        if (modules.length === 0) {
          throw moduleError("there is no file of OpenTofu in it: no .tf, .tofu, .tf.json or .tofu.json");
        }
        if (modules.every(({ path }) => path.includes("/"))) {
          context.log.warn("There is no .tf or .tofu file at the root: the source has to name a directory in it by //");
        }
        refuseAlike(entries);
        await refuseBombs(entries, context);
        const layer = await packZip({
          entries,
          mediaType: OPENTOFU_MODULE_MEDIA_TYPE,
          compression: chosenGzip(options, means),
          cache: means.cache,
        }, context);
        return { artifactType: OPENTOFU_MODULE_ARTIFACT_TYPE, layers: [layer] };
      },
    });
}

/** Where letter case does not count, one of them would be lost, and `tofu init` does not say so. */
function refuseAlike(entries: readonly Entry[]): void {
  const alike = alikePaths(entries.map(({ path, kind }) => kind === "directory" ? `${path}/` : path));
  if (alike.length === 0) return;
  throw moduleError(
    `${alike.slice(0, 2).map((path) => JSON.stringify(path)).join(" and ")} differ in upper and lower case only`,
    "rename one of them: macOS and Windows keep only the other",
  );
}

async function refuseBombs(entries: readonly Entry[], context: Context): Promise<void> {
  if (!entries.some(({ path }) => /\.zip$/i.test(path))) return;
  const { findZipBomb } = await import("./opentofu/zip_bombs.ts");
  const bomb = await findZipBomb(entries, context);
  if (bomb === undefined) return;
  const { path, size, unpacked } = bomb;
  const shown = `${Math.round(unpacked / 1024 ** 3)} GiB`;
  throw moduleError(`${JSON.stringify(path)} is a zip bomb: its ${size} bytes unpack to ${shown}`, "leave it out");
}

function isConfiguration({ path, kind }: Pick<Entry, "path" | "kind">): boolean {
  return kind === "file" && /\.(?:tf|tofu)(?:\.json)?$/.test(path);
}

function moduleError(problem: string, hint?: string): SourceError {
  return new SourceError(`Cannot publish the module: ${problem}`, hint === undefined ? {} : { hint });
}

/** Asks only at the root, where a module that is used without `//` has to be. */
async function recognizes({ kind, files }: SourceListing): Promise<string | undefined> {
  if (kind !== "directory") return undefined;
  const found: string[] = [];
  for await (const { path } of files()) {
    if (path.includes("/")) break;
    if (isConfiguration({ path, kind: "file" })) found.push(path);
  }
  const [first] = found.sort();
  return first === undefined ? undefined : `there is a ${found.includes("main.tf") ? "main.tf" : first}`;
}
