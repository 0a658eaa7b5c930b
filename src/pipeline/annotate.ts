import { CREATED_ANNOTATION, SOURCE_ANNOTATION } from "../oci/annotation_keys.ts";
import { bytesContent } from "../oci/bytes_content.ts";
import { compareBytewise } from "../oci/compare_bytewise.ts";
import { parseCreated } from "../oci/created.ts";
import type { Annotations, Content } from "../oci/descriptor.ts";
import { encodeManifest } from "../oci/manifest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../oci/media_types.ts";
import { withoutCredentials } from "../oci/source_url.ts";
import type { Step } from "./flow.ts";
import type { ReadyPlugin } from "./ready_plugin.ts";
import type { Archive, Artifact, Attributed, Packed } from "./values.ts";
import { wrongOutput } from "./plugin_error.ts";

/** Says in the config of an artifact what its annotations say. */
export type Describe = (config: Content, annotations: Annotations) => Promise<Content>;

/**
 * Gathers annotations, the first plugin to know a key wins, and writes the manifest.
 *
 * @param describe Makes the config that is published of the one that was packed; it is published as it is when left
 *   out.
 */
export function annotate(
  plugins: readonly ReadyPlugin<"annotate">[],
  describe?: Describe,
): Step<Packed, Artifact> {
  return async (packed, context) => {
    const { entries, archive: { config, ...archive } } = packed;
    // A map, because a key may be "__proto__".
    const known = new Map<string, Attributed>();
    for (const plugin of plugins) {
      const given = await plugin.run({
        entries,
        config: config.descriptor,
        layers: archive.layers.map(({ descriptor }) => descriptor),
        known: Object.fromEntries(known),
      }, context);
      for (const [key, value] of Object.entries(given?.set ?? {})) {
        if (known.has(key)) continue;
        const attributed = typeof value === "string" ? { value, from: plugin.id } : value;
        known.set(key, checked(plugin, key, attributed));
      }
    }
    const sorted = [...known].sort(([a], [b]) => compareBytewise(a, b));
    const annotations = Object.fromEntries(sorted.map(([key, { value }]) => [key, value]));
    const described: Archive = { ...archive, config: await describe?.(config, annotations) ?? config };
    return {
      ...packed,
      archive: described,
      annotations: Object.fromEntries(sorted),
      manifest: manifestOf(described, annotations),
    };
  };
}

/** What consumers parse is held to what they expect, whoever knows it. */
function checked(plugin: ReadyPlugin<"annotate">, key: string, attributed: Attributed): Attributed {
  switch (key) {
    case SOURCE_ANNOTATION:
      return publicSource(plugin, attributed);
    case CREATED_ANNOTATION:
      return time(plugin, attributed);
    default:
      return attributed;
  }
}

/** Whoever knows the source may know it with a password, which must not be published. */
function publicSource(plugin: ReadyPlugin<"annotate">, { value, from }: Attributed): Attributed {
  const cleaned = withoutCredentials(value);
  if (cleaned !== undefined) return { value: cleaned, from };
  // The text itself is not shown: it may hold what made it unfit.
  throw wrongOutput(plugin, `set["${SOURCE_ANNOTATION}"]`, "must be the URL of a repository, without credentials");
}

function time(plugin: ReadyPlugin<"annotate">, { value, from }: Attributed): Attributed {
  try {
    return { value: parseCreated(value), from };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw wrongOutput(plugin, `set["${CREATED_ANNOTATION}"]`, `must be a time (RFC 3339): ${error.message}`);
  }
}

function manifestOf(archive: Archive, annotations: Annotations): Content {
  const bytes = encodeManifest({
    ...(archive.artifactType === undefined ? {} : { artifactType: archive.artifactType }),
    config: archive.config.descriptor,
    layers: archive.layers.map((layer) => layer.descriptor),
    annotations,
  });
  const { artifactType } = archive;
  return bytesContent(OCI_MANIFEST_MEDIA_TYPE, bytes, artifactType === undefined ? {} : { artifactType });
}
