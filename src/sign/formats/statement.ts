/**
 * in-toto statements: something that is said of an artifact, which is named by its digest.
 *
 * @see {@link https://github.com/in-toto/attestation/blob/v1.1.2/spec/v1/statement.md | in-toto Attestation Framework, Statement v1}
 */
import { type Digest, digestAlgorithm, digestHex, isDigest } from "../../oci/digest.ts";
import { isObject } from "../../oci/is_object.ts";
import { readJsonObject } from "./read_json_object.ts";

/** A statement, as somebody wrote it. */
export interface Statement {
  /** The digests of what it speaks of. Those of algorithms that OCI does not know are left out. */
  readonly subjects: readonly Digest[];
  /** What kind of thing it says: a URI. */
  readonly predicateType: string;
  /** What it says, as JSON that was parsed. */
  readonly predicate: unknown;
}

/** The statement that is made of an artifact. */
export interface StatementContent {
  /** The manifest that it speaks of. */
  readonly subject: Digest;
  /** What kind of thing it says: a URI. */
  readonly predicateType: string;
  /** What it says, as JSON text. It becomes a part of the statement byte for byte. */
  readonly predicate: string;
}

const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
/** What attestations of cosign 2 and of GitHub's first action are. */
const STATEMENT_TYPES: readonly unknown[] = [STATEMENT_TYPE, "https://in-toto.io/Statement/v0.1"];

/** Writes a statement as JSON. The same content always gives the same bytes. */
export function encodeStatement({ subject, predicateType, predicate }: StatementContent): Uint8Array<ArrayBuffer> {
  const digest = { [digestAlgorithm(subject)]: digestHex(subject) };
  const head = JSON.stringify({ _type: STATEMENT_TYPE, subject: [{ digest }], predicateType });
  // The predicate keeps its bytes: numbers and the order of keys survive that a parser would change.
  return new TextEncoder().encode(`${head.slice(0, -1)},"predicate":${predicate}}`);
}

/**
 * Reads a statement, v1 or v0.1.
 *
 * @throws {SyntaxError} Says what is wrong, as a part of a sentence.
 */
export function parseStatement(bytes: Uint8Array): Statement {
  const json = readJsonObject(bytes);
  if (!STATEMENT_TYPES.includes(json._type)) throw new SyntaxError("its payload is no statement of in-toto");
  const { predicateType, subject, predicate } = json;
  if (typeof predicateType !== "string" || predicateType === "") {
    throw new SyntaxError("its statement has no predicateType");
  }
  if (!Array.isArray(subject)) throw new SyntaxError("its statement has no list of subjects");
  return { subjects: subject.flatMap(digestsOf), predicateType, predicate };
}

function digestsOf(subject: unknown): readonly Digest[] {
  if (!isObject(subject) || !isObject(subject.digest)) {
    throw new SyntaxError("its statement has a subject without digest");
  }
  return Object.entries(subject.digest).map(([algorithm, hex]) => `${algorithm}:${hex}`).filter(isDigest);
}
