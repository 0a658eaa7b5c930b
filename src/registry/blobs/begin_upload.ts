import type { Descriptor } from "../../oci/descriptor.ts";
import { digestAlgorithm } from "../../oci/digest.ts";
import type { Call } from "../../work/context.ts";
import { messageOf } from "../../work/message_of.ts";
import type { RepositoryLink } from "../link.ts";
import { isTemporary } from "../retry.ts";
import type { BegunUpload } from "./begun_uploads.ts";
import { headBlob } from "./exists.ts";
import { cancelUpload, startUpload } from "./upload_session.ts";

/**
 * Asks whether a blob is there, so that the push of it need not. Nothing here fails: what could not be found out is
 * asked again.
 *
 * Where the answer has to wait for a token, two round trips are lost already; so the upload is begun together with the
 * question, and content can follow at once. It begins as a mount of the blob from the repository itself: where that is
 * known, what is there needs no upload, and none is left open.
 */
export async function beginUpload(link: RepositoryLink, blob: Descriptor, call: Call): Promise<void> {
  const { digest } = blob;
  // What another repository has is mounted from there.
  if (link.known.isAnywhere(digest)) return;
  let beginning: Promise<BegunUpload | undefined> | undefined;
  const asking = headBlob(link, blob, call, {
    onTokenWanted: () => {
      // A mount names no algorithm, so it is only tried with the usual one.
      if (digestAlgorithm(digest) === "sha256") beginning ??= begin(link, blob, call);
    },
  });
  const isThere = await asking.catch((error) => {
    call.log.debug(`Cannot find out ahead: ${messageOf(error)}`);
    return undefined;
  });
  const begun = await beginning ?? (isThere === false ? { kind: "absent" } : undefined);
  if (isThere || begun?.kind === "mounted") link.known.add(digest, link.name);
  if (begun !== undefined && begun.kind !== "mounted") link.begun.add(link.name, digest, begun);
}

/** @returns `undefined` when it failed in a way that will not pass by itself. */
async function begin(link: RepositoryLink, blob: Descriptor, call: Call): Promise<BegunUpload | undefined> {
  try {
    const session = await startUpload(link, blob, call, { from: link.name });
    return session === undefined ? { kind: "mounted" } : { kind: "session", session };
  } catch (error) {
    call.log.debug(`Cannot begin an upload ahead: ${messageOf(error)}`);
    return isTemporary(error) ? { kind: "failed", error } : undefined;
  }
}

/** Cancels the uploads of a repository that were begun and turned out not to be needed. */
export async function cancelBegun(link: RepositoryLink, call: Call): Promise<void> {
  const sessions = link.begun.takeAll(link.name);
  await Promise.all(sessions.map((session) => link.farewell((last) => cancelUpload(link, session, last), call)));
}
