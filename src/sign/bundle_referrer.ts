import { BUNDLE_CONTENT_ANNOTATION, BUNDLE_PREDICATE_ANNOTATION, CREATED_ANNOTATION } from "../oci/annotation_keys.ts";
import { bytesContent } from "../oci/bytes_content.ts";
import type { Annotations, Content } from "../oci/descriptor.ts";
import { SIGSTORE_BUNDLE_MEDIA_TYPE } from "../oci/media_types.ts";
import type { Call } from "../work/context.ts";
import type { BundleSigner } from "./bundle_signer.ts";
import { encodeSigstoreBundle } from "./formats/sigstore_bundle.ts";
import { encodeStatement, type StatementContent } from "./formats/statement.ts";

/** What refers to an artifact and says something of it. */
export interface StatementReferrer {
  /** What it is. */
  readonly artifactType: string;
  /** What it says: one layer. */
  readonly layers: readonly Content[];
  /** Annotations of its manifest. */
  readonly annotations: Annotations;
}

/** What is said, and when the artifact was made. */
export interface SignedContent extends StatementContent {
  /** The time that the artifact says it was created; the referrer has it too, and never the clock. */
  readonly created: string | undefined;
}

/**
 * Signs a statement, and makes what refers to the artifact of it: a sigstore bundle.
 *
 * Where the signature is deterministic, the same content always gives the same bytes.
 */
export async function bundleReferrer(
  content: SignedContent,
  signer: BundleSigner,
  call: Call,
): Promise<StatementReferrer> {
  const statement = encodeStatement(content);
  const bundle = encodeSigstoreBundle({ statement, ...await signer.sign(statement, call) });
  return {
    artifactType: SIGSTORE_BUNDLE_MEDIA_TYPE,
    layers: [bytesContent(SIGSTORE_BUNDLE_MEDIA_TYPE, bundle)],
    annotations: {
      [BUNDLE_CONTENT_ANNOTATION]: "dsse-envelope",
      [BUNDLE_PREDICATE_ANNOTATION]: content.predicateType,
      ...createdAnnotation(content.created),
    },
  };
}

/** The annotation that says when something was made; none when nobody knows. */
export function createdAnnotation(created: string | undefined): Annotations {
  return created === undefined ? {} : { [CREATED_ANNOTATION]: created };
}
