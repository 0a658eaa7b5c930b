import type { Descriptor } from "../../oci/descriptor.ts";
import type { Call } from "../../work/context.ts";
import type { RepositoryLink, RepositoryRequest } from "../link.ts";

/** Says whether a blob is there. */
export async function blobExists(link: RepositoryLink, blob: Descriptor, call: Call): Promise<boolean> {
  return await link.retry(() => headBlob(link, blob, call), call);
}

/**
 * Asks once whether a blob is there. A registry that refuses to say so has not got it: whoever wants to read it will
 * hear why not, and whoever wants to send it can.
 */
export async function headBlob(
  link: RepositoryLink,
  blob: Descriptor,
  call: Call,
  options: Pick<RepositoryRequest, "onTokenWanted"> = {},
): Promise<boolean> {
  const { response } = await link.send({
    action: `look for blob ${blob.digest} in ${link.place}`,
    method: "HEAD",
    target: `/v2/${link.name}/blobs/${blob.digest}`,
    expect: [200, ...ABSENT_STATUSES],
    ...options,
  }, call);
  await response.body?.cancel();
  if (response.status !== 200 && response.status !== 404) {
    call.log.debug(`${link.name}@${blob.digest} is taken as not there: the registry answered ${response.status}`);
  }
  return response.status === 200;
}

/** What registries say of a blob that is not there, or of a HEAD that they do not know. */
const ABSENT_STATUSES: readonly number[] = [400, 403, 404, 405, 501];
