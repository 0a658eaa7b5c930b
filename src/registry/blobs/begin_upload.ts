import type { Descriptor } from "../../oci/descriptor.ts";
import { digestAlgorithm } from "../../oci/digest.ts";
import type { Call } from "../../work/context.ts";
import { messageOf } from "../../work/message_of.ts";
import type { RepositoryLink } from "../link.ts";
import { headBlob } from "./exists.ts";
import { cancelUpload, startUpload } from "./upload_session.ts";

/**
 * Asks whether a blob is there, and begins its upload at the same time, so that its content can follow at once.
 *
 * It begins as a mount of the blob from the repository itself: where that is known, what is there needs no upload, and
 * none is left open. Nothing here fails: whoever pushes the blob asks again for what could not be found out, and is told
 * what is wrong.
 */
export async function beginUpload(link: RepositoryLink, blob: Descriptor, call: Call): Promise<void> {
  const { digest } = blob;
  // What another repository has is mounted from there. A mount names no algorithm, so only the usual one is begun.
  if (link.known.isAnywhere(digest) || digestAlgorithm(digest) !== "sha256") return;
  const [found, begun] = await Promise.allSettled([
    headBlob(link, blob, call),
    startUpload(link, blob, call, { from: link.name }),
  ]);
  for (const { reason } of [found, begun].filter((outcome) => outcome.status === "rejected")) {
    call.log.debug(`Cannot find out about ${link.place}@${digest} ahead: ${messageOf(reason)}`);
  }
  const session = begun.status === "fulfilled" ? begun.value : undefined;
  const isMounted = begun.status === "fulfilled" && session === undefined;
  if (isMounted || found.status === "fulfilled" && found.value) link.known.add(digest, link.name);
  if (session !== undefined) link.begun.add(link.name, digest, session);
}

/** Cancels the uploads of a repository that were begun and turned out not to be needed. */
export async function cancelBegun(link: RepositoryLink, call: Call): Promise<void> {
  const sessions = link.begun.takeAll(link.name);
  await Promise.all(sessions.map((session) => link.farewell((last) => cancelUpload(link, session, last), call)));
}
