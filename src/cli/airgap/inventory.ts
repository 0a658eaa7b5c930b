import { compareBytewise } from "../../oci/compare_bytewise.ts";
import { formatInventory, type InventoriedBlob, type InventoriedRepository } from "../../bundle/inventory.ts";
import { readGraph } from "../../store/graph.ts";
import type { StoreReader } from "../../store/store.ts";
import { RegistryError } from "../../registry/http/registry_error.ts";
import { counted } from "../output/format_bytes.ts";
import { EXIT } from "../output/exit_code.ts";
import type { InventoryFlags } from "./commands.ts";
import { type ReadingSession, withReadingSession } from "../places/session.ts";
import { formatRegistryPlace, parseRegistryPlace, type RegistryPlace } from "../places/registry_place.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";

/** Manifests are small, so more of them are read at a time than blobs are sent. */
const CONCURRENCY = 8;
/** What a registry without a list of its repositories answers, or one that does not show it to us. */
const NO_CATALOG: readonly number[] = [400, 401, 403, 404, 405, 501];

/** `gantry inventory`: which blobs a registry has. */
export async function inventory(texts: readonly string[], flags: InventoryFlags, world: World): Promise<number> {
  const places = texts.map(parseRegistryPlace);
  const [registry = "", other] = [...new Set(places.map(({ host }) => host))];
  if (other !== undefined) {
    throw new UsageError(`Cannot list ${registry} and ${other} together: write one inventory for each registry`);
  }
  return await withReadingSession(flags, world, async (session) => {
    const names = await repositoriesOf(places, session);
    const repositories: InventoriedRepository[] = [];
    for (const name of names) repositories.push({ name, blobs: await blobsOf(registry, name, session) });
    world.stdout(formatInventory({ registry, repositories }));
    const blobs = repositories.flatMap(({ blobs }) => blobs.map(({ digest }) => digest));
    const listed = repositories.length === 1 ? "1 repository" : `${repositories.length} repositories`;
    session.context.log.info(`Listed ${listed} with ${counted(new Set(blobs).size, "blob")}`);
    return EXIT.done;
  }, { phase: "Reading", places, concurrency: CONCURRENCY });
}

async function repositoriesOf(
  places: readonly RegistryPlace[],
  session: ReadingSession,
): Promise<readonly string[]> {
  const { log } = session.context;
  const all = await catalog(places[0]?.host ?? "", session);
  const found = places.flatMap((place) => {
    const { prefix } = place;
    if (all !== undefined) {
      const names = all.filter((name) => prefix === undefined || name === prefix || name.startsWith(`${prefix}/`));
      if (names.length === 0) log.warn(`There is nothing in ${formatRegistryPlace(place)}`);
      return names;
    }
    if (prefix === undefined) {
      throw new Error(
        `Cannot list the repositories of ${place.host}: the registry does not tell them, so name each of them`,
      );
    }
    log.info(
      `${place.host} does not tell its repositories: ${prefix} is taken for one, and each other has to be named`,
    );
    return [prefix];
  });
  return [...new Set(found)].sort(compareBytewise);
}

async function catalog(host: string, { access, context }: ReadingSession): Promise<readonly string[] | undefined> {
  try {
    return await Array.fromAsync(access.repositories(host, context));
  } catch (error) {
    if (!(error instanceof RegistryError) || !NO_CATALOG.includes(error.status)) throw error;
    context.log.debug(error.message);
    return undefined;
  }
}

async function blobsOf(host: string, repository: string, session: ReadingSession): Promise<readonly InventoriedBlob[]> {
  const { access, context } = session;
  await using store = access.store({ kind: "registry", host, repository }, "pull");
  const tags = await tagsOf(store, session);
  const blobs = await blobsUnder(store, tags, session).catch(async (error) => {
    if (!(error instanceof SyntaxError)) throw error;
    // One tag that nobody can read must not hide what all others have.
    const found: InventoriedBlob[] = [];
    for (const tag of tags) {
      const more = await blobsUnder(store, [tag], session).catch((error) => {
        if (!(error instanceof SyntaxError)) throw error;
        context.log.warn(`${store.url}:${tag} is left out: ${error.message}`);
        return [];
      });
      found.push(...more);
    }
    return found;
  });
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()]
    .sort((a, b) => compareBytewise(a.digest, b.digest));
}

async function tagsOf(store: StoreReader, { context }: ReadingSession): Promise<readonly string[]> {
  try {
    return await Array.fromAsync(store.tags(context));
  } catch (error) {
    // A registry may go on listing a repository in which nothing is any more.
    if (!(error instanceof RegistryError) || error.status !== 404) throw error;
    context.log.warn(`There is nothing in ${store.url}`);
    return [];
  }
}

async function blobsUnder(
  store: StoreReader,
  tags: readonly string[],
  { context, concurrency }: ReadingSession,
): Promise<readonly InventoriedBlob[]> {
  const onMissing = (gap: string): void => context.log.warn(`${gap}: left out`);
  const { manifests, blobs } = await readGraph(store, tags, { referrers: true, concurrency, onMissing }, context);
  return [...manifests.flat().map(({ content }) => content.descriptor), ...blobs].map(({ digest, size }) => ({
    digest,
    size,
  }));
}
