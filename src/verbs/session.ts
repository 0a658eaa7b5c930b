import { type Spell, spellOption } from "../options/spell.ts";
import type { Reference } from "../oci/reference.ts";
import { openRegistries, type RegistryAccess } from "../places/registry_access.ts";
import type { RegistryPlace } from "../places/registry_place.ts";
import type { ChallengeMemory } from "../registry/login/challenge_memory.ts";
import { REGISTRY_DEFAULTS } from "../registry/defaults.ts";
import { createScratch } from "../system/scratch.ts";
import { type Context, SILENT_LOG } from "../work/context.ts";
import { together } from "../work/together.ts";
import type { VerbOptions } from "./verb_options.ts";

/** Everything that a verb works with. */
export interface Session {
  readonly access: RegistryAccess;
  readonly context: Context;
  /** How many requests at a time. */
  readonly concurrency: number;
  /** What messages call an option. */
  readonly spell: Spell;
}

/** Where a verb will go. */
export interface SessionOptions {
  /** Every place where the verb will go. */
  readonly places: readonly (Reference | RegistryPlace)[];
  /** How many requests at a time it thinks right. */
  readonly concurrency?: number;
  /** Where to keep how registries want to be asked. */
  readonly challenges?: ChallengeMemory | undefined;
}

/** Opens the way to the registries among some places, lets a verb use it, and cleans up after it. */
export async function withSession<T>(
  options: VerbOptions,
  session: SessionOptions,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  await using opened = await openSession(options, session);
  return await use(opened);
}

/** Opens the way to the registries among some places. What is temporary is removed when the session is disposed of. */
export async function openSession(
  options: VerbOptions,
  { places, concurrency: usual = REGISTRY_DEFAULTS.concurrency, challenges }: SessionOptions,
): Promise<Session & AsyncDisposable> {
  const { registry = {}, concurrency = usual, spell = spellOption, retries, timeout } = options;
  const { signal = new AbortController().signal, log = SILENT_LOG, progress = (): void => {} } = options;
  const access = await openRegistries(registry, {
    places,
    concurrency,
    challenges,
    signal,
    log,
    spell,
    ...(retries === undefined ? {} : { retries }),
    ...(timeout === undefined ? {} : { timeout }),
  });
  const scratch = createScratch();
  return {
    access,
    concurrency,
    spell,
    context: { signal, log, scratch, progress },
    async [Symbol.asyncDispose](): Promise<void> {
      await access.close();
      await scratch.close();
    },
  };
}

/**
 * Does work for many artifacts side by side. What one of them does at a time is its share, so that all of them together
 * stay below the limit of the session. The first error cancels the rest.
 *
 * @returns The results, in the order of the artifacts.
 */
export async function forArtifacts<Item, Result>(
  items: readonly Item[],
  session: Session,
  work: (item: Item, session: Session) => Promise<Result>,
): Promise<readonly Result[]> {
  const atATime = Math.min(session.concurrency, items.length);
  const share = Math.max(1, Math.floor(session.concurrency / atATime));
  return await together(items, session, (item, context) => work(item, { ...session, context, concurrency: share }));
}
