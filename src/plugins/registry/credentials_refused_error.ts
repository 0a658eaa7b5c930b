/** A registry, or its token server, does not take the credentials that a login shows. */
export class CredentialsRefusedError extends Error {
  override readonly name = "CredentialsRefusedError";
}
