import { bytesContent, readContent } from "../oci/bytes_content.ts";
import { compareBytewise } from "../oci/compare_bytewise.ts";
import { formatCreated } from "../oci/created.ts";
import type { Annotations, Content, Platform } from "../oci/descriptor.ts";
import { IMAGE_CONFIG_MEDIA_TYPE, IMAGE_LAYER_MEDIA_TYPE } from "../oci/media_types.ts";
import { parsePlatform, USUAL_PLATFORM } from "../oci/platform.ts";
import { WHITEOUT_PREFIX } from "../oci/whiteout.ts";
import type { BaseConfig } from "../pack/base_image.ts";
import { compressedMediaType } from "../pack/compression.ts";
import {
  type ArchiveMeans,
  chosenCompression,
  type CompressionChoice,
  compressionFields,
} from "../pack/compression_choice.ts";
import { packLayer } from "../pack/layer.ts";
import { tree } from "../pack/tree.ts";
import type { Entry } from "../pipeline/entry.ts";
import type { Contents, Factory } from "../pipeline/plugin.ts";
import { SourceError } from "../pipeline/source_error.ts";
import type { Profile } from "./profile.ts";

/** Container images with files and nothing else, for every tool that takes an image. */
export const IMAGE_PROFILE: Profile = {
  signs: [],
  ignoreReading: "git",
  defaultIgnores: [],
  ownRules: [],
  revision: "commit",
  expects: [],
  needsTag: false,
  usesTime: true,
  compressions: ["gzip", "zstd", "none"],
  takes: ["labels", "platform", "base", "entrypoint", "imageEnv"],
  configMediaType: IMAGE_CONFIG_MEDIA_TYPE,
  archive: image,
  describe: withLabels,
};

/** What an image says beside its files. */
export interface ImageChoice extends CompressionChoice {
  /** Labels in its config, beside those that say what the annotations say. */
  readonly labels?: Annotations | undefined;
  /** The platform in its config, as `OS/ARCHITECTURE` or `OS/ARCHITECTURE/VARIANT`; linux/amd64 when left out. */
  readonly platform?: string | undefined;
  /** The program and its first arguments; those of the image that it is built on when left out. */
  readonly entrypoint?: readonly string[] | undefined;
  /** Environment variables, beside those of the image that it is built on. */
  readonly imageEnv?: Readonly<Record<string, string>> | undefined;
}

/**
 * A container image with the files and nothing else, as `FROM scratch` and
 * `COPY` make it, or with another image below them. The config has real `diff_ids` and a history, so every image tool
 * takes it, and the time that stands for now if there is one.
 *
 * A name that begins with `.wh.` is refused with a `SourceError`: in an image it is no file, but takes one away.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md | OCI image-spec 1.1.1, Image Configuration}
 */
export function image(means: ArchiveMeans = {}): Factory<"archive", ImageChoice> {
  const { base } = means;
  return (kit) =>
    kit.plugin({
      name: "image",
      version: "1.0.0",
      apiVersion: 1,
      stage: "archive",
      description: "A container image with the files and nothing else.",
      options: kit.z.strictObject({
        ...compressionFields(kit),
        labels: kit.z.record(kit.z.string().min(1), kit.z.string()).optional().describe(
          "Labels in the config, beside those that say what the annotations say.",
        ),
        platform: kit.z.string().refine(isPlatform, "must be OS/ARCHITECTURE, such as linux/amd64").optional()
          .describe(`The platform that the config names; ${USUAL_PLATFORM} when left out.`),
        entrypoint: kit.z.array(kit.z.string()).min(1).optional().describe("The program and its first arguments."),
        imageEnv: kit.z.record(kit.z.string().regex(/^[^=]+$/, "must be a name without an equals sign"), kit.z.string())
          .optional().describe("Environment variables in the config."),
      }),
      async run({ entries }, { labels = {}, platform = USUAL_PLATFORM, ...choice }, context): Promise<Contents> {
        refuseWhiteouts(entries);
        const compression = chosenCompression(choice, means);
        const { content, diffId } = await packLayer({
          entries: tree(entries, { root: false, trailingSlash: true }),
          mediaType: compressedMediaType(IMAGE_LAYER_MEDIA_TYPE, compression),
          compression,
          cache: means.cache,
        }, context);
        const { sourceDate } = context;
        const created = sourceDate && { created: formatCreated(Math.floor(sourceDate.getTime() / 1000)) };
        const config = JSON.stringify({
          ...created,
          ...platformFields(platform),
          ...(base?.config["os.version"] === undefined ? {} : { "os.version": base.config["os.version"] }),
          config: runConfig({ ...choice, labels }, base?.config),
          rootfs: { type: "layers", diff_ids: [...base?.config.rootfs.diff_ids ?? [], diffId] },
          // Tools that write older formats want one entry for each layer.
          history: [...base?.config.history ?? [], { ...created, created_by: "gantry" }],
        });
        return {
          config: bytesContent(IMAGE_CONFIG_MEDIA_TYPE, new TextEncoder().encode(config)),
          layers: [...base?.layers ?? [], content],
        };
      },
    });
}

function isPlatform(text: string): boolean {
  try {
    parsePlatform(text);
    return true;
  } catch {
    return false;
  }
}

function platformFields(text: string): Platform {
  const { os, architecture, variant } = parsePlatform(text);
  return { architecture, os, ...(variant === undefined ? {} : { variant }) };
}

/**
 * How a container starts: as the base says, but for what was chosen. A new program takes no arguments of the old one.
 */
function runConfig(
  { entrypoint, imageEnv: env = {}, labels = {} }: Pick<ImageChoice, "entrypoint" | "imageEnv" | "labels">,
  base: BaseConfig | undefined,
): Readonly<Record<string, unknown>> {
  const { Labels, Env, Cmd, ...rest } = base?.config ?? {};
  // Those of OCI's own keys say what the base is, and would be wrong of this image.
  const kept = Object.entries(Labels ?? {}).filter(([key]) => !key.startsWith("org.opencontainers.image."));
  const inherited = Array.isArray(Env)
    ? Env.filter((line) => !Object.hasOwn(env, String(line).split("=", 1)[0] ?? ""))
    : [];
  const all = [...inherited, ...Object.entries(env).map(([key, value]) => `${key}=${value}`)];
  return {
    ...rest,
    ...(all.length === 0 ? {} : { Env: all }),
    ...(entrypoint === undefined ? (Cmd === undefined ? {} : { Cmd }) : { Entrypoint: entrypoint }),
    ...labelled({ ...Object.fromEntries(kept), ...labels }),
  };
}

function labelled(labels: Annotations): { readonly Labels?: Annotations } {
  const sorted = Object.entries(labels).sort(([a], [b]) => compareBytewise(a, b));
  return sorted.length === 0 ? {} : { Labels: Object.fromEntries(sorted) };
}

/**
 * Many tools show the labels of an image, and know nothing of annotations. A label that was given counts over those.
 */
async function withLabels(config: Content, annotations: Annotations): Promise<Content> {
  const fields: ImageConfig = JSON.parse(new TextDecoder().decode(await readContent(config)));
  const described = {
    ...fields,
    config: { ...fields.config, ...labelled({ ...annotations, ...fields.config.Labels }) },
  };
  return bytesContent(config.descriptor.mediaType, new TextEncoder().encode(JSON.stringify(described)));
}

interface ImageConfig {
  readonly config: { readonly Labels?: Annotations };
}

function refuseWhiteouts(entries: readonly Entry[]): void {
  for (const { path } of entries) {
    if (!path.split("/").some((part) => part.startsWith(WHITEOUT_PREFIX))) continue;
    const named = JSON.stringify(path);
    throw new SourceError(
      `Cannot publish ${named} in an image: a name that begins with "${WHITEOUT_PREFIX}" deletes a file there`,
    );
  }
}

/**
 * The config that current Timoni and Flux write: an image config without content, always the same 115 bytes,
 * `sha256:5b943e2b943f6c81dbbd4e2eca5121f4fcc39139e3d1219d6d89bd925b77d9fe`. Neither of them reads it.
 */
export function emptyImageConfig(mediaType: string): Content {
  return bytesContent(
    mediaType,
    new TextEncoder().encode(
      '{"architecture":"","created":"0001-01-01T00:00:00Z","os":"","rootfs":{"type":"layers","diff_ids":null},"config":{}}',
    ),
  );
}
