import { receiveArchive } from "../../layout/tar/receive.ts";
import type { ByteWriter } from "../../layout/tar/unnamed.ts";
import { formatRepository, isPiped, type Reference } from "../../oci/reference.ts";
import type { Store, StoreReader } from "../../store/store.ts";
import { type Opened, openReader, openStore, parsePipedPlace, refusePiped, takeOutput } from "../places/open_store.ts";
import type { ReadingSession } from "../places/session.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { CopyFlags } from "./commands.ts";

/** From where a copy goes to where. */
export interface CopyPlaces {
  /** What the user named; the source first. */
  readonly references: readonly Reference[];
  /** Opens them; whatever a pipe brings is in the destination afterwards, and not listed there. */
  open(session: ReadingSession, opened: AsyncDisposableStack): Promise<OpenedPlaces>;
}

/** The places of a copy, open. */
export interface OpenedPlaces {
  readonly source: Opened<StoreReader>;
  readonly targets: readonly Opened<Store>[];
}

/**
 * Says from where a copy goes to where. Nothing is opened yet.
 *
 * @throws {UsageError} When that cannot be done.
 */
export function copyPlaces(
  text: string,
  destinations: readonly string[],
  flags: CopyFlags,
  world: World,
): CopyPlaces {
  const from = parsePipedPlace(text);
  const to = destinations.map(parsePipedPlace);
  checkInput(from, to, { flags, world });
  checkNames([from, ...to], flags);
  const output = outputOf(to, world);
  return {
    references: [from, ...to],
    async open(session, opened): Promise<OpenedPlaces> {
      const { access } = session;
      const source = isPiped(from) ? undefined : openReader(text, access);
      if (source !== undefined) opened.use(source.store);
      const targets = destinations.map((each) =>
        openStore(each, access, "push", output === undefined ? {} : { output })
      );
      for (const { store } of targets) opened.use(store);
      return source === undefined ? await receive(from, targets, { session, world }) : { source, targets };
    },
  };
}

function checkInput(
  from: Reference,
  to: readonly Reference[],
  { flags, world }: { readonly flags: CopyFlags; readonly world: World },
): void {
  if (!isPiped(from)) return;
  if (to.length !== 1 || to[0]?.kind !== "oci-layout") refusePiped(from);
  if (flags.passwordStdin) throw new UsageError("Cannot read both the password and the source from standard input");
  // Somebody who can be asked sits at it.
  if (world.prompt !== undefined) throw new UsageError("Cannot read a tar from a terminal: send one to standard input");
}

function outputOf(to: readonly Reference[], world: World): ByteWriter | undefined {
  if (!to.some(isPiped)) return undefined;
  if (to.length > 1) throw new UsageError("Cannot copy to oci-archive:- and elsewhere at once: name it alone");
  return takeOutput(world);
}

function checkNames(references: readonly Reference[], { allTags }: CopyFlags): void {
  if (!allTags) return;
  for (const reference of references) {
    const name = reference.digest ?? reference.tag;
    if (name === undefined) continue;
    throw new UsageError(
      `Cannot copy all tags with ${JSON.stringify(name)}: name ${
        formatRepository(reference)
      } without a tag or a digest`,
    );
  }
}

async function receive(
  from: Reference,
  targets: readonly Opened<Store>[],
  { session: { context }, world }: { readonly session: ReadingSession; readonly world: World },
): Promise<OpenedPlaces> {
  const [target] = targets;
  if (target?.reference.kind !== "oci-layout") {
    throw new TypeError("Cannot receive a tar: there is no directory for it");
  }
  const pipe = { name: "standard input", url: formatRepository(from), bytes: world.stdin() };
  const { path } = target.reference;
  const { source, destination } = await receiveArchive(pipe, { path, store: target.store }, context);
  const name = from.digest ?? from.tag;
  return {
    source: { reference: from, store: source, layout: source, ...(name === undefined ? {} : { name }) },
    targets: [{ ...target, store: destination }],
  };
}
