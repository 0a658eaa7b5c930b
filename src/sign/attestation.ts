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
  SPDX_PREDICATE,
} from "./formats/predicate_types.ts";
import { readJsonObject } from "./formats/read_json_object.ts";
import { encodeStatement } from "./formats/statement.ts";

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

/** What lists the contents of an artifact. */
const SBOM_KINDS: readonly Kind[] = [
  {
    predicateType: SPDX_PREDICATE,
    mediaType: "application/spdx+json",
    what: 'an SPDX document in JSON, which has a "spdxVersion" or the "@context" of SPDX 3',
    isOne: (json) => textIn(json, "spdxVersion").startsWith("SPDX-") || textIn(json, "@context").includes("spdx.org/"),
  },
  {
    predicateType: CYCLONEDX_PREDICATE,
    mediaType: "application/vnd.cyclonedx+json",
    what: 'a CycloneDX document in JSON, which has "bomFormat": "CycloneDX"',
    isOne: (json) => json.bomFormat === "CycloneDX",
  },
];
/** The kinds that are known. Of any other nobody can say whether a file is one. */
const KINDS: readonly Kind[] = [
  ...SBOM_KINDS,
  {
    predicateType: PROVENANCE_PREDICATE,
    what: 'a provenance of SLSA 1, which has a "buildDefinition" and "runDetails"',
    isOne: (json) => isObject(json.buildDefinition) && isObject(json.runDetails),
  },
  {
    predicateType: OPENVEX_PREDICATE,
    what: 'an OpenVEX document, which has the "@context" of OpenVEX',
    isOne: (json) => textIn(json, "@context").startsWith("https://openvex.dev/ns"),
  },
];

/** How large a file may be, in bytes: in a bundle it is a third larger, and that is read into memory. */
export const ATTESTATION_FILE_LIMIT = 32 * 1024 * 1024;

/**
 * Reads what shall be said of an artifact: a JSON object.
 *
 * @param predicateType What kind of thing it says: a URI.
 * @throws {SyntaxError} When it is not what its type says, as a part of a sentence.
 */
export function parseAttestation(bytes: Uint8Array, predicateType: string): Attestation {
  const json = readJsonObject(bytes);
  const kind = KINDS.find((each) => each.predicateType === predicateType);
  if (kind === undefined || kind.isOne(json)) return { predicateType, predicate: textOf(bytes) };
  const isStatement = textIn(json, "_type").startsWith("https://in-toto.io/Statement");
  throw new SyntaxError(`it is not ${kind.what}${isStatement ? ", but a whole statement of in-toto around one" : ""}`);
}

/**
 * Reads an SBOM of any kind that is known.
 *
 * @throws {SyntaxError} When it is none, as a part of a sentence.
 */
export function parseSbom(bytes: Uint8Array): Attestation {
  const json = readJsonObject(bytes);
  const kind = SBOM_KINDS.find(({ isOne }) => isOne(json));
  if (kind !== undefined) return { predicateType: kind.predicateType, predicate: textOf(bytes) };
  throw new SyntaxError("it is neither an SPDX nor a CycloneDX document in JSON");
}

/** Makes what refers to an artifact when nobody signs it. Scanners find it by its type; nobody vouches for it. */
export function plainReferrer(
  subject: Digest,
  { predicateType, predicate }: Attestation,
  created: string | undefined,
): StatementReferrer {
  const { mediaType } = KINDS.find((each) => each.predicateType === predicateType) ?? {};
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

/** Without what stands around the object, such as the end of the last line. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).trim();
}

function textIn(json: Readonly<Record<string, unknown>>, key: string): string {
  const value = json[key];
  return typeof value === "string" ? value : "";
}
