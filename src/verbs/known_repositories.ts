import { RegistryError } from "../registry/http/registry_error.ts";
import type { Session } from "./session.ts";

/** What a registry without a list of its repositories answers, or one that does not show it to us. */
const NO_CATALOG: readonly number[] = [400, 401, 403, 404, 405, 501];

/** The names of all repositories of a registry; `undefined` when it does not tell them. */
export async function knownRepositories(
  host: string,
  { access, context }: Session,
): Promise<readonly string[] | undefined> {
  try {
    return await Array.fromAsync(access.repositories(host, context));
  } catch (error) {
    if (!(error instanceof RegistryError) || !NO_CATALOG.includes(error.status)) throw error;
    context.log.debug(error.message);
    return undefined;
  }
}
