import type { Digest } from "../oci/digest.ts";
import { registryHost, withoutScheme } from "../oci/reference.ts";
import { OptionsError } from "../options/options_error.ts";
import { makeSignatures } from "../sign/make_signatures.ts";
import type { SignFormat } from "../sign/sign_format.ts";
import type { CertificateNames } from "../sign/sigstore.ts";
import { type KeyMachine, thisMachine } from "./publish/machine.ts";
import { bringTo } from "./sign/bring_to.ts";
import { checkSignFormat, type KeylessOptions, signersOf } from "./sign/signers_of.ts";
import type { VerbOptions } from "./verb_options.ts";

/** What is signed, and by whom. */
export interface SignOptions extends VerbOptions, KeylessOptions {
  /** The artifact, with a tag or a digest. */
  readonly source: string;
  /** Paths of PEM files, `env://NAME`, or `exec:PROGRAM`; none where it is signed without a key. */
  readonly keys?: readonly string[];
  /** In which forms; both when left out. */
  readonly signFormat?: SignFormat;
  /** What of this machine may be used; that of this process when left out. */
  readonly machine?: KeyMachine;
}

/** What was signed, as `gantry sign -o json` prints it. */
export interface SignResult {
  /** The artifact with its digest. */
  readonly url: string;
  /** The digest that was signed. */
  readonly digest: Digest;
  /** The keys that it is signed by now, in both of the forms that were wanted. */
  readonly keys: readonly SigningKey[];
  /** Whom the certificate names by which it is signed besides; absent when keys alone have signed. */
  readonly certificate?: CertificateNames;
  /** The signatures that were written; none when all were there. */
  readonly signatures: readonly WrittenSignature[];
  /** Which verifiers will not find what they look for. */
  readonly warnings: readonly string[];
}

/** A key that has signed. */
export interface SigningKey {
  /** What the caller calls it. */
  readonly name: string;
  /** The SHA-256 of its public key in Base64, as bundles name it. */
  readonly hint: string;
}

/** Signatures that were written. */
export interface WrittenSignature {
  /** In which form. */
  readonly format: "bundle" | "legacy";
  /** The manifest of a bundle. */
  readonly digest?: Digest;
  /** The tag behind which signatures of the other form stand. */
  readonly tag?: string;
}

/**
 * Signs what was published, by its digest. To sign again by the same key writes nothing: what is there is verified
 * first.
 *
 * @throws {OptionsError} When the options make no sense, or a key cannot be used.
 * @throws {NotFoundError} When there is no such artifact.
 * @throws {Error} When its tag moves meanwhile, or a registry does not list what it was given.
 */
export async function signStored(options: SignOptions): Promise<SignResult> {
  const { source, keys = [], keyless = false, signFormat: format = "both", machine = thisMachine() } = options;
  if (keys.length === 0 && !keyless) throw new OptionsError("There is no key to sign with");
  checkSignFormat({ keyless, signFormat: format });
  // A password that is wrong, or a token that has expired, is said before anything is contacted.
  const { signers, certify } = await signersOf({ ...options, keys }, machine, options);
  const { subject, made, brought } = await bringTo(source, options, async (subject, session) => {
    const { access: { ask }, context, concurrency } = session;
    const { url, store, created, descriptor: { digest } } = subject;
    const { layers, ...signatures } = await makeSignatures(
      { subject: digest, created, reference: registryHost(store.url) ? withoutScheme(store.url) : "", format },
      signers,
      [{ name: url, store }],
      { context, concurrency, certify: certify && ((call) => certify(ask, call)) },
    );
    const companions = layers.length === 0 ? [] : [{ ending: "sig", layers } as const];
    return { ...signatures, companions, keys: signers.map(({ name, publicKey: { hint } }) => ({ name, hint })) };
  });
  const signatures: readonly WrittenSignature[] = [
    ...brought.referrers.map(({ digest }) => ({ format: "bundle", digest }) as const),
    ...brought.tags.map((tag) => ({ format: "legacy", tag }) as const),
  ];
  const said = signatures.length === 0 ? "was signed already, nothing was written" : "is signed";
  options.log?.info(`${subject.url} ${said}`);
  const { certified, warnings } = made;
  return {
    url: subject.url,
    digest: subject.descriptor.digest,
    keys: made.keys,
    ...(certified === undefined ? {} : { certificate: certified.names }),
    signatures,
    warnings,
  };
}
