/** Both forms of signatures, and what verifiers make of a place that has not both. */
import { SIGSTORE_BUNDLE_PREFIX } from "../oci/media_types.ts";
import type { Digest } from "../oci/digest.ts";
import { parseManifest } from "../oci/parse_manifest.ts";
import { companionTag } from "../store/companion_tags.ts";
import type { StoredManifest, StoreReader } from "../store/store.ts";
import type { Context } from "../work/context.ts";
import { taggedSignatures } from "./formats/tagged_signatures.ts";

/** What is there, in either form. */
export interface FormsThere {
  /** How many bundles refer to the artifact, whatever they say. */
  readonly bundles: number;
  /** How many signatures stand behind the tag `sha256-….sig`. */
  readonly tagged: number;
}

/** What comes to it. */
export interface FormsAdded {
  /** Whether a bundle comes that is a signature. */
  readonly bundle?: boolean;
  /** Whether a signature comes behind the tag. */
  readonly legacy?: boolean;
  /** Whether a bundle comes that says something else. */
  readonly attestation?: boolean;
  /** How many of the signatures behind the tag are by keys that sign a bundle as well. */
  readonly tagged: number;
}

/** Looks at what is there. */
export async function formsAt(
  store: Pick<StoreReader, "referrers" | "fetchManifest">,
  subject: Digest,
  context: Context,
): Promise<FormsThere> {
  const listed = await store.referrers(subject, context);
  const bundles = listed.filter(({ artifactType }) => artifactType?.startsWith(SIGSTORE_BUNDLE_PREFIX)).length;
  const tag = companionTag(subject, "sig");
  const stored = tag === undefined ? undefined : await store.fetchManifest(tag, context);
  return { bundles, tagged: stored === undefined ? 0 : countTagged(stored) };
}

/**
 * What cannot be read holds none, and whoever put it there must not be able to stop others from signing in a bundle.
 */
function countTagged({ bytes, descriptor }: StoredManifest): number {
  try {
    return taggedSignatures(parseManifest(bytes, descriptor)).length;
  } catch (cause) {
    if (cause instanceof SyntaxError) return 0;
    throw cause;
  }
}

const NEW_VERIFIERS = "cosign 3 and Flux 2.8 and later";
const OLD_VERIFIERS = "cosign 2, Flux 2.7 and earlier, and policy engines that know no bundles";

/**
 * Says which verifiers will not find what they look for: those that know bundles look at nothing else as soon as there
 * is one, and those that do not look behind the tag alone.
 *
 * @param place The artifact, as messages show it.
 * @returns Sentences; none when everybody finds everything.
 */
export function mixedForms(
  place: string,
  { bundles, tagged }: FormsThere,
  { bundle = false, legacy = false, attestation = false, tagged: own }: FormsAdded,
): readonly string[] {
  const warnings: string[] = [];
  if (legacy && !bundle && bundles > 0) {
    warnings.push(
      `${NEW_VERIFIERS} find a bundle at ${place}, so they never look at the signature behind the tag sha256-….sig`,
    );
  }
  if (bundle && !legacy && own === 0) {
    warnings.push(
      `${OLD_VERIFIERS} look behind the tag sha256-….sig alone, and find no signature by this key at ${place}`,
    );
  }
  if ((bundle || attestation) && bundles === 0 && tagged > (bundle ? own : 0)) {
    warnings.push(
      `With a bundle at ${place}, ${NEW_VERIFIERS} no longer look at the signatures behind the tag sha256-….sig: ` +
        "whoever verifies with another key finds none until that key signs in a bundle as well",
    );
  }
  return warnings;
}
