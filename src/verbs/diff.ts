import { DEFAULT_EXTRACTION_RULES } from "../extract/extraction_rules.ts";
import { findArtifact, type FoundArtifact } from "../extract/find_artifact.ts";
import { hashArtifact, type HashedFile } from "../extract/hash_artifact.ts";
import { parsePlatform } from "../oci/platform.ts";
import type { Platform } from "../oci/descriptor.ts";
import { REVISION_ANNOTATION } from "../oci/annotation_keys.ts";
import type { Digest } from "../oci/digest.ts";
import type { ImageManifest } from "../oci/parse_manifest.ts";
import { isReference, type Reference, referenceSchemes } from "../oci/reference.ts";
import { OptionsError } from "../options/options_error.ts";
import { meantName, openReader, parsePlace } from "../places/open_store.ts";
import type { StoreReader } from "../store/store.ts";
import { type DiffResult, diffResult, type DiffSide } from "./diff/diff_result.ts";
import { optionOf } from "./option_of.ts";
import { packedFiles } from "./publish/packed_files.ts";
import { profileOf } from "./publish/choose_profile.ts";
import type { Configuration, ConfiguredOptions, PublishOptions } from "./publish/publish_options.ts";
import { type Session, withSession } from "./session.ts";
import type { VerbOptions } from "./verb_options.ts";
import {
  requiredSignature,
  type RequireSignature,
  signedName,
  type SignedOptions,
} from "./verify/require_signatures.ts";

/** What to compare. Options of publishing say what a push of a directory would publish. */
export interface DiffOptions
  extends
    VerbOptions,
    SignedOptions,
    Pick<PublishOptions, "profile" | "ignore" | "ignoreFile" | "defaultIgnores" | "symlinks"> {
  /** An artifact, as a reference, or a directory. */
  readonly a: string;
  /** The same. */
  readonly b: string;
  /** Shows the lines that differ as well, as a unified diff with so many lines around them. */
  readonly unified?: number;
  /** Which manifest of an index, such as `linux/amd64`. */
  readonly platform?: string;
}

/** The same, and what the command line knows besides. */
export interface ConfiguredDiffOptions extends DiffOptions, Pick<ConfiguredOptions, "machine"> {
  /** Says what the configuration file of a directory says; there is none when left out. */
  readonly configuration?: (directory: string) => Promise<Configuration | undefined>;
}

/** The size of the largest file whose lines are compared, in bytes. */
const TEXT_LIMIT = 1024 * 1024;

/**
 * Says what differs between two artifacts, or between one and what a push would publish of a directory. Where a
 * directory is compared with an artifact, its profile is that of the artifact unless another one is asked for.
 *
 * @throws {OptionsError} When the options make no sense.
 * @throws {NotFoundError} When there is no such artifact.
 * @throws {NotVerifiedError} When an artifact is not signed as it has to be.
 * @throws {RegistryError} When a registry refuses.
 */
export async function diff(options: DiffOptions): Promise<DiffResult> {
  return await diffConfigured(options);
}

/** The same, with what the command line knows besides. */
export async function diffConfigured(options: ConfiguredDiffOptions): Promise<DiffResult> {
  const { a, b, unified } = options;
  for (const text of [a, b]) await refuseNeither(text);
  const [from, to] = [namedSide(a), namedSide(b)];
  const places = [from, to].flatMap(({ place }) => place ?? []);
  const platform = optionOf(options.platform, parsePlatform);
  const requireSigned = await requiredSignature(options);
  return await withSession(options, { places }, async (session) => {
    await using first = await openSide(from, { session, platform, requireSigned });
    await using second = await openSide(to, { session, platform, requireSigned });
    const keepLimit = unified === undefined ? -1 : TEXT_LIMIT;
    const isSame = first.found !== undefined && first.found.descriptor.digest === second.found?.descriptor.digest;
    const read = { session, options, keepLimit };
    const before = isSame ? NOTHING : await readSide(first, second, read);
    const after = isSame ? NOTHING : await readSide(second, first, { ...read, known: before });
    const result = diffResult(sideOf(first, before), sideOf(second, after));
    if (unified === undefined) return result;
    const { withPatches } = await import("./diff/with_patches.ts");
    return await withPatches(result, { before, after, lines: unified }, session.context);
  });
}

async function refuseNeither(text: string): Promise<void> {
  if (isReference(text) || (await Deno.stat(text).catch(() => undefined))?.isDirectory) return;
  throw new OptionsError(
    `Cannot compare ${
      JSON.stringify(text)
    }: it is no directory, and no reference that begins with ${referenceSchemes()}`,
  );
}

const NOTHING: DiffSide["files"] = new Map();

/** One of the two, before it is opened. */
interface NamedSide {
  /** As it was written. */
  readonly text: string;
  /** Absent for a directory. */
  readonly place?: Reference;
}

function namedSide(text: string): NamedSide {
  return isReference(text) ? { text, place: parsePlace(text) } : { text };
}

/** One of the two, before its files are read. */
interface Side extends Pick<NamedSide, "text">, AsyncDisposable {
  /** Absent for a directory, as the artifact. */
  readonly store?: StoreReader;
  readonly found?: FoundArtifact;
}

async function openSide(
  { text, place }: NamedSide,
  { session, platform, requireSigned }: {
    readonly session: Session;
    readonly platform: Platform | undefined;
    readonly requireSigned: RequireSignature | undefined;
  },
): Promise<Side> {
  const { access, context } = session;
  if (place === undefined) return { text, [Symbol.asyncDispose]: async (): Promise<void> => {} };
  const opened = await openReader(place, access);
  const { store } = opened;
  try {
    const name = await signedName(store, await meantName(opened, context), { requireSigned, session });
    const found = await findArtifact(store, name, platform, context);
    return { text, store, found, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

interface ReadOptions {
  readonly session: Session;
  readonly options: ConfiguredDiffOptions;
  /** The size of the largest file that can be read again, in bytes. */
  readonly keepLimit: number;
  /** The files of the other side, when they were read before. */
  readonly known?: DiffSide["files"];
}

async function readSide(
  { text, store, found }: Side,
  other: Side,
  { session, options, keepLimit, known = NOTHING }: ReadOptions,
): Promise<DiffSide["files"]> {
  const { context, concurrency } = session;
  if (store === undefined || found === undefined) {
    const packed = await packing(text, other.found, options);
    return await packedFiles(packed, { concurrency, keepLimit }, context);
  }
  const wants = (path: string, digest: Digest): boolean => !hasDigest(known.get(path), digest);
  const { files } = await hashArtifact(store, found, {
    rules: { ...DEFAULT_EXTRACTION_RULES, names: "any" },
    concurrency,
    ...(keepLimit < 0 ? {} : { keep: { limit: keepLimit, wants } }),
  }, context);
  return files;
}

/** Says how a directory would be published. */
async function packing(
  directory: string,
  other: FoundArtifact | undefined,
  { configuration, ...options }: ConfiguredDiffOptions,
): Promise<ConfiguredOptions> {
  const configured = await configuration?.(directory);
  return {
    ...options,
    source: directory,
    usually: other === undefined ? {} : await madeAs(other.manifest),
    ...(configured === undefined ? {} : { configuration: configured }),
  };
}

/** The shape of an artifact, and the revision that files in it may name: another one alone is no difference. */
async function madeAs(manifest: ImageManifest): Promise<NonNullable<ConfiguredOptions["usually"]>> {
  const revision = manifest.annotations?.[REVISION_ANNOTATION];
  return { profile: await profileOf(manifest), ...(revision === undefined ? {} : { revision }) };
}

function hasDigest(file: HashedFile | undefined, digest: Digest): boolean {
  return file?.kind === "file" && file.digest === digest;
}

function sideOf({ text, store, found }: Side, files: DiffSide["files"]): DiffSide {
  if (store === undefined || found === undefined) return { name: text, files };
  return { name: `${store.url}@${found.descriptor.digest}`, manifest: found.manifest, files };
}
