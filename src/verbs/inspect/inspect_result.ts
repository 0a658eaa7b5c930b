import type { Verdict } from "../../consumers/judge.ts";
import type { Annotations, Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { artifactTypeOf, manifestParts, type ParsedManifest } from "../../oci/parse_manifest.ts";
import type { FoundReferrer } from "./find_referrers.ts";
import type { LayerFile } from "./layer_files.ts";
import type { ReferrerRole } from "./referrer_role.ts";
import { unseenSignatures } from "./unseen_signatures.ts";

/** What was published, as `gantry inspect -o json` prints it. */
export interface InspectResult {
  /** As the user named it, with the tag that was meant. */
  readonly reference: string;
  /** The place and the digest. */
  readonly url: string;
  /** The digest of the manifest. */
  readonly digest: Digest;
  /** The index that led to the manifest; absent when there was none. */
  readonly index?: InspectedManifest;
  /** The media type of the manifest. */
  readonly mediaType: string;
  /** The type of the artifact, or else the media type of its config; an index may have none. */
  readonly artifactType?: string;
  /** Size of the manifest and everything that it names, in bytes. */
  readonly size: number;
  /** What it refers to. */
  readonly subject?: Descriptor;
  /** Its annotations. */
  readonly annotations: Annotations;
  /** The config of a manifest; an index has none. */
  readonly config?: Descriptor;
  /** The layers of a manifest; an index has none. */
  readonly layers?: readonly InspectedLayer[];
  /** What an index consists of. */
  readonly manifests?: readonly InspectedManifest[];
  /** What refers to it, when that was asked for. */
  readonly referrers?: readonly InspectedReferrer[];
  /** Who does not see a signature that is there, a sentence each; absent when referrers were not asked for. */
  readonly notes?: readonly string[];
  /** Whether those who were asked for accept it; absent when nobody was. */
  readonly consumers?: readonly Verdict[];
}

/** A layer, with its files when they were asked for. */
export interface InspectedLayer extends Descriptor {
  /** Its files. */
  readonly files?: readonly LayerFile[];
}

/** An index or a manifest of one, with what refers to it when that was asked for. */
export interface InspectedManifest extends Descriptor {
  /** What refers to it. */
  readonly referrers?: readonly InspectedReferrer[];
}

/** A manifest that refers to another one. */
export interface InspectedReferrer extends Descriptor, ReferrerRole {
  /** The tag by which it refers, where it does not name its subject. */
  readonly tag?: string;
  /** Set when it stands somewhere else in the tree already. */
  readonly repeated?: true;
  /** What refers to it in turn. */
  readonly referrers: readonly InspectedReferrer[];
}

/** What was found out. */
export interface Inspected {
  readonly reference: string;
  readonly url: string;
  readonly descriptor: Descriptor;
  readonly manifest: ParsedManifest;
  /** What led to the manifest, if that was an index. */
  readonly index?: Descriptor;
  /** By the digest of the layer. */
  readonly files?: ReadonlyMap<Digest, readonly LayerFile[]>;
  /** By the digest of what they refer to. */
  readonly referrers?: ReadonlyMap<Digest, readonly FoundReferrer[]>;
  /** Whether those who were asked for accept it. */
  readonly consumers?: readonly Verdict[];
}

/** Says what was found out. */
export function inspectResult(inspected: Inspected): InspectResult {
  const { reference, url, descriptor, manifest, index, files, referrers, consumers } = inspected;
  const artifactType = artifactTypeOf(manifest);
  const contents = new Map([descriptor, ...manifestParts(manifest)].map(({ digest, size }) => [digest, size]));
  return {
    reference,
    url,
    digest: descriptor.digest,
    ...(index === undefined ? {} : { index: withReferrers(index) }),
    mediaType: descriptor.mediaType,
    ...(artifactType === undefined ? {} : { artifactType }),
    size: [...contents.values()].reduce((sum, size) => sum + size, 0),
    ...(manifest.subject === undefined ? {} : { subject: manifest.subject }),
    annotations: manifest.annotations ?? {},
    ...(manifest.kind === "index"
      ? {
        manifests: manifest.manifests.map(withReferrers),
      }
      : {
        config: manifest.config,
        layers: manifest.layers.map((layer): InspectedLayer => {
          const inside = files?.get(layer.digest);
          return { ...layer, ...(inside === undefined ? {} : { files: inside }) };
        }),
      }),
    ...(referrers === undefined ? {} : { referrers: inspectedReferrers(referrers.get(descriptor.digest)) }),
    ...(referrers === undefined ? {} : { notes: unseenSignatures(referrers.get(descriptor.digest)) }),
    ...(consumers === undefined ? {} : { consumers }),
  };

  function withReferrers(each: Descriptor): InspectedManifest {
    if (referrers === undefined) return each;
    return { ...each, referrers: inspectedReferrers(referrers.get(each.digest)) };
  }
}

function inspectedReferrers(referrers: readonly FoundReferrer[] = []): readonly InspectedReferrer[] {
  return referrers.map(({ descriptor, tag, isRepeated, role, predicateType, referrers }) => ({
    ...descriptor,
    ...(role === undefined ? {} : { role }),
    ...(predicateType === undefined ? {} : { predicateType }),
    ...(tag === undefined ? {} : { tag }),
    ...(isRepeated ? { repeated: true } : {}),
    referrers: inspectedReferrers(referrers),
  }));
}
