import { parseJsonBytes } from "../oci/parse_json_bytes.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import { isOrigin, isRepository } from "../oci/origin.ts";
import { isManifestMediaType, type ParsedManifest } from "../oci/parse_manifest.ts";
import { isTag } from "../oci/tag.ts";
import { isCosignTag } from "../store/companion_tags.ts";
import {
  BUNDLE_MEDIA_TYPE,
  BUNDLE_SIZE_LIMIT,
  type BundledArtifact,
  type BundleDescription,
  bundledNames,
  type BundledReferrer,
  encodeDescription,
  type Named,
  type OmittedBlob,
} from "./bundle.ts";
import { isObject } from "../oci/is_object.ts";

/**
 * Reads a description. Whoever wrote it may be hostile, so nothing but what {@linkcode encodeDescription} writes is
 * taken.
 *
 * @throws {SyntaxError} Says what is wrong, as the last part of a sentence.
 */
export function parseDescription(bytes: Uint8Array): BundleDescription {
  if (bytes.byteLength > BUNDLE_SIZE_LIMIT) {
    throw new SyntaxError(`it has ${bytes.byteLength} bytes, and ${BUNDLE_SIZE_LIMIT} are the limit`);
  }
  const json = parseJsonBytes(bytes);
  if (!isObject(json)) throw new SyntaxError("it is not a JSON object");
  if (json.version !== 1) {
    throw new SyntaxError(`its version is ${JSON.stringify(json.version) ?? "missing"}, and only 1 is known`);
  }
  const description = {
    artifacts: listOf(json.artifacts, "artifacts", parseArtifact),
    omitted: listOf(json.omitted, "omitted", parseOmitted),
  };
  checkNames(description.artifacts);
  checkOmitted(description);
  // What another reader would take for something else, such as a field twice, is written in another way.
  const written = encodeDescription(description);
  if (written.byteLength !== bytes.byteLength || written.some((byte, at) => byte !== bytes[at])) {
    throw new SyntaxError("it has unknown fields, or is not written in the fixed order");
  }
  return description;
}

/**
 * What the manifest of a description names as its content.
 *
 * @throws {SyntaxError} When the manifest is not what an export writes.
 */
export function descriptionLayer(manifest: ParsedManifest): Descriptor {
  const [layer, ...others] = manifest.kind === "manifest" ? manifest.layers : [];
  if (layer?.mediaType === BUNDLE_MEDIA_TYPE && others.length === 0) return layer;
  throw new SyntaxError("it does not have one layer of the right type");
}

/** A name of one repository at two manifests would come to stand at whichever was last. */
function checkNames(artifacts: readonly BundledArtifact[]): void {
  const seen = new Map<string, Digest>();
  for (const { origin, digest } of artifacts) {
    const name = `${origin}@${digest}`;
    if (seen.has(name)) throw new SyntaxError(`${show(name)} stands in it twice`);
    seen.set(name, digest);
  }
  for (const { origin, tag, digest } of bundledNames(artifacts)) {
    const name = `${origin}:${tag}`;
    if ((seen.get(name) ?? digest) !== digest) throw new SyntaxError(`${show(name)} stands in it twice`);
    seen.set(name, digest);
  }
}

/** Manifests always travel: they say what must be there. */
function checkOmitted({ artifacts, omitted }: BundleDescription): void {
  const manifests = new Set(artifacts.flatMap(({ digest, referrers, companions }) => [
    digest,
    ...referrers.map(({ digest }) => digest),
    ...Object.values(companions),
  ]));
  const wrong = omitted.find(({ digest, mediaType }) => isManifestMediaType(mediaType) || manifests.has(digest));
  if (wrong !== undefined) throw new SyntaxError(`it leaves out ${wrong.digest}, and manifests always travel`);
}

function parseArtifact(value: Record<string, unknown>, name: string): BundledArtifact {
  const { origin, withoutReferrers } = value;
  if (typeof origin !== "string" || !isOrigin(origin)) {
    throw new SyntaxError(`${name} has ${show(origin)} for an origin`);
  }
  const named = parseManifestName(value, name);
  const tags = textsOf(value.tags, `${name}.tags`, isTag);
  const referrers = listOf(value.referrers, `${name}.referrers`, parseReferrer);
  if (withoutReferrers !== undefined && withoutReferrers !== true) {
    throw new SyntaxError(`${name} has ${show(withoutReferrers)} for withoutReferrers`);
  }
  const companions = companionsOf(value.companions, name);
  return { origin, ...named, tags, referrers, companions, ...(withoutReferrers ? { withoutReferrers } : {}) };
}

function parseReferrer(value: Record<string, unknown>, name: string): BundledReferrer {
  const { subject, artifactType } = value;
  if (typeof subject !== "string" || !isDigest(subject)) {
    throw new SyntaxError(`${name} has ${show(subject)} for a subject`);
  }
  if (artifactType !== undefined && (typeof artifactType !== "string" || artifactType === "")) {
    throw new SyntaxError(`${name} has ${show(artifactType)} for an artifactType`);
  }
  return { subject, ...parseManifestName(value, name), ...(artifactType === undefined ? {} : { artifactType }) };
}

function parseOmitted(value: Record<string, unknown>, name: string): OmittedBlob {
  return { ...parseNamed(value, name), at: textsOf(value.at, `${name}.at`, isRepository) };
}

function parseManifestName(value: Record<string, unknown>, name: string): Named {
  const named = parseNamed(value, name);
  if (isManifestMediaType(named.mediaType)) return named;
  throw new SyntaxError(`${name} is ${show(named.mediaType)}, which is not a kind of manifest that gantry reads`);
}

function parseNamed({ digest, mediaType, size }: Record<string, unknown>, name: string): Named {
  if (typeof digest !== "string" || !isDigest(digest)) {
    throw new SyntaxError(`${name} has ${show(digest)} for a digest`);
  }
  if (typeof mediaType !== "string" || mediaType === "") throw new SyntaxError(`${name} has no mediaType`);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw new SyntaxError(`${name} has ${show(size)} for a size`);
  }
  return { digest, mediaType, size };
}

function companionsOf(value: unknown, name: string): Readonly<Record<string, Digest>> {
  if (!isObject(value)) throw new SyntaxError(`${name}.companions are not digests by tag`);
  return Object.fromEntries(
    Object.entries(value).map(([tag, digest]) => {
      // No others: these move without a question.
      if (!isCosignTag(tag)) throw new SyntaxError(`${name}.companions has ${show(tag)} for a tag`);
      if (typeof digest !== "string" || !isDigest(digest)) {
        throw new SyntaxError(`${name}.companions has ${show(digest)} for a digest`);
      }
      return [tag, digest];
    }),
  );
}

function listOf<T>(value: unknown, name: string, parse: (value: Record<string, unknown>, name: string) => T): T[] {
  if (!Array.isArray(value)) throw new SyntaxError(`its ${name} are not a list`);
  return value.map((each, at) => {
    if (!isObject(each)) throw new SyntaxError(`${name}[${at}] is not an object`);
    return parse(each, `${name}[${at}]`);
  });
}

function textsOf(value: unknown, name: string, isRight: (text: string) => boolean): readonly string[] {
  if (!Array.isArray(value)) throw new SyntaxError(`${name} are not a list`);
  return value.map((each) => {
    if (typeof each === "string" && isRight(each)) return each;
    throw new SyntaxError(`${name} has ${show(each)}, which is not allowed there`);
  });
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 150 ? `${text.slice(0, 150)}…` : text;
}
