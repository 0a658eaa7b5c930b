import { receiveTar } from "../../layout/tar/receive.ts";
import { formatReference, formatRepository, isPiped, type Reference } from "../../oci/reference.ts";
import { OptionsError } from "../../options/options_error.ts";
import { type Opened, openReader, openStore, parsePipedPlace, refusePiped } from "../../places/open_store.ts";
import type { Store, StoreReader } from "../../store/store.ts";
import type { CopyOptions } from "./copy_options.ts";
import type { Session } from "../session.ts";

/** From where a copy goes to where. */
export interface CopyPlaces {
  /** What was named; the source first. */
  readonly references: readonly Reference[];
  /** Opens them; whatever a pipe brings is in the destination afterwards, and not listed there. */
  open(session: Session, opened: AsyncDisposableStack): Promise<OpenedPlaces>;
}

/** The places of a copy, open. */
export interface OpenedPlaces {
  readonly source: Opened<StoreReader>;
  readonly targets: readonly Opened<Store>[];
}

/**
 * Says from where a copy goes to where. Nothing is opened yet.
 *
 * @throws {OptionsError} When that cannot be done.
 */
export function copyPlaces(options: CopyOptions): CopyPlaces {
  const { source: text, targets: destinations, allTags = false, output } = options;
  const from = parsePipedPlace(text);
  const to = destinations.map(parsePipedPlace);
  if (isPiped(from) && (to.length !== 1 || to[0]?.kind !== "oci-layout")) refusePiped(from);
  if (allTags) checkNames([from, ...to]);
  if (to.some(isPiped)) {
    if (to.length > 1) throw new OptionsError("Cannot copy to oci-archive:- and elsewhere at once: name it alone");
    if (output === undefined) throw new OptionsError("Cannot copy to oci-archive:-: there is no output for its bytes");
  }
  return {
    references: [from, ...to],
    async open(session, opened): Promise<OpenedPlaces> {
      const { access } = session;
      const source = isPiped(from) ? undefined : await openReader(from, access);
      if (source !== undefined) opened.use(source.store);
      const targets: Opened<Store>[] = [];
      for (const each of to) {
        const target = await openStore(each, { access, right: "push", ...(output === undefined ? {} : { output }) });
        opened.use(target.store);
        targets.push(target);
      }
      return source === undefined ? await receive(from, targets, { session, options }) : { source, targets };
    },
  };
}

/** With all tags, each keeps its own name. */
function checkNames(references: readonly Reference[]): void {
  for (const reference of references) {
    const name = reference.digest ?? reference.tag;
    if (name === undefined) continue;
    throw new OptionsError(
      `Cannot copy all tags with ${JSON.stringify(name)}: name ${
        formatRepository(reference)
      } without a tag or a digest`,
    );
  }
}

async function receive(
  from: Reference,
  targets: readonly Opened<Store>[],
  { session: { context }, options: { input } }: { readonly session: Session; readonly options: CopyOptions },
): Promise<OpenedPlaces> {
  const [target] = targets;
  if (target?.reference.kind !== "oci-layout") {
    throw new TypeError("Cannot receive a tar: there is no directory for it");
  }
  if (input === undefined) {
    throw new OptionsError(`Cannot copy from ${formatReference(from)}: there is no input to read it from`);
  }
  const pipe = { name: "standard input", url: formatRepository(from), bytes: input() };
  const { path } = target.reference;
  const { source, destination } = await receiveTar(pipe, { path, store: target.store }, context);
  const name = from.digest ?? from.tag;
  return {
    source: { reference: from, store: source, layout: source, ...(name === undefined ? {} : { name }) },
    targets: [{ ...target, store: destination }],
  };
}
