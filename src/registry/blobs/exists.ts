import type { Descriptor } from "../../oci/descriptor.ts";
import type { Call } from "../../work/context.ts";
import type { RepositoryLink } from "../link.ts";

/** Says whether a blob is there. */
export async function blobExists(link: RepositoryLink, blob: Descriptor, call: Call): Promise<boolean> {
  return await link.retry(() => headBlob(link, blob, call), call);
}

/** Asks once whether a blob is there. */
export async function headBlob(link: RepositoryLink, blob: Descriptor, call: Call): Promise<boolean> {
  const { response } = await link.send({
    action: `look for blob ${blob.digest} in ${link.place}`,
    method: "HEAD",
    target: `/v2/${link.name}/blobs/${blob.digest}`,
    expect: [200, 404],
  }, call);
  await response.body?.cancel();
  return response.status === 200;
}
