import type { Gzip } from "../pack/compression.ts";
import type { Entry } from "../pipeline/entry.ts";
import type { DeclaredProfile, OwnLayer } from "./own/declaration.ts";
import { ownAnnotations } from "./own/own_annotations.ts";
import { ownArchive } from "./own/own_archive.ts";
import { layersOf, pathIn } from "./own/own_layers.ts";
import { ownVersion } from "./own/own_version.ts";
import { fillIn } from "./own/placeholders.ts";
import type { Profile } from "./profile.ts";

/** Makes a profile of its declaration. */
export function ownProfile(profile: DeclaredProfile): Profile {
  const { name, declared } = profile;
  const { layers, config, ignoreFile, version, tag } = declared;
  return {
    signs: [],
    ...(version === undefined ? {} : { identify: ownVersion(profile) }),
    ...(tag === undefined && version === undefined
      ? {}
      : { tagOf: (text) => fillIn(tag ?? "{version}", { version: text.replace("+", "_") }) }),
    ...(ignoreFile === undefined ? {} : { ignoreFile }),
    ignoreReading: "git",
    defaultIgnores: declared.ignore ?? [],
    ownRules: [],
    only: {
      choose(entries): (path: string) => boolean {
        const paths = new Set(layersOf(entries, profile).flat().map(({ path }) => path));
        return (path) => paths.has(path) || path === config?.file;
      },
      reason: `no layer of profile ${name} takes it`,
    },
    revision: "commit",
    expects: [],
    needsTag: declared.needsTag ?? false,
    usesTime: false,
    compressions: compressionsOf(layers),
    takes: [],
    archive: ownArchive(profile),
    ...(declared.annotations === undefined ? {} : { annotate: ownAnnotations(profile, declared.annotations) }),
    arrange(entries, { version }): Promise<readonly Entry[]> {
      const arranged = layersOf(entries, profile).flatMap((files, at) => {
        const layer = layers[at];
        return layer === undefined
          ? []
          : files.map((file) => ({ ...file, path: pathIn(layer, file.path, { version }) }));
      });
      return Promise.resolve(arranged);
    },
  };
}

function compressionsOf(layers: readonly OwnLayer[]): readonly (Gzip["kind"] | "zip")[] {
  if (layers.some(({ as }) => as === "tar+gzip")) return ["gzip"];
  return layers.some(({ as }) => as === "zip") ? ["zip"] : [];
}
