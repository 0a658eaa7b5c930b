import { bytesContent } from "../oci/bytes_content.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { encodeManifest } from "../oci/manifest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../oci/media_types.ts";
import type { AppendedCompanion, AttachedReferrer, Attachments } from "../store/bring.ts";
import { companionTag } from "../store/companion_tags.ts";
import { UnsupportedError } from "../store/store.ts";
import type { Context } from "../work/context.ts";
import { archiveOf } from "./archive.ts";
import type { Belongings, Companion, Referrer } from "./plugin.ts";
import { everyTarget, type Target } from "./target.ts";
import { distinct } from "./values.ts";

/**
 * Brings what belongs to an artifact to every target, and makes sure that all of it stays there.
 *
 * @returns What was brought.
 * @throws {UnsupportedError} When the artifact's digest is too long for a tag that is wanted.
 * @throws {TargetsError} When a target cannot take it. Nothing was brought anywhere if that is because it takes nothing
 *   of that kind; the cause is an `UnsupportedError` then.
 */
export async function bringToTargets(
  belongings: Belongings,
  { descriptor }: { readonly descriptor: Descriptor },
  targets: readonly Target[],
  context: Context,
): Promise<Attachments> {
  const attachments = attachmentsOf(belongings, descriptor);
  await everyTarget("upload", targets, async (target) => {
    refuseUntaken(attachments, target);
    await Promise.resolve();
  });
  await everyTarget("upload", targets, (target) => target.bring(attachments, context));
  return attachments;
}

/**
 * Gives what belongs to an artifact its manifests and its tags.
 *
 * @throws {UnsupportedError} When the artifact's digest is too long for a tag that is wanted.
 */
export function attachmentsOf(
  { referrers = [], companions = [] }: Belongings,
  { mediaType, digest, size }: Descriptor,
): Attachments {
  const subject = { mediaType, digest, size };
  return {
    subject,
    referrers: referrers.map((referrer) => attachedReferrer(referrer, subject)),
    companions: companions.map((companion) => appendedCompanion(companion, subject)),
  };
}

/** Gives a referrer its manifest. */
export function attachedReferrer(referrer: Referrer, { mediaType, digest, size }: Descriptor): AttachedReferrer {
  const { artifactType } = referrer;
  const { config, layers } = archiveOf(referrer, artifactType);
  const bytes = encodeManifest({
    artifactType,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
    subject: { mediaType, digest, size },
    ...(referrer.annotations === undefined ? {} : { annotations: referrer.annotations }),
  });
  return {
    manifest: bytesContent(OCI_MANIFEST_MEDIA_TYPE, bytes, { artifactType }),
    blobs: distinct([config, ...layers]),
  };
}

function appendedCompanion({ ending, layers }: Companion, { digest }: Descriptor): AppendedCompanion {
  const tag = companionTag(digest, ending);
  if (tag !== undefined) return { tag, layers };
  throw new UnsupportedError(`Cannot write a .${ending} tag: ${digest} is too long for one, use sha256`);
}

function refuseUntaken({ referrers: [referrer], companions: [companion] }: Attachments, { url, takes }: Target): void {
  if (referrer !== undefined && !takes.includes("referrers")) {
    const { artifactType } = referrer.manifest.descriptor;
    throw new UnsupportedError(`Cannot attach ${artifactType} in ${url}: it takes no referrers`);
  }
  if (companion !== undefined && !takes.includes("companions")) {
    throw new UnsupportedError(
      `Cannot write tag ${companion.tag} in ${url}: it takes no tags beside the artifact's own`,
    );
  }
}
