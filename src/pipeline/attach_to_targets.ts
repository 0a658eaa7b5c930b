import { bytesContent } from "../oci/bytes_content.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { encodeManifest } from "../oci/manifest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../oci/media_types.ts";
import { UnsupportedError } from "../store/store.ts";
import type { Context } from "../work/context.ts";
import { archiveOf } from "./archive.ts";
import type { Referrer } from "./plugin.ts";
import type { AttachedReferrer } from "./ready_plugin.ts";
import { everyTarget, type Target } from "./target.ts";
import { distinct } from "./values.ts";

/**
 * Attaches something to an artifact in every target: makes its manifest, with the artifact as its subject.
 *
 * @returns The manifest's descriptor.
 * @throws {TargetsError} When a target cannot take it. Nothing was brought anywhere if that is because it takes nothing
 *   of that kind; the cause is an `UnsupportedError` then.
 */
export async function attachToTargets(
  referrer: Referrer,
  { descriptor }: { readonly descriptor: Descriptor },
  targets: readonly Target[],
  context: Context,
): Promise<Descriptor> {
  const attached = attachedReferrer(referrer, descriptor);
  await everyTarget("upload", targets, async (target) => {
    if (target.attach === undefined) {
      throw new UnsupportedError(`Cannot attach ${referrer.artifactType} in ${target.url}: it takes no referrers`);
    }
    await Promise.resolve();
  });
  await everyTarget("upload", targets, (target) => target.attach?.(attached, context) ?? Promise.resolve());
  return attached.manifest.descriptor;
}

/** Gives a referrer its manifest. */
export function attachedReferrer(
  referrer: Referrer,
  { mediaType, digest, size }: Descriptor,
): AttachedReferrer {
  const { artifactType } = referrer;
  const { config, layers } = archiveOf(referrer, artifactType);
  const subject = { mediaType, digest, size };
  const bytes = encodeManifest({
    artifactType,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
    subject,
    ...(referrer.annotations === undefined ? {} : { annotations: referrer.annotations }),
  });
  return {
    manifest: bytesContent(OCI_MANIFEST_MEDIA_TYPE, bytes, { artifactType }),
    blobs: distinct([config, ...layers]),
    subject,
  };
}
