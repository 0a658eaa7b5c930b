/**
 * Looks for what signs an artifact, where cosign and Flux look: among the bundles that refer to it, and behind the tag
 * `sha256-….sig`. What is there was written by anybody who may write to the place, so all of it is believed only as far
 * as a key vouches for it.
 */
import {
  DSSE_ENVELOPE_MEDIA_TYPE,
  IN_TOTO_MEDIA_TYPE,
  isSigstoreBundleMediaType,
  SIGSTORE_BUNDLE_PREFIX,
} from "../oci/media_types.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { parseManifest } from "../oci/parse_manifest.ts";
import { readBytes } from "../oci/bytes/read.ts";
import { DigestMismatchError } from "../oci/bytes/verified.ts";
import { companionTags } from "../store/companion_tags.ts";
import type { StoreReader } from "../store/store.ts";
import type { Context } from "../work/context.ts";
import { inParallel } from "../work/together.ts";
import { preAuthEncoding } from "./formats/dsse.ts";
import { type Envelope, parseEnvelope } from "./formats/envelope.ts";
import { SIGNATURE_PREDICATE } from "./formats/predicate_types.ts";
import { readJsonObject } from "./formats/read_json_object.ts";
import type { NamedKey } from "./read_public_keys.ts";
import { parseSigstoreBundle } from "./formats/sigstore_bundle.ts";
import { parseSimpleSigning } from "./formats/simple_signing.ts";
import { parseStatement } from "./formats/statement.ts";
import type { TrustedIdentity } from "./trusted_identity.ts";
import { type TaggedSignature, taggedSignatures } from "./formats/tagged_signatures.ts";
import { verifySignature } from "./verify_signature.ts";

/** How an artifact can be signed: by a bundle that refers to it, or behind a tag. */
export type SignatureFormat = "bundle" | "legacy";

/** Whose signatures count: a key, or an identity that a certificate names. */
export type SignedBy = NamedKey | TrustedIdentity;

/** A signature that somebody vouches for. */
export interface FoundSignature {
  readonly format: SignatureFormat;
  /** The manifest that holds it. */
  readonly digest: Digest;
  readonly by: SignedBy;
  /** The statement that was signed, byte for byte; what cosign signs behind a tag is none. */
  readonly statement?: Uint8Array<ArrayBuffer>;
}

/** Something that might have been a signature, and is none that counts. */
export interface Rejection {
  /** The digest of the manifest that holds it, or the tag where it should be. */
  readonly where: string;
  /** Why it does not count, as a part of a sentence: `it is signed by none of the keys`. */
  readonly problem: string;
}

/** What was found. */
export interface SignatureSearch {
  readonly found: readonly FoundSignature[];
  readonly rejected: readonly Rejection[];
  /** What failed first, where something could not be asked for. What is found all the same is found. */
  readonly failure?: unknown;
}

/** What is looked for. */
export interface SearchOptions {
  readonly keys: readonly NamedKey[];
  /** Who may sign with a certificate, and so in a bundle alone. */
  readonly identity?: TrustedIdentity | undefined;
  /** What a statement has to say; that the artifact is signed, when left out. */
  readonly predicateType?: string;
  /** Ends the search early. */
  readonly isEnough?: (found: readonly FoundSignature[]) => boolean;
  /** How many are looked at at a time. */
  readonly concurrency: number;
}

/** How many referrers are looked at, and how many signatures behind a tag. */
const COUNT_LIMIT = 1000;
/** How large a signature may be, in bytes: one with a certificate and the proof of a log has some thousand. */
const SIGNATURE_SIZE_LIMIT = 1024 * 1024;
/** How large an attestation may be, in bytes: an SBOM can have many megabytes. */
const ATTESTATION_SIZE_LIMIT = 48 * 1024 * 1024;
/** How much is read, all in all, in bytes. */
const SIZE_LIMIT = 256 * 1024 * 1024;

/**
 * Finds the signatures of a manifest that one of some keys has made, or the attestations of one type.
 *
 * A signature is one: an attestation of anything else does not count, though the same key has made it. Nothing that is
 * wrong with what others have put there is an error; it is rejected.
 */
export async function findSignatures(
  store: StoreReader,
  subject: Digest,
  { keys, identity, predicateType = SIGNATURE_PREDICATE, isEnough = () => false, concurrency }: SearchOptions,
  context: Context,
): Promise<SignatureSearch> {
  const found: FoundSignature[] = [];
  const rejected: Rejection[] = [];
  const failures: unknown[] = [];
  const isSignature = predicateType === SIGNATURE_PREDICATE;
  const sizeLimit = isSignature ? SIGNATURE_SIZE_LIMIT : ATTESTATION_SIZE_LIMIT;
  let bytesLeft = SIZE_LIMIT;

  const listed = await store.referrers(subject, context);
  if (listed.length > COUNT_LIMIT) {
    reject(subject, `it has ${listed.length} referrers, and ${COUNT_LIMIT} are looked at`);
  }
  const likelyFirst = listed.toSorted((a, b) => Number(isLikely(b)) - Number(isLikely(a))).slice(0, COUNT_LIMIT);
  await lookAtAll(likelyFirst, ({ digest }) => digest, lookAtReferrer);
  const [tag] = companionTags(subject).filter((tag) => tag.endsWith(isSignature ? ".sig" : ".att"));
  if (tag !== undefined && !isEnough(found)) await lookAtAll([tag], (name) => name, lookAtTag);
  const [failure] = failures;
  return { found, rejected, ...(failure === undefined ? {} : { failure }) };

  /** Looks at one after the other, some at a time, until it is enough. */
  async function lookAtAll<Item>(
    items: readonly Item[],
    whereOf: (item: Item) => string,
    look: (item: Item) => Promise<void>,
  ): Promise<void> {
    for (let at = 0; at < items.length && !isEnough(found); at += concurrency) {
      await inParallel(items.slice(at, at + concurrency), concurrency, async (item) => {
        try {
          await look(item);
        } catch (cause) {
          context.signal.throwIfAborted();
          if (isTheirFault(cause)) reject(whereOf(item), cause.message);
          else failures.push(cause);
        }
      });
    }
  }

  async function lookAtReferrer({ digest }: Descriptor): Promise<void> {
    const stored = await store.fetchManifest(digest, context);
    if (stored === undefined) return reject(digest, "it is listed as a referrer, and is not there");
    const manifest = parseManifest(stored.bytes, stored.descriptor);
    if (manifest.subject?.digest !== subject) {
      return reject(digest, "it is listed as a referrer, and refers to something else");
    }
    const [layer, ...others] = manifest.kind === "index" ? [] : manifest.layers;
    if (layer === undefined || !layer.mediaType.startsWith(SIGSTORE_BUNDLE_PREFIX)) return;
    if (others.length > 0 || !isSigstoreBundleMediaType(layer.mediaType)) {
      return reject(digest, "it is not one bundle of version 0.3 or later");
    }
    const bundle = parseSigstoreBundle(await read(layer));
    takeEnvelope(digest, bundle, bundle.certificate === undefined ? undefined : bundle.json);
  }

  async function lookAtTag(name: string): Promise<void> {
    const stored = await store.fetchManifest(name, context);
    if (stored === undefined) return;
    const { digest } = stored.descriptor;
    const manifest = parseManifest(stored.bytes, stored.descriptor);
    if (manifest.kind === "index") return reject(name, "it is an index");
    if (manifest.layers.length > COUNT_LIMIT) {
      return reject(name, `it has ${manifest.layers.length} layers, and ${COUNT_LIMIT} are looked at`);
    }
    if (isSignature) {
      const signatures = taggedSignatures(manifest);
      const others = manifest.layers.length - signatures.length;
      if (others > 0) reject(name, `it has ${others} layers that are no signatures`);
      return await lookAtAll(signatures, () => name, (signature) => lookAtTagged(digest, signature));
    }
    const attestations = manifest.layers.filter(({ mediaType }) => mediaType === DSSE_ENVELOPE_MEDIA_TYPE);
    await lookAtAll(attestations, () => name, async (layer) => {
      takeEnvelope(digest, parseEnvelope(readJsonObject(await read(layer))), undefined);
    });
  }

  async function lookAtTagged(digest: Digest, { layer, signature }: TaggedSignature): Promise<void> {
    const bytes = await read(layer);
    const { digest: signed } = parseSimpleSigning(bytes);
    if (signed !== subject) throw new SyntaxError(`it signs ${signed}`);
    const signers = keys.filter((key) => verifySignature({ bytes, signature }, key));
    if (signers.length === 0) throw new SyntaxError(NO_KEY);
    found.push(...signers.map((by): FoundSignature => ({ format: "legacy", digest, by })));
  }

  /** @param certified All of the bundle, when it has a certificate. */
  function takeEnvelope(digest: Digest, { payload, payloadType, signature }: Envelope, certified: unknown): void {
    if (payloadType !== IN_TOTO_MEDIA_TYPE) throw new SyntaxError("its payload is no statement of in-toto");
    const statement = parseStatement(payload);
    if (statement.predicateType !== predicateType) {
      const type = JSON.stringify(statement.predicateType.slice(0, SHOWN));
      throw new SyntaxError(
        isSignature ? `it is an attestation of the type ${type}, and no signature` : `its type is ${type}`,
      );
    }
    if (!statement.subjects.includes(subject)) {
      throw new SyntaxError(`it speaks of ${statement.subjects[0] ?? "nothing"}, and not of this`);
    }
    const bytes = preAuthEncoding(payloadType, payload);
    const signers: SignedBy[] = keys.filter((key) => verifySignature({ bytes, signature }, key));
    if (identity !== undefined && certified !== undefined) {
      identity.verify(certified);
      signers.push(identity);
    }
    if (signers.length === 0) throw new SyntaxError(noSigner(certified !== undefined, identity));
    found.push(...signers.map((by): FoundSignature => ({ format: "bundle", digest, by, statement: payload })));
  }

  async function read(layer: Descriptor): Promise<Uint8Array<ArrayBuffer>> {
    if (layer.size > sizeLimit) throw new RangeError(`it has ${layer.size} bytes, and ${sizeLimit} are the limit`);
    if (layer.size > bytesLeft) throw new RangeError(`more than ${SIZE_LIMIT} bytes would have to be read`);
    bytesLeft -= layer.size;
    try {
      return await readBytes(await store.fetch(layer, context));
    } catch (cause) {
      context.signal.throwIfAborted();
      // What is gone signs nothing, and whoever left it behind must not be able to stop others from signing.
      if (isTheirFault(cause) || await store.exists(layer, context)) throw cause;
      throw new SyntaxError(`its content ${layer.digest} is not there`, { cause });
    }
  }

  function reject(where: string, problem: string): void {
    rejected.push({ where, problem });
  }
}

const NO_KEY = "it is signed by none of the keys";

/** The problem of a bundle that has a certificate, where a key is asked for. */
export const BY_CERTIFICATE = `${NO_KEY}, but for a certificate`;
/** The problem of a bundle that a key has signed, where an identity is asked for. */
export const BY_OTHER_KEY = "it is signed with a key that is not asked for, and without a certificate";

function noSigner(isCertified: boolean, identity: TrustedIdentity | undefined): string {
  if (isCertified) return BY_CERTIFICATE;
  return identity === undefined ? NO_KEY : BY_OTHER_KEY;
}

/** How much of what others wrote is shown, in characters. */
const SHOWN = 200;

function isLikely({ artifactType }: Descriptor): boolean {
  return artifactType?.startsWith(SIGSTORE_BUNDLE_PREFIX) ?? false;
}

/** What is not as it should be, and no trouble with the place. */
function isTheirFault(cause: unknown): cause is Error {
  return cause instanceof SyntaxError || cause instanceof RangeError ||
    cause instanceof DigestMismatchError;
}
