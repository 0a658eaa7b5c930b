import { isDigest } from "../../oci/digest.ts";
import { UnsupportedError } from "../../store/store.ts";
import type { Call } from "../../work/context.ts";
import { RegistryError } from "./registry_error.ts";
import type { RepositoryLink } from "./repository_link.ts";

/**
 * Deletes a tag, or a manifest by its digest.
 *
 * @returns Whether it was there.
 * @throws {UnsupportedError} When the registry does not do that.
 * @see {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#content-management | OCI distribution-spec 1.1.1, Content Management}
 */
export async function deleteManifest(link: RepositoryLink, name: string, call: Call): Promise<boolean> {
  const action = isDigest(name) ? `delete ${link.name}@${name}` : `delete tag ${JSON.stringify(name)} of ${link.name}`;
  try {
    const { response } = await link.retry(() =>
      link.send({
        action,
        method: "DELETE",
        target: `/v2/${link.name}/manifests/${name}`,
        // The spec says 202; some registries say less.
        expect: [200, 202, 204, 404],
      }, call), call);
    await response.body?.cancel();
    return response.status !== 404;
  } catch (cause) {
    if (!(cause instanceof RegistryError) || !isUnsupported(cause, name)) throw cause;
    const problem = isDigest(name) ? "the registry deletes nothing" : "the registry deletes whole manifests, not tags";
    throw new UnsupportedError(`Cannot ${action}: ${problem}`, { cause });
  }
}

/** Of a tag, 400 is what registries say that take it for a digest that is wrong. */
function isUnsupported(error: RegistryError, name: string): boolean {
  return error.status === 405 || error.has("UNSUPPORTED") || error.status === 400 && !isDigest(name);
}
