/** How to trust a registry, and how to be trusted by it. All texts are PEM. */
export interface TlsOptions {
  /** Authorities to trust besides the system's. */
  readonly caCerts?: readonly string[];
  /** What is shown to the registry, and to nobody else. */
  readonly clientCertificate?: { readonly cert: string; readonly key: string };
  /** Takes any certificate from the registry's own host name: whoever is in between can read and change everything. */
  readonly insecure?: boolean;
}
