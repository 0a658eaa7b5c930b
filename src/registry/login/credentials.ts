/** Who we are at a registry. */
export type Credential = (PasswordCredential | IdentityTokenCredential | RegistryTokenCredential) & Provenance;

/** Where a credential is from. */
export interface Provenance {
  /** The path of a file, or the names of variables or flags; never the credential itself. */
  readonly from?: string;
}

/** A name and a password, or an access token in the place of one. */
export interface PasswordCredential {
  /** Which kind it is. */
  readonly kind: "password";
  /** The name. */
  readonly username: string;
  /** The password. */
  readonly password: string;
}

/** A refresh token that the registry's token server exchanges, as `docker login` stores it. */
export interface IdentityTokenCredential {
  /** Which kind it is. */
  readonly kind: "identity-token";
  /** The token. */
  readonly token: string;
}

/** A token that goes to the registry as it is. */
export interface RegistryTokenCredential {
  /** Which kind it is. */
  readonly kind: "registry-token";
  /** The token. */
  readonly token: string;
}

/**
 * Looks up who we are.
 *
 * @param host Host and port as they stand in the reference.
 * @param repository The repository that is asked for; some files hold credentials per repository.
 * @returns `undefined` to go on without.
 */
export type CredentialSource = (host: string, repository: string) => Promise<Credential | undefined>;
