import type { Digest } from "../../oci/digest.ts";
import { formatReference, printedReference, type Reference } from "../../oci/reference.ts";
import { NotFoundError, type Store, UnsupportedError } from "../../store/store.ts";
import type { Context } from "../../work/context.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { printable } from "../output/printable.ts";
import { openStore, parsePlace } from "../places/open_store.ts";
import { withReadingSession } from "../places/session.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { DeleteFlags } from "./commands.ts";
import { type DeleteEffects, deleteEffects, referrersThatStay, tagsThatGo } from "./delete_effects.ts";

/** `gantry delete`: takes away a tag, or a manifest with all of its tags. */
export async function deleteStored(text: string, flags: DeleteFlags, world: World): Promise<number> {
  if (flags.yes !== true && world.prompt === undefined) {
    throw new UsageError("Cannot ask whether to delete: there is no terminal, so say it with --yes");
  }
  return await withReadingSession(flags, world, async (session) => {
    const { access, context } = session;
    const { store: opened, reference } = openStore(text, access, "delete", { mustExist: true });
    await using store = opened;
    const { name, tag } = oneName(reference);
    const manifest = await store.resolve(name, context);
    if (manifest === undefined) throw new NotFoundError(store.url, name);
    const { digest } = manifest;
    const effects = tag === undefined ? await deleteEffects(store, digest, session) : { tags: [tag] };
    if (flags.yes !== true && !await isMeant(question(store, digest, tag, effects), world)) {
      context.log.info("Nothing was deleted");
      return EXIT.failed;
    }
    if (tag === undefined) await store.deleteManifest(digest, context);
    else await untag(store, tag, digest, context);
    await store.commit(context);
    if (tag === undefined) {
      context.log.info(`Deleted ${store.url}@${digest} ${tagsThatGo(effects)}.${referrersThatStay(effects)}`);
    }
    const format = flags.output ?? "text";
    const url = `${store.url}@${digest}`;
    world.stdout(
      format === "text"
        ? `${printedReference(formatReference(reference))}\n`
        : await formatOutput({ url, digest, isManifestDeleted: tag === undefined, ...effects }, format),
    );
    return EXIT.done;
  }, { phase: "Reading", places: [parsePlace(text)] });
}

/** A tag and a digest together do not say which of them is to go. */
function oneName(reference: Reference): { readonly name: string; readonly tag?: string } {
  const { tag, digest } = reference;
  if (tag !== undefined && digest === undefined) return { name: tag, tag };
  if (tag === undefined && digest !== undefined) return { name: digest };
  throw new UsageError(
    `Cannot delete ${formatReference(reference)}: name a tag, or the digest of a manifest, and not ${
      tag === undefined ? "everything" : "both"
    }`,
  );
}

async function untag(store: Store, tag: string, digest: Digest, context: Context): Promise<void> {
  try {
    await store.untag(tag, context, { from: digest });
  } catch (error) {
    if (error instanceof UnsupportedError) {
      context.log.info(`The manifest, with all of its tags, may be deleted by its digest: ${store.url}@${digest}`);
    }
    throw error;
  }
}

function question({ url }: Store, digest: Digest, tag: string | undefined, effects: DeleteEffects): string {
  return tag === undefined
    ? `Delete the manifest ${url}@${digest} ${tagsThatGo(effects)}?${referrersThatStay(effects)}`
    : `Delete the tag ${url}:${tag}? The manifest ${digest} stays.`;
}

async function isMeant(question: string, { prompt }: World): Promise<boolean> {
  const answer = await prompt?.line(`${printable(question)} [y/N] `) ?? "";
  return /^\s*y(?:es)?\s*$/i.test(answer);
}
