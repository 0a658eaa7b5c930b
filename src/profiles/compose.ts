import {
  COMPOSE_ENV_FILE_ANNOTATION,
  COMPOSE_EXTENDS_ANNOTATION,
  COMPOSE_FILE_ANNOTATION,
} from "../oci/annotation_keys.ts";
import type { Annotations, Content } from "../oci/descriptor.ts";
import {
  COMPOSE_EMPTY_CONFIG_MEDIA_TYPE,
  COMPOSE_ENV_FILE_MEDIA_TYPE,
  COMPOSE_FILE_MEDIA_TYPE,
  COMPOSE_PROJECT_ARTIFACT_TYPE,
} from "../oci/media_types.ts";
import { rawLayers } from "../pack/raw_layers.ts";
import type { Entry } from "../pipeline/entry.ts";
import type { Contents, Factory } from "../pipeline/plugin.ts";
import { COMPOSE_FILE_NAMES, isOverrideName } from "./compose/file_names.ts";
import type { Profile, SourceListing } from "./profile.ts";

/** Projects for Docker Compose: `docker compose -f oci://…`. */
export const COMPOSE_PROFILE: Profile = {
  signs: [],
  recognizes,
  ignoreReading: "git",
  defaultIgnores: [],
  ownRules: [],
  only: {
    async choose(entries): Promise<(path: string) => boolean> {
      const { filesOf, readProject } = await import("./compose/project.ts");
      const paths = new Set(filesOf(await readProject(entries)).map(({ path }) => path));
      return (path) => paths.has(path);
    },
    reason: "no Compose file of the project names it (compose profile)",
  },
  revision: "commit",
  expects: [],
  needsTag: false,
  usesTime: false,
  compressions: [],
  takes: [],
  artifactType: COMPOSE_PROJECT_ARTIFACT_TYPE,
  configMediaType: COMPOSE_EMPTY_CONFIG_MEDIA_TYPE,
  archive: compose,
};

/**
 * One layer for each file, as `docker compose publish` makes them: the Compose files that are merged, those that
 * services extend, and env files. Compose knows them by annotations; the title is for everybody else.
 *
 * @see {@link https://github.com/docker/compose/blob/v5.5.0/pkg/remote/oci.go | Docker Compose 5.5.0, pkg/remote/oci.go}
 */
export function compose(): Factory<"archive", Readonly<Record<never, never>>> {
  return (kit) =>
    kit.plugin({
      name: "compose",
      version: "1.0.0",
      apiVersion: 1,
      stage: "archive",
      description: "A layer for each Compose file and env file, for Docker Compose.",
      options: kit.z.strictObject({}),
      async run({ entries }, _options, context): Promise<Contents> {
        const { readProject } = await import("./compose/project.ts");
        const { composeFiles, extended, envFiles, missed } = await readProject(entries);
        for (const sentence of missed) context.log.warn(sentence);
        const layers = async (
          files: readonly Entry[],
          mediaType: string,
          annotationsOf: (path: string) => Annotations,
        ): Promise<readonly Content[]> => {
          const made = await rawLayers(files, () => mediaType, context);
          return made.map(({ descriptor, ...content }, at) => {
            const annotations = { ...descriptor.annotations, ...annotationsOf(files[at]?.path ?? "") };
            return { ...content, descriptor: { ...descriptor, annotations } };
          });
        };
        return {
          artifactType: COMPOSE_PROJECT_ARTIFACT_TYPE,
          layers: [
            ...await layers(composeFiles, COMPOSE_FILE_MEDIA_TYPE, (path) => ({ [COMPOSE_FILE_ANNOTATION]: path })),
            ...await layers(extended, COMPOSE_FILE_MEDIA_TYPE, (path) => ({
              [COMPOSE_EXTENDS_ANNOTATION]: "true",
              [COMPOSE_FILE_ANNOTATION]: path,
            })),
            ...await layers(envFiles, COMPOSE_ENV_FILE_MEDIA_TYPE, (path) => ({ [COMPOSE_ENV_FILE_ANNOTATION]: path })),
          ],
        };
      },
    });
}

/** A Compose file, and nothing but what belongs to it by its name. */
async function recognizes({ kind, files }: SourceListing): Promise<string | undefined> {
  if (kind !== "directory") return undefined;
  let found: string | undefined;
  for await (const { path } of files()) {
    if (COMPOSE_FILE_NAMES.includes(path)) found ??= path;
    else if (!isOverrideName(path) && !/^[^/]*\.env$|^\.env[^/]*$/.test(path)) return undefined;
  }
  return found && `there is a ${found}, and nothing but env files beside it`;
}
