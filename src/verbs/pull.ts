import { join } from "node:path";
import { DEFAULT_EXTRACTION_RULES, type ExtractionRules } from "../extract/extraction_rules.ts";
import { parsePlatform } from "../oci/platform.ts";
import { type ArtifactPullOptions, pullArtifact, type PulledArtifact } from "../extract/pull_artifact.ts";
import { saveLayer } from "../extract/save_layer.ts";
import type { Digest } from "../oci/digest.ts";
import { artifactTypeOf, manifestParts } from "../oci/parse_manifest.ts";
import { withoutScheme } from "../oci/reference.ts";
import { CONFIG_NAMES } from "../options/config_names.ts";
import { OptionsError } from "../options/options_error.ts";
import { meantName, openReader, parsePlace } from "../places/open_store.ts";
import type { StoreReader } from "../store/store.ts";
import { type Context, sayDone } from "../work/context.ts";
import { optionOf } from "./option_of.ts";
import { withSession } from "./session.ts";
import type { VerbOptions } from "./verb_options.ts";
import { requiredSignature, signedName, type SignedOptions } from "./verify/require_signatures.ts";

/** What to pull, where to, and what it may do there. */
export interface PullOptions extends VerbOptions, SignedOptions, Partial<Omit<ExtractionRules, "links">> {
  /** The artifact: `oci://HOST/REPOSITORY[:TAG][@DIGEST]`, `oci-layout:PATH…` or `oci-archive:PATH…`. */
  readonly source: string;
  /** The directory where its files go; made if absent. */
  readonly directory?: string;
  /** The file that one of its layers becomes as it is, instead of being extracted. */
  readonly outputArchive?: string;
  /** Takes the bytes of {@linkcode PullOptions.outputArchive} instead of a file. */
  readonly output?: (bytes: Uint8Array) => Promise<void>;
  /** Media types or digests of the layers that are wanted; when left out, those that the ecosystem takes. */
  readonly layerTypes?: readonly string[];
  /** Which manifest of an index, such as `linux/amd64`. */
  readonly platform?: string;
  /** What becomes of symbolic links; when left out, images keep them, and they are an error in everything else. */
  readonly symlinks?: ExtractionRules["links"];
}

/** What was pulled, as `gantry pull -o json` prints it. */
export interface PullResult {
  /** The artifact with the digest of its manifest: `oci://HOST/REPOSITORY@sha256:…`. */
  readonly url: string;
  /** The place without scheme, tag and digest. */
  readonly repository: string;
  /** The digest of the manifest. */
  readonly digest: Digest;
  /** The digest of the index that led to the manifest; absent when there was none. */
  readonly index?: Digest;
  /** The media type of the manifest. */
  readonly mediaType: string;
  /** The type of the artifact, or else the media type of its config. */
  readonly artifactType?: string;
  /** Size of the manifest and everything that it names, in bytes. */
  readonly size: number;
  /** The annotations of the manifest. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The layers that were extracted or saved. */
  readonly layers: readonly { readonly mediaType: string; readonly digest: Digest; readonly size: number }[];
  /** The directory or the file that was written. */
  readonly output: string;
  /** How many files and links were written. */
  readonly written: number;
  /** How many were there already, and the same. */
  readonly unchanged: number;
}

/**
 * Verifies an artifact and extracts it safely, or saves one of its layers as it is. Nothing is visible in the directory
 * before every byte was checked against its digest, and all of it against the rules.
 *
 * @throws {OptionsError} When the options make no sense.
 * @throws {NotFoundError} When there is no such artifact.
 * @throws {NotVerifiedError} When it is not signed as it has to be.
 * @throws {ExtractionError} When the artifact breaks a rule.
 * @throws {RegistryError} When a registry refuses.
 * @throws {DigestMismatchError} When what came is not what its digest says.
 */
export async function pull(options: PullOptions): Promise<PullResult> {
  const place = parsePlace(options.source);
  const platform = optionOf(options.platform, parsePlatform);
  const requireSigned = await requiredSignature(options);
  return await withSession(options, { places: [place] }, async (session) => {
    const { access, context, concurrency, spell } = session;
    const { directory, outputArchive, output: write, layerTypes } = options;
    if (directory !== undefined && outputArchive !== undefined) {
      throw new OptionsError("Cannot extract to a directory and save an archive at once: name one of them");
    }
    const output = directory ?? outputArchive;
    if (output === undefined || output === "") {
      throw new OptionsError(`There is no directory: name one, or a file with ${spell("outputArchive")}`);
    }
    const opened = await openReader(place, access);
    await using store = opened.store;
    const wanted = {
      name: await signedName(store, await meantName(opened, context), { requireSigned, session }),
      rules: rulesOf(options),
      ...(platform === undefined ? {} : { platform }),
      ...(layerTypes === undefined ? {} : { layerTypes }),
    };
    const pulled = outputArchive === undefined
      ? await extract({ ...wanted, directory: output, concurrency }, store, context)
      : await saveLayer(store, { ...wanted, file: output, ...(write === undefined ? {} : { write }) }, context);
    const { written, unchanged } = pulled;
    const same = unchanged === 0 ? "" : `, ${unchanged} there already`;
    sayDone(context.log, `Pulled to ${output}: ${written} ${written === 1 ? "file" : "files"} written${same}`);
    return pullResult(pulled, store.url, output);
  });
}

async function extract(
  options: ArtifactPullOptions,
  store: StoreReader,
  context: Context,
): Promise<PulledArtifact> {
  const { tree, ...pulled } = await pullArtifact(store, options, context);
  const [first, ...others] = tree.filesNamed(CONFIG_NAMES).map((path) => JSON.stringify(join(options.directory, path)));
  if (first !== undefined) {
    const more = others.length === 0 ? "" : ` (and so ${others.length === 1 ? "is" : "are"} ${others.length} more)`;
    context.log.warn(
      `${first} is a configuration file of gantry${more}: what is published from there goes where it says, ` +
        "and runs the plugins that it names, so read it first",
    );
  }
  return pulled;
}

function rulesOf(options: PullOptions): ExtractionRules {
  const usual = DEFAULT_EXTRACTION_RULES;
  return {
    maxSize: options.maxSize ?? usual.maxSize,
    maxEntries: options.maxEntries ?? usual.maxEntries,
    maxRatio: options.maxRatio ?? usual.maxRatio,
    maxPathLength: options.maxPathLength ?? usual.maxPathLength,
    maxDepth: options.maxDepth ?? usual.maxDepth,
    names: options.names ?? usual.names,
    ...(options.symlinks === undefined ? {} : { links: options.symlinks }),
    overwrite: options.overwrite ?? usual.overwrite,
  };
}

function pullResult(pulled: PulledArtifact, url: string, output: string): PullResult {
  const { root, descriptor, manifest, layers, written, unchanged } = pulled;
  const artifactType = artifactTypeOf(manifest);
  return {
    url: `${url}@${descriptor.digest}`,
    repository: withoutScheme(url),
    digest: descriptor.digest,
    ...(root.digest === descriptor.digest ? {} : { index: root.digest }),
    mediaType: descriptor.mediaType,
    ...(artifactType === undefined ? {} : { artifactType }),
    size: manifestParts(manifest).reduce((sum, { size }) => sum + size, descriptor.size),
    annotations: manifest.annotations ?? {},
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
    output,
    written,
    unchanged,
  };
}
