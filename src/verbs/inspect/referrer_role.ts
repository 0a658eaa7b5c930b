import { BUNDLE_PREDICATE_ANNOTATION } from "../../oci/annotation_keys.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { isSigstoreBundleMediaType, SIGSTORE_BUNDLE_PREFIX } from "../../oci/media_types.ts";
import { parseManifest } from "../../oci/parse_manifest.ts";
import { readBytes } from "../../oci/bytes/read.ts";
import { SIGNATURE_PREDICATE } from "../../sign/formats/predicate_types.ts";
import { parseSigstoreBundle } from "../../sign/formats/sigstore_bundle.ts";
import { parseStatement } from "../../sign/formats/statement.ts";
import type { StoreReader } from "../../store/store.ts";
import type { Context } from "../../work/context.ts";

/** What a referrer is to the artifact, as it says itself: nothing of it is verified. */
export interface ReferrerRole {
  /** What it is; absent when that is not known. */
  readonly role?: "signature" | "attestation" | "sbom";
  /** What an attestation says: a URI. */
  readonly predicateType?: string;
}

/** The artifact type of what `notation` signs. */
const NOTATION_ARTIFACT_TYPE = "application/vnd.cncf.notary.signature";
/** How large a bundle may be that is read only to know what is in it, in bytes. */
const BUNDLE_SIZE_LIMIT = 1024 * 1024;
/** How long a URI is that anybody means. */
const TYPE_LENGTH_LIMIT = 1000;

const TAG_ROLES: Readonly<Record<string, ReferrerRole["role"]>> = {
  sig: "signature",
  att: "attestation",
  sbom: "sbom",
};

/** What stands behind a tag of cosign's. */
export function roleOfTag(tag: string): ReferrerRole {
  const role = TAG_ROLES[tag.split(".").at(-1) ?? ""];
  return role === undefined ? {} : { role };
}

/**
 * Says what a referrer is. Where its descriptor does not tell, as in a list that cosign wrote, its manifest does, and
 * otherwise the bundle in it.
 */
export async function roleOf(store: StoreReader, referrer: Descriptor, context: Context): Promise<ReferrerRole> {
  const { artifactType, annotations } = referrer;
  if (artifactType === NOTATION_ARTIFACT_TYPE) return { role: "signature" };
  if (!artifactType?.startsWith(SIGSTORE_BUNDLE_PREFIX)) return {};
  try {
    return rolesOf(annotations?.[BUNDLE_PREDICATE_ANNOTATION] ?? await predicateIn(store, referrer, context));
  } catch (error) {
    context.signal.throwIfAborted();
    context.log.debug(`Cannot tell what ${referrer.digest} says: ${error}`);
    return {};
  }
}

function rolesOf(predicateType: string | undefined): ReferrerRole {
  if (predicateType === undefined || predicateType.length > TYPE_LENGTH_LIMIT) return {};
  return { role: predicateType === SIGNATURE_PREDICATE ? "signature" : "attestation", predicateType };
}

async function predicateIn(store: StoreReader, { digest }: Descriptor, context: Context): Promise<string | undefined> {
  const stored = await store.fetchManifest(digest, context);
  const manifest = stored && parseManifest(stored.bytes, stored.descriptor);
  const said = manifest?.annotations?.[BUNDLE_PREDICATE_ANNOTATION];
  if (manifest === undefined || manifest.kind === "index" || said !== undefined) return said;
  const [layer] = manifest.layers;
  if (layer === undefined || !isSigstoreBundleMediaType(layer.mediaType) || layer.size > BUNDLE_SIZE_LIMIT) {
    return undefined;
  }
  const { payload } = parseSigstoreBundle(await readBytes(await store.fetch(layer, context)));
  return parseStatement(payload).predicateType;
}
