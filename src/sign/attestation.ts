/** What can be said of an artifact in a file of its own: SBOMs, provenance, VEX, and whatever has a URI. */
import { bytesContent } from "../oci/bytes_content.ts";
import type { Digest } from "../oci/digest.ts";
import { isObject } from "../oci/is_object.ts";
import { IN_TOTO_MEDIA_TYPE } from "../oci/media_types.ts";
import { createdAnnotation, type StatementReferrer } from "./bundle_referrer.ts";
import {
  CYCLONEDX_PREDICATE,
  OPENVEX_PREDICATE,
  PROVENANCE_PREDICATE,
  SIGNATURE_PREDICATE,
  SPDX_PREDICATE,
} from "./predicate_types.ts";
import { encodeStatement } from "./statement.ts";

/** What is said of an artifact, checked to be what it is called. */
export interface Attestation {
  /** What kind of thing it says: a URI. */
  readonly predicateType: string;
  /** What it says: JSON text, byte for byte as it was written. */
  readonly predicate: string;
}

interface Kind {
  readonly predicateType: string;
  /** What scanners look for when nobody signs it; an in-toto statement around it when left out. */
  readonly mediaType?: string;
  /** What it has to be, for messages. */
  readonly what: string;
  readonly isOne: (json: Readonly<Record<string, unknown>>) => boolean;
}

/** The types that have a short name. */
const KINDS: Readonly<Record<string, Kind>> = {
  spdx: {
    predicateType: SPDX_PREDICATE,
    mediaType: "application/spdx+json",
    what: 'an SPDX document in JSON, which has a "spdxVersion" or the "@context" of SPDX 3',
    isOne: (json) => textIn(json, "spdxVersion").startsWith("SPDX-") || textIn(json, "@context").includes("spdx.org/"),
  },
  cyclonedx: {
    predicateType: CYCLONEDX_PREDICATE,
    mediaType: "application/vnd.cyclonedx+json",
    what: 'a CycloneDX document in JSON, which has "bomFormat": "CycloneDX"',
    isOne: (json) => json.bomFormat === "CycloneDX",
  },
  slsaprovenance1: {
    predicateType: PROVENANCE_PREDICATE,
    what: 'a provenance of SLSA 1, which has a "buildDefinition" and "runDetails"',
    isOne: (json) => isObject(json.buildDefinition) && isObject(json.runDetails),
  },
  vex: {
    predicateType: OPENVEX_PREDICATE,
    what: 'an OpenVEX document, which has the "@context" of OpenVEX',
    isOne: (json) => textIn(json, "@context").startsWith("https://openvex.dev/ns"),
  },
};

/** The short names of types. */
export const ATTESTATION_TYPES: readonly string[] = Object.keys(KINDS);
/** The short names of what lists the contents of an artifact. */
const SBOM_TYPES = ["spdx", "cyclonedx"];
/** How large a file may be, in bytes: in a bundle it is a third larger, and that is read into memory. */
export const ATTESTATION_SIZE_LIMIT = 32 * 1024 * 1024;

/**
 * The URI of a type.
 *
 * @param type A short name, or a URI itself.
 * @throws {SyntaxError} When it is neither, or says that something is signed.
 */
export function predicateTypeOf(type: string): string {
  const kind = KINDS[type];
  if (kind !== undefined) return kind.predicateType;
  if (!/^[a-z][a-z0-9+.-]*:\S+$/i.test(type)) {
    throw new SyntaxError(
      `Cannot use the type ${JSON.stringify(type)}: it must be one of ${ATTESTATION_TYPES.join(", ")}, or a URI`,
    );
  }
  if (type === SIGNATURE_PREDICATE) throw new SyntaxError(`Cannot use the type ${type}: that is a signature`);
  return type;
}

/**
 * Reads what shall be said of an artifact.
 *
 * @param type A short name or a URI.
 * @throws {SyntaxError} When it is not what its type says, as a part of a sentence.
 */
export function parseAttestation(bytes: Uint8Array, type: string): Attestation {
  const predicateType = predicateTypeOf(type);
  const { text, json } = readJson(bytes);
  const kind = KINDS[type] ?? Object.values(KINDS).find((each) => each.predicateType === predicateType);
  if (kind === undefined) return { predicateType, predicate: text };
  if (isObject(json) && kind.isOne(json)) return { predicateType, predicate: text };
  const isStatement = isObject(json) && textIn(json, "_type").startsWith("https://in-toto.io/Statement");
  throw new SyntaxError(`it is not ${kind.what}${isStatement ? ", but a whole statement of in-toto around one" : ""}`);
}

/**
 * Reads an SBOM of any kind that is known.
 *
 * @throws {SyntaxError} When it is none, as a part of a sentence.
 */
export function parseSbom(bytes: Uint8Array): Attestation {
  const { text, json } = readJson(bytes);
  const kinds = SBOM_TYPES.flatMap((type) => KINDS[type] ?? []);
  const kind = isObject(json) ? kinds.find(({ isOne }) => isOne(json)) : undefined;
  if (kind !== undefined) return { predicateType: kind.predicateType, predicate: text };
  throw new SyntaxError("it is neither an SPDX nor a CycloneDX document in JSON");
}

/** Makes what refers to an artifact when nobody signs it. Scanners find it by its type; nobody vouches for it. */
export function plainReferrer(
  subject: Digest,
  { predicateType, predicate }: Attestation,
  created: string | undefined,
): StatementReferrer {
  const { mediaType } = Object.values(KINDS).find((each) => each.predicateType === predicateType) ?? {};
  const bytes = mediaType === undefined
    ? encodeStatement({ subject, predicateType, predicate })
    : new TextEncoder().encode(predicate);
  const type = mediaType ?? IN_TOTO_MEDIA_TYPE;
  const annotations = mediaType === undefined ? { [IN_TOTO_PREDICATE_ANNOTATION]: predicateType } : {};
  return {
    artifactType: type,
    layers: [bytesContent(type, bytes, mediaType === undefined ? { annotations } : {})],
    annotations: { ...annotations, ...createdAnnotation(created) },
  };
}

/** As BuildKit has it on the layers of its attestations. */
const IN_TOTO_PREDICATE_ANNOTATION = "in-toto.io/predicate-type";

function readJson(bytes: Uint8Array): { readonly text: string; readonly json: unknown } {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).trim();
    return { text, json: JSON.parse(text) };
  } catch (cause) {
    throw new SyntaxError("it is not JSON", { cause });
  }
}

function textIn(json: Readonly<Record<string, unknown>>, key: string): string {
  const value = json[key];
  return typeof value === "string" ? value : "";
}
