import { TITLE_ANNOTATION } from "../../oci/annotation_keys.ts";
import type { Annotations } from "../../oci/descriptor.ts";
import { GZIP_LEVEL } from "../../pack/compression.ts";
import { type ArchiveMeans, chosenGzip } from "../../pack/compression_choice.ts";
import { type PackingContext, packLayer } from "../../pack/layer.ts";
import { rawLayers } from "../../pack/raw_layers.ts";
import { tree } from "../../pack/tree.ts";
import { packZip } from "../../pack/zip_layer.ts";
import { type Entry, inWalkOrder } from "../../pipeline/entry.ts";
import type { Contents, Factory } from "../../pipeline/plugin.ts";
import type { DeclaredProfile, OwnLayer } from "./declaration.ts";
import { ownConfig, type PackedLayer } from "./own_config.ts";
import { ownError } from "./own_error.ts";
import { layersOf, prefixed, titleOfFile } from "./own_layers.ts";
import { withVersion } from "./placeholders.ts";

/** How the layers of a declared profile are packed. */
export interface OwnChoice {
  /** 1 (fast) to 9 (small). */
  readonly compressionLevel?: number | undefined;
}

/** Makes the archive plugin of a declared profile. */
export function ownArchive(profile: DeclaredProfile): (means: ArchiveMeans) => Factory<"archive", OwnChoice> {
  const { name, declared: { artifactType, config, layers } } = profile;
  return (means) => (kit) =>
    kit.plugin({
      name,
      version: "1.0.0",
      apiVersion: 1,
      stage: "archive",
      description: "A profile of the configuration.",
      options: kit.z.strictObject({
        compressionLevel: kit.z.int().min(1).max(9).optional().describe("How hard to compress: 1 to 9."),
      }),
      async run({ entries }, { compressionLevel = GZIP_LEVEL }, context): Promise<Contents> {
        const { version } = means;
        const files = layersOf(entries, profile);
        const packed: PackedLayer[] = [];
        for (const [at, layer] of layers.entries()) {
          const known = withVersion(layer, version, () =>
            ownError(profile, "there is no version for it", ["layers", at]));
          packed.push(...await pack(known, files[at] ?? [], { ...means, compressionLevel }, context));
        }
        refuseTwice(packed);
        return {
          ...(artifactType === undefined ? {} : { artifactType }),
          ...(config === undefined ? {} : { config: await ownConfig(profile, config, { entries, packed, version }) }),
          layers: packed.map(({ content }) =>
            content
          ),
        };
      },
    });

  function refuseTwice(packed: readonly PackedLayer[]): void {
    const seen = new Set<string>();
    for (const { content: { descriptor: { annotations = {} } } } of packed) {
      const title = annotations[TITLE_ANNOTATION];
      if (title === undefined) continue;
      if (seen.has(title)) throw ownError(profile, `two layers have the title ${JSON.stringify(title)}`, ["layers"]);
      seen.add(title);
    }
  }
}

async function pack(
  layer: OwnLayer,
  files: readonly Entry[],
  { compressionLevel, ...means }: ArchiveMeans & { readonly compressionLevel: number },
  context: PackingContext,
): Promise<readonly PackedLayer[]> {
  const { as, mediaType, title, annotations: own = {} } = layer;
  if (as === "raw") return await packRaw(layer, files, context);
  const annotations: Annotations = { ...own, ...(title ? { [TITLE_ANNOTATION]: title } : {}) };
  const described = {
    mediaType,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    cache: means.cache,
  };
  const inPlace = files.map((file) => ({ ...file, path: prefixed(layer, file.path) }));
  const compression = chosenGzip({ compressionLevel }, means);
  if (as === "zip") {
    const content = await packZip({ ...described, entries: inWalkOrder(inPlace), compression }, context);
    return [{ content, diffId: content.descriptor.digest }];
  }
  return [
    await packLayer({
      ...described,
      entries: tree(withDirectories(inPlace), { root: false, trailingSlash: true }),
      compression: as === "tar" ? { kind: "none" } : compression,
    }, context),
  ];
}

async function packRaw(
  layer: OwnLayer,
  files: readonly Entry[],
  context: PackingContext,
): Promise<readonly PackedLayer[]> {
  const contents = await rawLayers(files, () => layer.mediaType, context);
  return contents.map(({ descriptor, ...content }, at) => {
    const title = titleOfFile(layer, prefixed(layer, files[at]?.path ?? ""), {});
    const annotations = { ...layer.annotations, ...(title === undefined ? {} : { [TITLE_ANNOTATION]: title }) };
    const { annotations: _, ...described } = descriptor;
    const content_ = { ...content, descriptor: { ...described, annotations } };
    return { content: content_, diffId: descriptor.digest };
  });
}

/** The directories above the files, each before what is in it: some tools make none by themselves. */
function withDirectories(files: readonly Entry[]): readonly Entry[] {
  const above = files.flatMap(({ path }) => {
    const parts = path.split("/").slice(0, -1);
    return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
  });
  const directories = [...new Set(above)].map((path): Entry => {
    return { path, kind: "directory", executable: false, size: 0, open: () => new Blob([]).stream() };
  });
  return inWalkOrder([...directories, ...files]);
}
