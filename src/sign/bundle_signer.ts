import { IN_TOTO_MEDIA_TYPE } from "../oci/media_types.ts";
import type { Call } from "../work/context.ts";
import { preAuthEncoding } from "./formats/dsse.ts";
import type { SignedBy } from "./find_signatures.ts";
import type { NamedKey } from "./read_public_keys.ts";
import type { Signer } from "./signers/signer.ts";
import type { CertificateNames } from "./sigstore.ts";
import type { StatementSignature } from "./formats/sigstore_bundle.ts";
import type { TrustedIdentity } from "./trusted_identity.ts";

/** Signs statements for bundles: by a key, or with a certificate. */
export interface BundleSigner {
  /** What messages call it. */
  readonly name: string;
  /** Whose signatures are its own, so that it need not sign again; left out when nothing here can tell that. */
  readonly own?: SignedBy;
  /**
   * Signs a statement.
   *
   * @throws {Error} When a program or a service fails, or what it gives is no signature of this statement.
   */
  sign(statement: Uint8Array<ArrayBuffer>, call: Call): Promise<StatementSignature>;
}

/** Signs with a certificate. */
export interface CertifiedSigner extends BundleSigner {
  /** Whom the certificate names. */
  readonly names: CertificateNames;
  readonly own?: TrustedIdentity;
}

/** Signs statements by a key. */
export function keyBundleSigner({ name, publicKey, sign }: Signer): BundleSigner & { readonly own: NamedKey } {
  return {
    name,
    own: { ...publicKey, name },
    async sign(statement, { signal }): Promise<StatementSignature> {
      const signature = await sign(preAuthEncoding(IN_TOTO_MEDIA_TYPE, statement), signal);
      return { signature, material: { publicKey: { hint: publicKey.hint } } };
    },
  };
}
