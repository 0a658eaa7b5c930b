import { printedReference } from "../../oci/reference.ts";
import { parseTag } from "../../oci/tag.ts";
import { isVersion } from "../../oci/version.ts";
import { NotFoundError } from "../../store/store.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { openStore, parsePlace } from "../places/open_store.ts";
import { withReadingSession } from "../places/session.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { TagFlags } from "./commands.ts";

/** `gantry tag`: more names for what is there. */
export async function tag(
  text: string,
  names: readonly string[],
  flags: TagFlags,
  world: World,
): Promise<number> {
  const tags = [...new Set(names.map(checked))];
  return await withReadingSession(flags, world, async ({ access, context }) => {
    const { store: opened, name } = openStore(text, access, "push", { mustExist: true });
    await using store = opened;
    if (name === undefined) {
      throw new UsageError(`Cannot tag ${JSON.stringify(text)}: name what gets the tags, by a tag or a digest`);
    }
    const manifest = await store.fetchManifest(name, context);
    if (manifest === undefined) throw new NotFoundError(store.url, name);
    const { digest } = manifest.descriptor;
    // A version never moves by itself, whatever command gives it.
    await store.tag(manifest, tags.map((name) => ({ name, immutable: !flags.force && isVersion(name) })), context);
    await store.commit(context);
    context.log.info(`Tagged ${store.url}@${digest} as ${tags.join(", ")}`);
    const url = `${store.url}@${digest}`;
    const format = flags.output ?? "text";
    world.stdout(
      format === "text" ? `${printedReference(url)}\n` : await formatOutput({ url, tags, digest }, format),
    );
    return EXIT.done;
  }, { phase: "Reading", places: [parsePlace(text)] });
}

function checked(text: string): string {
  try {
    return parseTag(text);
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
