import type { Content, Descriptor } from "../../oci/descriptor.ts";
import type { UploadSession } from "./begun_uploads.ts";
import { headBlob } from "./exists.ts";
import type { Call } from "../../work/context.ts";
import type { Pushed } from "../../store/store.ts";
import type { BlobPushOptions } from "../repository.ts";
import type { RepositoryLink } from "../link.ts";
import { isTemporary } from "../retry.ts";
import { type UploadBody, uploadBody } from "./upload_body.ts";
import { isRefusedShortcut, isSessionLost, isTooLarge, isWrongDigest, isWrongOffset } from "./upload_failure.ts";
import { cancelUpload, findSession, patchChunk, postBlob, putRest, startUpload } from "./upload_session.ts";
import { verifiedStream } from "../../oci/bytes/verified.ts";

/** Brings a blob to the registry unless it is there. */
export async function pushBlob(
  link: RepositoryLink,
  blob: Content,
  call: Call,
  { mountFrom, evenIfThere = false }: BlobPushOptions = {},
): Promise<Pushed> {
  const { digest } = blob.descriptor;
  if (evenIfThere) link.known.forget(digest, link.name);
  using turn = await link.known.turn(digest, link.name, call.signal);
  if (turn === undefined) return { existed: true, bytesSent: 0 };
  const body = uploadBody(blob, `${link.name}@${digest}`, call);
  const from = mountFrom ?? link.known.elsewhere(digest, link.name);
  const first: Step = evenIfThere ? { kind: "start" } : firstStep(link, blob, from);
  const pushed = await upload({ link, blob, call, body }, first);
  link.known.add(digest, link.name);
  return pushed;
}

/** What was asked already is not asked again, unless the blob can be had from another repository. */
function firstStep(link: RepositoryLink, { descriptor }: Content, from: string | undefined): Step {
  const begun = from === undefined ? link.begun.take(link.name, descriptor.digest) : undefined;
  switch (begun?.kind) {
    case "session":
      return { kind: "send", session: begun.session };
    case "failed":
      return begun;
    case "absent":
      return beginning(link, descriptor, from);
    default:
      return { kind: "check", from };
  }
}

function beginning(link: RepositoryLink, { size }: Descriptor, from: string | undefined): Step {
  return from === undefined && link.traits.postsBlob(size) ? { kind: "post" } : { kind: "start", from };
}

/** One blob on its way. */
interface Upload {
  readonly link: RepositoryLink;
  readonly blob: Content;
  readonly call: Call;
  readonly body: UploadBody;
}

/** What to do next. Each step is one request, and its answer says which step follows. */
type Step =
  | { readonly kind: "check"; readonly from?: string | undefined; readonly session?: UploadSession | undefined }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "find"; readonly session: UploadSession }
  | { readonly kind: "post" }
  | { readonly kind: "start"; readonly from?: string | undefined }
  | { readonly kind: "send"; readonly session: UploadSession }
  | { readonly kind: "done"; readonly existed: boolean };

async function upload(at: Upload, first: Step): Promise<Pushed> {
  const backoff = at.link.backoff();
  let step = first;
  let wrongDigests = 0;
  let wrongOffsets = 0;
  try {
    while (step.kind !== "done") {
      try {
        const next: Step = await take(at, step);
        if (positionOf(next) > positionOf(step)) backoff.progress();
        step = next;
      } catch (error) {
        if (isRefusedShortcut(error, step)) {
          step = { kind: "start" };
        } else if (isTooLarge(error, step) && isShrunk(at, step)) {
          step = { kind: "start" };
        } else if (isWrongDigest(error, step) && wrongDigests++ === 0) {
          await checkSource(at.blob);
          step = { kind: "start" };
        } else {
          // An offset may be wrong because the registry was still busy with what came before the failure.
          const isMoved = isWrongOffset(error, step) && wrongOffsets++ === 0;
          const isLost = !isMoved && isSessionLost(error, step);
          await backoff.pause(error, at.call, isMoved || isLost || isTemporary(error));
          // The registry may have taken everything, and only its answer was lost.
          step = { kind: "check", session: isLost ? undefined : sessionOf(step) };
        }
      }
    }
  } catch (error) {
    const session = sessionOf(step);
    if (session !== undefined) await at.link.farewell((call) => cancelUpload(at.link, session, call), at.call);
    throw error;
  }
  return { existed: step.existed, bytesSent: at.body.sent };
}

async function take(at: Upload, step: Exclude<Step, { kind: "done" }>): Promise<Step> {
  const { link, blob: { descriptor }, call, body } = at;
  switch (step.kind) {
    case "check": {
      if (await headBlob(link, descriptor, call)) return { kind: "done", existed: body.sent === 0 };
      if (step.session !== undefined) return { kind: "find", session: step.session };
      return beginning(link, descriptor, step.from);
    }
    case "failed":
      throw step.error;
    case "find": {
      const session = await findSession(link, descriptor, step.session, body.reached, call);
      return session === undefined ? { kind: "start" } : { kind: "send", session };
    }
    case "post": {
      const session = await postBlob(link, descriptor, body.part(0, descriptor.size), call);
      if (session !== undefined) return { kind: "send", session };
      link.traits.acceptPostedBlobs();
      return { kind: "done", existed: false };
    }
    case "start": {
      const mount = step.from === undefined ? undefined : { from: step.from };
      const session = await startUpload(link, descriptor, call, mount);
      return session === undefined ? { kind: "done", existed: true } : { kind: "send", session };
    }
    case "send":
      return await send(at, step.session);
  }
}

async function send(at: Upload, session: UploadSession): Promise<Step> {
  const { link, blob: { descriptor }, call, body } = at;
  const size = chunkSize(at, session);
  if (session.offset > 0 && size > 0 || size < descriptor.size - session.offset) {
    const next = await patchChunk(link, descriptor, session, body.part(session.offset, size), call);
    return { kind: "send", session: next };
  }
  await putRest(link, descriptor, session, body.part(session.offset, size), call);
  return { kind: "done", existed: false };
}

function chunkSize(at: Upload, session: UploadSession): number {
  const rest = at.blob.descriptor.size - session.offset;
  return Math.min(rest, Math.max(at.link.traits.chunkLimit, session.chunkMinimum));
}

/** Has less sent in a request from now on, if that is possible. */
function isShrunk(at: Upload, step: Step): boolean {
  return step.kind === "send" &&
    at.link.traits.shrinkChunks(chunkSize(at, step.session), step.session.chunkMinimum);
}

function sessionOf(step: Step): UploadSession | undefined {
  return "session" in step ? step.session : undefined;
}

function positionOf(step: Step): number {
  return sessionOf(step)?.offset ?? 0;
}

/** Says so when it is not the registry that is wrong. */
async function checkSource(blob: Content): Promise<void> {
  const verified = verifiedStream(blob.descriptor, `Cannot push blob ${blob.descriptor.digest}: its source changed`);
  await blob.open().pipeThrough(verified).pipeTo(new WritableStream());
}
