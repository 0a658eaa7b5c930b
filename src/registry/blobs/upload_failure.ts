/** What an error says of a blob's upload. */
import { RegistryError } from "../http/registry_error.ts";
import type { UploadSession } from "./begun_uploads.ts";

/** What was tried when it failed. */
export interface FailedStep {
  readonly kind: string;
  readonly from?: string | undefined;
  readonly session?: UploadSession | undefined;
}

/**
 * A mount or a blob in the first request are worth a try; what is said against them is not why a push should fail.
 * Harbor answers 401 where it does not know a mount's source, Quay 500 (go-containerregistry#1393, regclient#398).
 */
export function isRefusedShortcut(error: unknown, step: FailedStep): boolean {
  if (!(error instanceof RegistryError) || error.status === 429) return false;
  return step.kind === "post" ? error.status < 500 : step.kind === "start" && step.from !== undefined;
}

/** GHCR says 416 of a chunk that is too large; of a resumed upload it is the offset that is wrong. */
export function isTooLarge(error: unknown, step: FailedStep): boolean {
  if (!(error instanceof RegistryError) || step.kind !== "send") return false;
  return error.status === 413 || error.status === 416 && !isResumed(step);
}

/** The registry, asked after a failure, gave an offset, and now has another one. */
export function isWrongOffset(error: unknown, step: FailedStep): boolean {
  return error instanceof RegistryError && error.status === 416 && step.kind === "send" && isResumed(step);
}

/** What arrived is not what the digest names. */
export function isWrongDigest(error: unknown, step: FailedStep): boolean {
  return error instanceof RegistryError && step.kind === "send" && error.has("DIGEST_INVALID", "SIZE_INVALID");
}

/** The registry does not know the upload any more. */
export function isSessionLost(error: unknown, step: FailedStep): boolean {
  if (!(error instanceof RegistryError) || step.kind !== "send" && step.kind !== "find") return false;
  return [404, 410, 416].includes(error.status) || error.has("BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID");
}

function isResumed({ session }: FailedStep): boolean {
  return session?.resumed === true;
}
