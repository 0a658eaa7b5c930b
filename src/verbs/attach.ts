import type { Digest } from "../oci/digest.ts";
import { parseAttestation } from "../sign/attestation.ts";
import { makeAttestations } from "../sign/make_attestations.ts";
import { parsePredicateType, SIGNATURE_PREDICATE } from "../sign/formats/predicate_types.ts";
import { OptionsError } from "../options/options_error.ts";
import { optionOf } from "./option_of.ts";
import { type KeyMachine, thisMachine } from "./publish/machine.ts";
import { readAttestation } from "./sign/read_attestation.ts";
import { bringTo } from "./sign/bring_to.ts";
import { type KeylessOptions, signersOf } from "./sign/signers_of.ts";
import type { Call } from "../work/context.ts";
import type { VerbOptions } from "./verb_options.ts";

/** What is attached, and to what. */
export interface AttachOptions extends VerbOptions, KeylessOptions {
  /** The artifact, with a tag or a digest. */
  readonly source: string;
  /** The file: a JSON object. */
  readonly file: string;
  /** What it is: `spdx`, `cyclonedx`, `slsaprovenance1`, `vex`, or the URI of any other type. */
  readonly type: string;
  /** Keys that vouch for it: paths of PEM files, `env://NAME`, or `exec:PROGRAM`. Nobody does when left out. */
  readonly keys?: readonly string[];
  /** What of this machine may be used; that of this process when left out. */
  readonly machine?: KeyMachine;
}

/** What was attached, as `gantry attach -o json` prints it. */
export interface AttachResult {
  /** The artifact with its digest. */
  readonly url: string;
  /** The digest of its manifest. */
  readonly digest: Digest;
  /** The URI of the type. */
  readonly predicateType: string;
  /** The manifests that refer to it now; none when all was there, signed by the same keys. */
  readonly referrers: readonly Digest[];
  /** Which verifiers will not find what they look for. */
  readonly warnings: readonly string[];
}

/**
 * Attaches a file to what was published: an SBOM, a provenance, or anything else that is said of it. With keys it is a
 * signed bundle, without them a plain referrer that scanners find by its type.
 *
 * @throws {OptionsError} When the options make no sense, the file is not what its type says, or a key cannot be used.
 * @throws {NotFoundError} When there is no such artifact.
 * @throws {Error} When its tag moves meanwhile, or a registry does not list what it was given.
 */
export async function attachStored(options: AttachOptions): Promise<AttachResult> {
  const { source, file, type, keys = [], keyless = false, machine = thisMachine() } = options;
  const predicateType = optionOf(type, parsePredicateType) ?? type;
  if (predicateType === SIGNATURE_PREDICATE) {
    throw new OptionsError(
      `Cannot attach a file of the type ${type}: that would be a signature, and says nothing more`,
    );
  }
  const attestation = await readAttestation(file, (bytes) => parseAttestation(bytes, predicateType));
  const { signers, certify } = await signersOf({ ...options, keys }, machine, options);
  const { subject, made, brought } = await bringTo(source, options, async (subject, session) => {
    const { access: { ask }, context, concurrency } = session;
    const { url, store, created, descriptor: { digest } } = subject;
    const means = {
      signers,
      certify: certify && ((call: Call) => certify(ask, call)),
      places: [{ name: url, store }],
      concurrency,
    };
    return await makeAttestations([attestation], { subject: digest, created }, means, context);
  });
  const referrers = brought.referrers.map(({ digest }) => digest);
  options.log?.info(
    referrers.length === 0
      ? `${subject.url} has ${JSON.stringify(file)} already, nothing was written`
      : `Attached ${JSON.stringify(file)} to ${subject.url}, ${
        keys.length === 0 && !keyless ? "and nobody signs it" : "signed"
      }`,
  );
  const { url, descriptor: { digest } } = subject;
  return { url, digest, predicateType, referrers, warnings: made.warnings };
}
