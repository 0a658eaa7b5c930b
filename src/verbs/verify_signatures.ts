import { bundledReader } from "../bundle/bundled_reader.ts";
import { readBundle } from "../layout/bundle/read_bundle.ts";
import type { LayoutPlace } from "../layout/layout.ts";
import type { Digest } from "../oci/digest.ts";
import { isLayoutReference, type LayoutReference } from "../oci/reference.ts";
import { OptionsError } from "../options/options_error.ts";
import { meantName, openLayout, openReader, parsePlace } from "../places/open_store.ts";
import { findSignatures, type Rejection, type SignatureFormat } from "../sign/find_signatures.ts";
import { parsePredicateType } from "../sign/formats/predicate_types.ts";
import type { NamedKey } from "../sign/read_public_keys.ts";
import type { CertificateIdentity, TrustedIdentity } from "../sign/trusted_identity.ts";
import { missingName } from "../store/missing_name.ts";
import type { StoreReader } from "../store/store.ts";
import type { Context } from "../work/context.ts";
import { optionOf } from "./option_of.ts";
import { type Session, withSession } from "./session.ts";
import { usableIdentity, usableKeys } from "./verify/require_signatures.ts";
import { verify, type VerifyResult } from "./verify.ts";
import type { VerbOptions } from "./verb_options.ts";

/** What to verify, and by which keys. */
export interface VerifySignaturesOptions extends VerbOptions {
  /** An artifact, as a reference; a layout or a bundle without a tag and a digest stands for all that it holds. */
  readonly source: string;
  /** Public keys, as paths of PEM files or as PEM. */
  readonly keys?: readonly string[];
  /** Whose signatures count besides, made with a certificate in the place of a key. */
  readonly identity?: CertificateIdentity;
  /** Whether every key must have signed, and not only one of them, and the identity too. */
  readonly allKeys?: boolean;
  /**
   * Verifies an attestation instead of a signature: `spdx`, `cyclonedx`, `slsaprovenance1`, `vex`, or the URI of a
   * predicate type.
   */
  readonly type?: string;
}

/** What was found, as `gantry verify --key … -o json` prints it. */
export interface VerifySignaturesResult {
  /** Whether every artifact is signed as it has to be and, where all of a layout was verified, the layout is whole. */
  readonly verified: boolean;
  /** Each artifact that was asked for. */
  readonly artifacts: readonly VerifiedArtifact[];
  /** What was found in the layout, when all of it was verified. */
  readonly layout?: VerifyResult;
}

/** One artifact of a {@linkcode VerifySignaturesResult}. */
export interface VerifiedArtifact {
  /** The artifact with its digest. */
  readonly url: string;
  /** The digest of its manifest or index: what the keys have to have signed. */
  readonly digest: Digest;
  /** What it is called: the tag that was asked for, or all names that a layout has for it. */
  readonly names: readonly string[];
  /** Whether it is signed as it has to be. */
  readonly verified: boolean;
  /** The signatures that count, or the attestations. */
  readonly signatures: readonly VerifiedSignature[];
  /** What might have been one and does not count. */
  readonly rejected: readonly Rejection[];
}

/** A signature by one of the keys. */
export interface VerifiedSignature {
  /**
   * Where it stands: in a `bundle` that refers to the artifact, or behind a tag as cosign wrote it before version 3.
   */
  readonly format: SignatureFormat;
  /** The manifest that holds it. */
  readonly digest: Digest;
  /** The key as it was given, or the identity with its issuer. */
  readonly key: string;
  /** The statement of an attestation, as JSON that was parsed; absent for a signature. */
  readonly statement?: unknown;
}

/**
 * Verifies that artifacts are signed: one in any place, or each one of a layout or a bundle, of which every byte is
 * checked too. Layouts and bundles are verified without contacting anybody.
 *
 * @returns What was found; an artifact that is not signed is no error.
 * @throws {OptionsError} When the options make no sense, or a key cannot be used.
 * @throws {NotFoundError} When there is no such artifact.
 * @throws {RegistryError} When a registry refuses.
 */
export async function verifySignatures(options: VerifySignaturesOptions): Promise<VerifySignaturesResult> {
  const { source, allKeys = false } = options;
  const predicateType = optionOf(options.type, parsePredicateType);
  const place = parsePlace(source);
  const keys = await usableKeys(options.keys ?? []);
  const identity = options.identity === undefined ? undefined : await usableIdentity(options.identity);
  if (keys.length === 0 && identity === undefined) throw new OptionsError("Cannot verify signatures: there is no key");
  const wanted: Wanted = { keys, identity, allKeys, ...(predicateType === undefined ? {} : { predicateType }) };
  return await withSession(options, { places: [place] }, async (session) => {
    if (isLayoutReference(place) && place.tag === undefined && place.digest === undefined) {
      const layout = await verify({ ...session.context, source });
      const artifacts = await verifyAll(place, wanted, session);
      return { verified: layout.whole && artifacts.every(({ verified }) => verified), artifacts, layout };
    }
    const opened = await openReader(place, session.access);
    await using store = opened.store;
    const name = await meantName(opened, session.context);
    const found = await store.resolve(name, session.context);
    if (found === undefined) throw await missingName(store, name, session.context);
    const names = name === found.digest ? [] : [name];
    const artifact = await verifyOne({ store, digest: found.digest, names }, wanted, session);
    return { verified: artifact.verified, artifacts: [artifact] };
  });
}

interface Wanted {
  readonly keys: readonly NamedKey[];
  readonly identity: TrustedIdentity | undefined;
  readonly allKeys: boolean;
  readonly predicateType?: string;
}

interface Candidate {
  readonly store: StoreReader;
  readonly digest: Digest;
  readonly names: readonly string[];
}

async function verifyOne(
  { store, digest, names }: Candidate,
  { keys, identity, allKeys, predicateType }: Wanted,
  { context, concurrency }: Session,
): Promise<VerifiedArtifact> {
  const options = { keys, identity, concurrency, ...(predicateType === undefined ? {} : { predicateType }) };
  const { found, rejected, failure } = await findSignatures(store, digest, options, context);
  const signed = new Set(found.map(({ by }) => by));
  const verified = allKeys ? signed.size === keys.length + (identity === undefined ? 0 : 1) : signed.size > 0;
  // What could not be asked for may have been the signature.
  if (!verified && failure !== undefined) throw failure;
  return {
    url: `${store.url}@${digest}`,
    digest,
    names,
    verified,
    signatures: found.map(({ format, digest, by, statement }): VerifiedSignature => ({
      format,
      digest,
      key: by.name,
      ...(predicateType === undefined || statement === undefined
        ? {}
        : { statement: JSON.parse(new TextDecoder().decode(statement)) }),
    })),
    rejected,
  };
}

async function verifyAll(
  reference: LayoutReference,
  wanted: Wanted,
  session: Session,
): Promise<readonly VerifiedArtifact[]> {
  await using place = await openLayout(reference, { mustExist: true });
  const candidates = await artifactsIn(place, session.context);
  if (candidates.length === 0) throw new Error(`Cannot verify ${place.url}: there is no artifact in it`);
  const artifacts: VerifiedArtifact[] = [];
  for (const candidate of candidates) artifacts.push(await verifyOne(candidate, wanted, session));
  return artifacts;
}

/** What the description of a bundle names comes with its own signatures only: no other ones would be imported. */
async function artifactsIn(place: LayoutPlace, context: Context): Promise<readonly Candidate[]> {
  const bundle = await readBundle(place, context);
  const described = bundle?.description.artifacts ?? [];
  const known = new Set(described.map(({ digest }) => digest));
  const others = (await place.artifacts(context)).filter(({ descriptor }) => !known.has(descriptor.digest));
  return [
    ...described.map((artifact): Candidate => ({
      store: bundledReader(place, artifact),
      digest: artifact.digest,
      names: artifact.tags.length === 0 ? [artifact.origin] : artifact.tags.map((tag) => `${artifact.origin}:${tag}`),
    })),
    ...[...Map.groupBy(others, ({ descriptor }) => descriptor.digest)].map(([digest, entries]): Candidate => ({
      store: place,
      digest,
      names: [...new Set(entries.flatMap(({ fullName, tag }) => fullName ?? tag ?? []))],
    })),
  ];
}
