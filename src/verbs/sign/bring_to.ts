import { readBundle } from "../../layout/bundle/read_bundle.ts";
import type { LayoutPlace } from "../../layout/layout.ts";
import { CREATED_ANNOTATION } from "../../oci/annotation_keys.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { parseManifest } from "../../oci/parse_manifest.ts";
import { formatReference } from "../../oci/reference.ts";
import { OptionsError } from "../../options/options_error.ts";
import { meantName, openStore, parsePlace } from "../../places/open_store.ts";
import { attachmentsOf } from "../../pipeline/bring_to_targets.ts";
import type { Belongings } from "../../pipeline/plugin.ts";
import { bring } from "../../store/bring.ts";
import { missingName } from "../../store/missing_name.ts";
import { type Store, UnsupportedError } from "../../store/store.ts";
import type { Context } from "../../work/context.ts";
import { type Session, withSession } from "../session.ts";
import type { VerbOptions } from "../verb_options.ts";

/** An artifact that something is brought to. */
export interface Subject {
  /** The place with the digest. */
  readonly url: string;
  readonly descriptor: Descriptor;
  /** The time that it says it was created. */
  readonly created: string | undefined;
  readonly store: Store;
}

/** What was brought. */
export interface Brought {
  /** The manifests that refer to it now. */
  readonly referrers: readonly Descriptor[];
  /** The tags made of its digest that were written. */
  readonly tags: readonly string[];
}

/**
 * Finds an artifact, and brings what belongs to it by its digest. Nothing is brought when the tag that was named has
 * moved while it was made.
 *
 * @param make Makes what belongs to it; told of the session as well.
 * @throws {NotFoundError} When there is no such artifact.
 * @throws {UnsupportedError} When it is in a bundle.
 * @throws {Error} When its tag moves meanwhile.
 */
export async function bringTo<Made extends Belongings>(
  source: string,
  options: VerbOptions,
  make: (subject: Subject, session: Session) => Promise<Made>,
): Promise<{ readonly subject: Subject; readonly made: Made; readonly brought: Brought }> {
  const place = parsePlace(source);
  return await withSession(options, { places: [place] }, async (session) => {
    const { access, context, concurrency } = session;
    const opened = await openStore(place, { access, right: "push", mustExist: true });
    await using store = opened.store;
    if (opened.name === undefined && opened.layout === undefined) {
      throw new OptionsError(`Cannot use ${JSON.stringify(source)}: name the artifact by a tag or a digest`);
    }
    await refuseBundle(opened.layout, context);
    const name = await meantName(opened, context);
    const stored = await store.fetchManifest(name, context);
    if (stored === undefined) throw await missingName(store, name, context);
    const { descriptor } = stored;
    const { annotations } = parseManifest(stored.bytes, descriptor);
    const subject: Subject = {
      url: `${store.url}@${descriptor.digest}`,
      descriptor,
      created: annotations?.[CREATED_ANNOTATION],
      store,
    };
    const { reference: { tag } } = opened;
    await refuseMoved(tag, subject, "Cannot use", context);
    const made = await make(subject, session);
    await refuseMoved(tag, subject, `Nothing was written for ${formatReference(opened.reference)}:`, context);
    const attachments = attachmentsOf(made, descriptor);
    await bring(store, attachments, { context, concurrency });
    await store.commit(context);
    await refuseMoved(tag, subject, `${subject.url} has what was wanted, but`, context);
    const brought = {
      referrers: attachments.referrers.map(({ manifest }) => manifest.descriptor),
      tags: attachments.companions.map(({ tag }) => tag),
    };
    return { subject, made, brought };
  });
}

/**
 * An import would leave behind what came to it later, and refuse what has a name that the description does not know.
 */
async function refuseBundle(layout: LayoutPlace | undefined, context: Context): Promise<void> {
  if (layout === undefined || await readBundle(layout, context) === undefined) return;
  throw new UnsupportedError(
    `Cannot add anything to ${layout.url}: it is a bundle, and its description says what belongs to each artifact; ` +
      "sign and attach before the export, or after the import",
  );
}

/** What is signed is what somebody has looked at, and not what somebody else has put there since. */
async function refuseMoved(
  tag: string | undefined,
  { store, descriptor }: Subject,
  what: string,
  context: Context,
): Promise<void> {
  if (tag === undefined) return;
  const now = await store.resolve(tag, context);
  if (now?.digest === descriptor.digest) return;
  const where = now === undefined ? "is gone" : `points to ${now.digest}`;
  throw new Error(`${what} tag ${JSON.stringify(tag)} of ${store.url}: it ${where}, and not to ${descriptor.digest}`);
}
