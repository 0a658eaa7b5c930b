import {
  ORAS_CONTENT_DIGEST_ANNOTATION,
  ORAS_CONTENT_UNPACK_ANNOTATION,
  TITLE_ANNOTATION,
} from "../oci/annotation_keys.ts";
import { bytesContent } from "../oci/bytes_content.ts";
import { IMAGE_LAYER_MEDIA_TYPE, OPA_CONFIG_MEDIA_TYPE, TRIVY_LAYER_MEDIA_TYPE } from "../oci/media_types.ts";
import { type ArchiveMeans, chosenGzip, type GzipChoice, gzipFields } from "../pack/compression_choice.ts";
import { packLayer } from "../pack/layer.ts";
import { tree } from "../pack/tree.ts";
import type { Entry } from "../pipeline/entry.ts";
import type { Contents, Factory } from "../pipeline/plugin.ts";
import { BUNDLE_MANIFEST, SIGNATURES } from "./opa/bundle_files.ts";
import type { Profile, SourceListing } from "./profile.ts";

/** Bundles of policies and data: OPA's own downloader, and Trivy's checks. */
export const OPA_PROFILE: Profile = {
  signs: [],
  recognizes,
  ignoreReading: "git",
  defaultIgnores: [],
  ownRules: [],
  only: { choose: () => isBundleFile, reason: "OPA reads no such file of a bundle (opa profile)" },
  revision: "commit",
  expects: ["revision"],
  needsTag: false,
  usesTime: false,
  compressions: ["gzip"],
  takes: ["trivy"],
  configMediaType: OPA_CONFIG_MEDIA_TYPE,
  archive: opa,
  async arrange(entries, { revision }): Promise<readonly Entry[]> {
    const { bundleOf } = await import("./opa/bundle.ts");
    return await bundleOf(entries, { revision });
  },
  passing: { path: BUNDLE_MANIFEST, without: withoutRevision },
};

/** How a bundle is packed. */
export interface OpaChoice extends GzipChoice {
  /** Whether it is for Trivy, which wants a media type of its own and a file to unpack. */
  readonly trivy?: boolean | undefined;
}

/**
 * One gzip layer with the bundle in it: its manifest checked, or made.
 *
 * OPA takes the first layer of the media type of images, and looks at nothing else. The layer says how `oras` and
 * `conftest pull` unpack it, so that they have the files. Trivy takes a layer of its own media type, and calls what it
 * unpacks as its title says.
 *
 * @see {@link https://github.com/open-policy-agent/opa/blob/v1.21.1/v1/download/oci_download.go | OPA 1.21.1, oci_download.go}
 */
export function opa(means: ArchiveMeans = {}): Factory<"archive", OpaChoice> {
  return (kit) =>
    kit.plugin({
      name: "opa",
      version: "1.0.0",
      apiVersion: 1,
      stage: "archive",
      description: "A bundle of policies and data, for OPA and Trivy.",
      options: kit.z.strictObject({
        ...gzipFields(kit),
        trivy: kit.z.boolean().optional().describe("Whether it is for Trivy and not for OPA."),
      }),
      async run({ entries }, { trivy = false, ...choice }, context): Promise<Contents> {
        const { bundleOf } = await import("./opa/bundle.ts");
        const bundle = await bundleOf(entries, { revision: await means.revision?.() });
        if (!bundle.some(({ path }) => isContent(path))) {
          context.log.warn(
            "There is no policy (.rego, policy.wasm) and no data.json or data.yaml: the bundle is empty",
          );
        }
        const { content: { descriptor, ...content }, diffId } = await packLayer({
          entries: tree(bundle, { root: false, trailingSlash: true }),
          mediaType: trivy ? TRIVY_LAYER_MEDIA_TYPE : `${IMAGE_LAYER_MEDIA_TYPE}+gzip`,
          compression: chosenGzip(choice, means),
        }, context);
        const annotations = trivy ? { [TITLE_ANNOTATION]: "bundle.tar.gz" } : {
          [TITLE_ANNOTATION]: ".",
          [ORAS_CONTENT_UNPACK_ANNOTATION]: "true",
          [ORAS_CONTENT_DIGEST_ANNOTATION]: diffId,
        };
        return {
          config: bytesContent(OPA_CONFIG_MEDIA_TYPE, new TextEncoder().encode("{}")),
          layers: [{ ...content, descriptor: { ...descriptor, annotations } }],
        };
      },
    });
}

const CONTENT_REGEXP = /\.rego$|(?:^|\/)(?:policy\.wasm|plan\.(?:json|pb)|data\.(?:json|ya?ml)|patch\.json)$/;

function isContent(path: string): boolean {
  return CONTENT_REGEXP.test(path);
}

/** A manifest is one at any depth to OPA, so a second one must be refused and not left out. */
function isBundleFile(path: string): boolean {
  return isContent(path) || path === SIGNATURES || /(?:^|\/)\.manifest(?:\.pb)?$/.test(path);
}

/** A manifest of a bundle, and policies. */
async function recognizes({ kind, files, has }: SourceListing): Promise<string | undefined> {
  if (kind !== "directory" || !await has(BUNDLE_MANIFEST)) return undefined;
  for await (const { path } of files()) {
    if (/\.rego$|(?:^|\/)policy\.wasm$/.test(path)) return `there are policies and the ${BUNDLE_MANIFEST} of a bundle`;
  }
  return undefined;
}

/** What a manifest says of a bundle, and not of the commit that it was made of. */
function withoutRevision(content: Uint8Array<ArrayBuffer>): string {
  const text = new TextDecoder().decode(content);
  try {
    const { revision: _, ...rest } = JSON.parse(text);
    return JSON.stringify(rest);
  } catch {
    return text;
  }
}
