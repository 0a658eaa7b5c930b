import { SOURCE_ANNOTATION } from "../oci/annotation_keys.ts";
import { bytesContent } from "../oci/bytes_content.ts";
import { compareBytewise } from "../oci/compare_bytewise.ts";
import type { Content } from "../oci/descriptor.ts";
import { encodeManifest } from "../oci/manifest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../oci/media_types.ts";
import { cleanSourceUrl } from "../oci/source_url.ts";
import type { Step } from "./flow.ts";
import type { ReadyPlugin } from "./ready_plugin.ts";
import type { Archive, Artifact, Attributed, Packed } from "./values.ts";
import { wrongOutput } from "./plugin_error.ts";

/** Gathers annotations, the first plugin to know a key wins, and writes the manifest. */
export function annotate(plugins: readonly ReadyPlugin<"annotate">[]): Step<Packed, Artifact> {
  return async (packed, context) => {
    const { entries, archive } = packed;
    // A map, because a key may be "__proto__".
    const known = new Map<string, Attributed>();
    for (const plugin of plugins) {
      const given = await plugin.run({
        entries,
        config: archive.config.descriptor,
        layers: archive.layers.map(({ descriptor }) => descriptor),
        known: Object.fromEntries(known),
      }, context);
      for (const [key, value] of Object.entries(given?.set ?? {})) {
        if (known.has(key)) continue;
        const attributed = typeof value === "string" ? { value, from: plugin.id } : value;
        known.set(key, key === SOURCE_ANNOTATION ? publicSource(plugin, attributed) : attributed);
      }
    }
    const sorted = [...known].sort(([a], [b]) => compareBytewise(a, b));
    return {
      ...packed,
      annotations: Object.fromEntries(sorted),
      manifest: manifestOf(archive, sorted),
    };
  };
}

/** Whoever knows the source may know it with a password, which must not be published. */
function publicSource(plugin: ReadyPlugin<"annotate">, { value, from }: Attributed): Attributed {
  const cleaned = cleanSourceUrl(value);
  if (cleaned !== undefined) return { value: cleaned, from };
  // The text itself is not shown: it may hold what made it unfit.
  throw wrongOutput(plugin, `set["${SOURCE_ANNOTATION}"]`, "must be the URL of a repository, without credentials");
}

function manifestOf(archive: Archive, annotations: readonly [string, Attributed][]): Content {
  const bytes = encodeManifest({
    ...(archive.artifactType === undefined ? {} : { artifactType: archive.artifactType }),
    config: archive.config.descriptor,
    layers: archive.layers.map((layer) => layer.descriptor),
    annotations: Object.fromEntries(annotations.map(([key, { value }]) => [key, value])),
  });
  const { artifactType } = archive;
  return bytesContent(OCI_MANIFEST_MEDIA_TYPE, bytes, artifactType === undefined ? {} : { artifactType });
}
