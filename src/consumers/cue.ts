import { CUE_CONFIG_MEDIA_TYPE, CUE_MODULE_FILE_MEDIA_TYPE } from "../oci/media_types.ts";
import { isVersion } from "../oci/version.ts";
import { alikePaths } from "./alike_paths.ts";
import type { JudgedArtifact, Member } from "./artifact.ts";
import { type Consumer, type Finding, listed, type Refusal, refuse } from "./consumer.ts";

/** CUE, which fetches modules. */
export const CUE: Consumer = {
  what: "CUE: cue mod and imports of a module from CUE_REGISTRY",
  version: "CUE 0.17.1",
  source: "https://github.com/cue-lang/cue/blob/v0.17.1/mod/modregistry/client.go",
  judge,
};

const BY_CUE = "Publish it with profile cue, or with cue mod publish";

function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  if (artifact.kind === "index") {
    yield refuse("CUE does not look into an index", "Publish one manifest alone");
    return;
  }
  const { manifest: { config }, layers: [zip, file, ...more], tags } = artifact;
  if (config.mediaType !== CUE_CONFIG_MEDIA_TYPE) {
    yield refuse(`CUE wants a config of media type ${CUE_CONFIG_MEDIA_TYPE}, and it is ${config.mediaType}`, BY_CUE);
    return;
  }
  if (zip === undefined || file === undefined || more.length > 0) {
    yield refuse(`CUE wants exactly two layers, and there are ${artifact.layers.length}`, BY_CUE);
    return;
  }
  const { mediaType, artifactType } = file.descriptor;
  if (mediaType !== CUE_MODULE_FILE_MEDIA_TYPE && artifactType !== CUE_MODULE_FILE_MEDIA_TYPE) {
    yield refuse(`CUE wants the module file second, as ${CUE_MODULE_FILE_MEDIA_TYPE}, and it is ${mediaType}`, BY_CUE);
  }
  // What it is called is not looked at.
  if (zip.format !== "zip" || zip.problem !== undefined) {
    yield refuse(`CUE cannot read the module: ${zip.problem ?? "its first layer is no zip"}`, BY_CUE);
  } else yield* cueZipFindings(zip.members, zip.descriptor.size);
  if (tags !== undefined && !tags.some((tag) => tag.startsWith("v") && isVersion(tag.slice(1)))) {
    yield refuse('CUE finds a module by a tag such as v1.2.3, with the "v", and no tag is one', "Tag it so");
  }
}

const ZIP_LIMIT = 500 * 1024 * 1024;
const FILE_LIMIT = 16 * 1024 * 1024;

/**
 * Finds what CUE refuses in the zip of a module.
 *
 * @param size Of the zip, in bytes.
 *
 * @see {@link https://github.com/cue-lang/cue/blob/v0.17.1/mod/modzip/zip.go | CUE 0.17.1, modzip/zip.go}
 */
export function* cueZipFindings(members: readonly Member[], size: number): Generator<Refusal, void, void> {
  const files = members.filter(({ path }) => !path.endsWith("/"));
  const entries = members.map((member) => ({ ...member, path: member.path.replace(/\/$/, "") }));
  const rules: readonly (readonly [what: string, change: string, isWrong: (member: Member) => boolean])[] = [
    ["paths that are not the same on every system", "Rename them", ({ path }) => !isPortable(path)],
    ["a cue.mod anywhere but at the root", "Leave it out", ({ path }) => /\/cue\.mod(?:\/|$)/i.test(path)],
    ["an entry for cue.mod itself", "Leave it out, as with zip -D", ({ path }) => path === "cue.mod"],
    ["cue.mod/local-module.cue", "Leave it out", ({ path }) => path === "cue.mod/local-module.cue"],
    [
      "a module.cue and a LICENSE over 16 MiB",
      "Make them smaller",
      ({ path, size }) => size > FILE_LIMIT && ["cue.mod/module.cue", "LICENSE"].includes(path),
    ],
  ];
  for (const [what, change, isWrong] of rules) {
    const wrong = entries.filter(isWrong).map(({ path }) => path);
    if (wrong.length > 0) yield refuse(`CUE refuses ${what}: ${listed(wrong)}`, change);
  }
  if (!files.some(({ path }) => path === "cue.mod/module.cue")) {
    yield refuse("CUE wants cue.mod/module.cue in the zip, and it is not there", BY_CUE);
  }
  const alike = alikePaths(members.map(({ path }) => path));
  if (alike.length > 0) {
    yield refuse(
      `CUE refuses what is there twice, or differs in upper and lower case only: ${listed(alike)}`,
      "Rename all but one",
    );
  }
  const unpacked = files.reduce((sum, each) => sum + each.size, 0);
  if (size > ZIP_LIMIT || unpacked > ZIP_LIMIT) yield refuse("CUE refuses modules over 500 MiB", "Leave files out");
}

/** As Go's modules have it: no name that some file system, shell or URL reads in another way. */
function isPortable(path: string): boolean {
  return path.split("/").every((name) =>
    /^[\p{L}0-9!#$%&()+,\-.=@[\]^_{}~ ]+$/u.test(name) && !/^\.+$|\.$/.test(name) &&
    !/^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|$)/i.test(name)
  );
}
