import type { InventoriedBlob, InventoriedRepository, Inventory } from "../bundle/inventory.ts";
import { compareBytewise } from "../oci/compare_bytewise.ts";
import { OptionsError } from "../options/options_error.ts";
import { formatRegistryPlace, parseRegistryPlace, type RegistryPlace } from "../places/registry_place.ts";
import { RegistryError } from "../registry/http/registry_error.ts";
import { readGraph } from "../store/graph.ts";
import type { StoreReader } from "../store/store.ts";
import { counted } from "../work/amounts.ts";
import { knownRepositories } from "./known_repositories.ts";
import { type Session, withSession } from "./session.ts";
import type { VerbOptions } from "./verb_options.ts";

/** What to list. */
export interface InventoryOptions extends VerbOptions {
  /** Places of one registry: `oci://HOST`, `oci://HOST/PREFIX` or `oci://HOST/REPOSITORY`. */
  readonly sources: readonly string[];
}

/** Manifests are small, so more of them are read at a time than blobs are sent. */
const CONCURRENCY = 8;

/**
 * Lists every blob that a registry has, for an export that leaves out what is there.
 *
 * @returns The inventory; `gantry inventory` prints it, and so does {@linkcode formatInventory}.
 * @throws {OptionsError} When the options make no sense.
 * @throws {RegistryError} When the registry refuses.
 */
export async function inventory(options: InventoryOptions): Promise<Inventory> {
  const places = options.sources.map(parseRegistryPlace);
  const [registry, other] = [...new Set(places.map(({ host }) => host))];
  if (registry === undefined) throw new OptionsError("There is nothing to list: name a registry or its repositories");
  if (other !== undefined) {
    throw new OptionsError(`Cannot list ${registry} and ${other} together: write one inventory for each registry`);
  }
  return await withSession(options, { places, concurrency: CONCURRENCY }, async (session) => {
    const names = await repositoriesOf(places, session);
    const repositories: InventoriedRepository[] = [];
    for (const name of names) repositories.push({ name, blobs: await blobsOf(registry, name, session) });
    const blobs = repositories.flatMap(({ blobs }) => blobs.map(({ digest }) => digest));
    const listed = repositories.length === 1 ? "1 repository" : `${repositories.length} repositories`;
    session.context.log.info(`Listed ${listed} with ${counted(new Set(blobs).size, "blob")}`);
    return { version: 1, registry, repositories };
  });
}

async function repositoriesOf(
  places: readonly RegistryPlace[],
  session: Session,
): Promise<readonly string[]> {
  const { log } = session.context;
  const all = await knownRepositories(places[0]?.host ?? "", session);
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

async function blobsOf(host: string, repository: string, session: Session): Promise<readonly InventoriedBlob[]> {
  const { access, context } = session;
  await using store = await access.store({ kind: "registry", host, repository }, "pull");
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

async function tagsOf(store: StoreReader, { context }: Session): Promise<readonly string[]> {
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
  { context, concurrency }: Session,
): Promise<readonly InventoriedBlob[]> {
  const onMissing = (gap: string): void => context.log.warn(`${gap}: left out`);
  const { manifests, blobs } = await readGraph(store, tags, { referrers: true, concurrency, onMissing }, context);
  return [...manifests.flat().map(({ content }) => content.descriptor), ...blobs].map(({ digest, size }) => ({
    digest,
    size,
  }));
}
