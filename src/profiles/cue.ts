import { cueZipFindings } from "../consumers/cue.ts";
import { bytesContent } from "../oci/bytes_content.ts";
import { CUE_CONFIG_MEDIA_TYPE, CUE_MODULE_FILE_MEDIA_TYPE, CUE_MODULE_MEDIA_TYPE } from "../oci/media_types.ts";
import { readBytes } from "../oci/bytes/read.ts";
import { isVersion, parseVersion } from "../oci/version.ts";
import { type ArchiveMeans, chosenGzip, type GzipChoice, gzipChoice } from "../pack/compression_choice.ts";
import { packZip } from "../pack/zip_layer.ts";
import type { Entry } from "../pipeline/entry.ts";
import type { Contents, Factory } from "../pipeline/plugin.ts";
import { SourceError } from "../pipeline/source_error.ts";
import { MODULE_FILE, readModuleFile } from "./cue/module_file.ts";
import type { Profile, SourceIdentity, SourceListing, SourceView } from "./profile.ts";

/** Modules for CUE: `cue mod get`, and imports from the registry of `CUE_REGISTRY`. */
export const CUE_PROFILE: Profile = {
  signs: [],
  recognizes,
  identify,
  tagOf: (version) => `v${parseVersion(version)}`,
  ignoreReading: "git",
  defaultIgnores: [],
  // What no module has in it once it is published.
  ownRules: ["/cue.mod/local-module.cue", "/cue.mod/vendor/", "/.hg_archival.txt"],
  revision: "commit",
  expects: ["version"],
  needsTag: true,
  isFindable: (tag) => tag.startsWith("v") && isVersion(tag.slice(1)),
  usesTime: false,
  compressions: ["zip"],
  takes: [],
  configMediaType: CUE_CONFIG_MEDIA_TYPE,
  archive: cue,
};

/**
 * Two layers, as `cue mod publish` makes them: the module as a zip, and its module file once more. What CUE refuses in
 * a zip is refused; whether the module is tidy is not looked at, because that takes CUE itself.
 *
 * @see {@link https://github.com/cue-lang/cue/blob/v0.17.1/mod/modregistry/client.go | CUE 0.17.1, modregistry/client.go}
 */
export function cue(means: ArchiveMeans = {}): Factory<"archive", GzipChoice> {
  return (kit) =>
    kit.plugin({
      name: "cue",
      version: "1.0.0",
      apiVersion: 1,
      stage: "archive",
      description: "A zip and its module file, for CUE.",
      options: gzipChoice(kit),
      async run({ entries }, options, context): Promise<Contents> {
        const files = entries.filter(({ kind }) => kind === "file");
        const total = files.reduce((sum, { size }) => sum + size, 0);
        refuseRefused(files, 0);
        const module = await moduleFileIn(files);
        const zip = await packZip({
          entries: files,
          mediaType: CUE_MODULE_MEDIA_TYPE,
          compression: chosenGzip(options, means),
          cache: means.cache,
        }, context);
        if (zip.descriptor.size > total) refuseRefused(files, zip.descriptor.size);
        return {
          config: bytesContent(CUE_CONFIG_MEDIA_TYPE, new TextEncoder().encode("{}")),
          layers: [zip, bytesContent(CUE_MODULE_FILE_MEDIA_TYPE, module)],
        };
      },
    });
}

async function moduleFileIn(files: readonly Entry[]): Promise<Uint8Array<ArrayBuffer>> {
  const file = files.find(({ path }) => path === MODULE_FILE);
  if (file === undefined) throw moduleError(`there is no ${MODULE_FILE}`);
  const bytes = await readBytes(file.open());
  readModuleFile(bytes);
  return bytes;
}

function refuseRefused(files: readonly Entry[], size: number): void {
  for (
    const { reason, change } of cueZipFindings(files.map(({ path, size }) => ({ path, type: "file", size })), size)
  ) {
    throw moduleError(reason, change);
  }
}

function moduleError(problem: string, hint?: string): SourceError {
  return new SourceError(`Cannot publish the module: ${problem}`, hint === undefined ? {} : { hint });
}

/** A module of Timoni has the file, too, and is asked about before. */
async function recognizes({ kind, has }: SourceListing): Promise<string | undefined> {
  return kind === "directory" && await has(MODULE_FILE) ? `there is a ${MODULE_FILE}` : undefined;
}

/** The registry of `CUE_REGISTRY` has each module in the repository that its path names. */
async function identify(
  { kind, location, read }: SourceView,
  { version }: { readonly version?: string | undefined },
): Promise<SourceIdentity> {
  if (kind !== "directory") {
    const named = location === "-" ? "standard input" : JSON.stringify(location);
    throw moduleError(`${named} is no directory, and its path has to be known before it is read`);
  }
  const bytes = await read(MODULE_FILE);
  if (bytes === undefined) throw moduleError(`there is no ${MODULE_FILE} in ${JSON.stringify(location)}`);
  const { path, major, line } = readModuleFile(bytes);
  if (version !== undefined && isVersion(version) && Number(version.split(".", 1)[0]) !== major) {
    throw moduleError(`${MODULE_FILE}:${line}: it is ${path}@v${major}, and ${version} is no version ${major}.x.y`);
  }
  return { name: path, from: MODULE_FILE, isFixed: false };
}
