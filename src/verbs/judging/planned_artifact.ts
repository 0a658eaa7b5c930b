import type { Signatures, SingleArtifact } from "../../consumers/artifact.ts";
import type { Content } from "../../oci/descriptor.ts";
import { readContent } from "../../oci/bytes_content.ts";
import { parseManifest } from "../../oci/parse_manifest.ts";
import type { Artifact } from "../../pipeline/values.ts";
import type { Context } from "../../work/context.ts";
import { layerMeter, lookAtLayer } from "./look_at_layer.ts";
import { readConfig } from "./read_config.ts";

/** What will become of an artifact. */
export interface Plans {
  /** Every tag that it will get somewhere. */
  readonly tags: readonly string[];
  /** What will sign it; left out when nothing will. */
  readonly signatures?: Signatures;
}

/** Looks at what was packed as consumers will. */
export async function plannedArtifact(
  { archive, manifest: { descriptor, open } }: Artifact,
  plans: Plans,
  context: Context,
): Promise<SingleArtifact> {
  const manifest = parseManifest(await readContent({ descriptor, open }), descriptor);
  if (manifest.kind === "index") throw new TypeError("Cannot look at an index: a push makes a manifest");
  const meter = layerMeter();
  const layers = [];
  for (const [at, layer] of archive.layers.entries()) {
    // What the manifest says of it, and not what the plugin that packs has said.
    const named = manifest.layers[at] ?? layer.descriptor;
    layers.push(await lookAtLayer(named, layer.open(), { meter, context }));
  }
  return {
    kind: "manifest",
    descriptor,
    manifest,
    saysMediaType: true,
    ...await configOf(archive.config),
    layers,
    ...plans,
  };
}

async function configOf(content: Content): Promise<Pick<SingleArtifact, "config">> {
  return await readConfig(content.descriptor, () => Promise.resolve(content.open()));
}
