import type { Call } from "../work/context.ts";
import { createRegistryClient, type RegistryClientOptions } from "./client.ts";
import { CredentialsRefusedError, RegistryError } from "./http/registry_error.ts";
import type { Credential } from "./login/credentials.ts";

/**
 * Shows credentials to a registry, as a login does.
 *
 * @param options How to talk to the registry, and the `credential` to show.
 * @returns Whether the registry looked at them; one that lets everybody in does not.
 * @throws {CredentialsRefusedError} When they are refused, by the registry or its token server.
 * @throws {RegistryError} When the registry gives any other answer than it should.
 * @throws {ConnectionError} When there is no answer.
 */
export async function checkCredentials(
  options: Omit<RegistryClientOptions, "credentials"> & { readonly credential: Credential },
  call: Call,
): Promise<boolean> {
  const { credential, ...rest } = options;
  let asked = false;
  const client = createRegistryClient({
    ...rest,
    credentials: () => {
      asked = true;
      return Promise.resolve(credential);
    },
  });
  try {
    await client.check(call);
    return asked;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const failure = new RegistryError({ ...error, action: `log in to ${options.host}` }, { cause: error });
    throw error.status === 401 || asked && error.status === 403
      ? new CredentialsRefusedError(failure.message, { cause: error })
      : failure;
  } finally {
    client.close();
  }
}
