import type { LayoutPlace } from "../layout/layout.ts";
import type { TarStoreOptions } from "../layout/tar/store.ts";
import {
  formatReference,
  isLayoutReference,
  isPiped,
  type LayoutReference,
  parseReference,
  type Reference,
} from "../oci/reference.ts";
import type { Access } from "../registry/login/scope.ts";
import type { Store, StoreReader } from "../store/store.ts";
import type { Context } from "../work/context.ts";
import { OptionsError } from "../options/options_error.ts";
import type { RegistryAccess } from "./registry_access.ts";
import { messageOf } from "../work/message_of.ts";

/** What is meant where neither a tag nor a digest is named. */
const DEFAULT_TAG = "latest";

/** A place that the user named. */
export interface Opened<S extends StoreReader> {
  readonly reference: Reference;
  readonly store: S;
  /** The digest that the user named, or else the tag; absent when there was neither. */
  readonly name?: string;
  /** The store, when it is a layout; absent for what is no layout. */
  readonly layout?: OpenedLayout<S>;
}

/** What a layout knows besides, whether it is only read or changed too. */
export type OpenedLayout<S extends StoreReader> = S extends Store ? LayoutPlace
  : StoreReader & Pick<LayoutPlace, "listed" | "artifacts" | "unusable">;

/**
 * Says what is meant where the user may have named neither a tag nor a digest: `latest`, or else the only artifact that
 * is in a layout, by its tag when it has one.
 *
 * @returns A tag or a digest; nothing need stand there.
 */
export async function meantName(
  { name, store, layout }: Pick<Opened<StoreReader>, "name" | "store" | "layout">,
  context: Context,
): Promise<string> {
  if (name !== undefined) return name;
  if (layout === undefined || await store.resolve(DEFAULT_TAG, context) !== undefined) return DEFAULT_TAG;
  const artifacts = await layout.artifacts(context);
  const [digest, ...others] = new Set(artifacts.map(({ descriptor }) => descriptor.digest));
  if (digest === undefined || others.length > 0) return DEFAULT_TAG;
  const [tag, ...more] = new Set(artifacts.flatMap(({ tag }) => tag ?? []));
  return tag === undefined || more.length > 0 ? digest : tag;
}

/** Opens a place to read from. Nothing is contacted and nothing is read yet. */
export async function openReader(reference: Reference, access: RegistryAccess): Promise<Opened<StoreReader>> {
  return await openStore(reference, { access, right: "pull", mustExist: true });
}

/** Opens a place to change. Nothing is contacted and nothing is written yet. */
export async function openStore(reference: Reference, options: StoreAtOptions): Promise<Opened<Store>> {
  const name = reference.digest ?? reference.tag;
  const opened = await storeAt(reference, options);
  return { reference, ...opened, ...(name === undefined ? {} : { name }) };
}

/** How the store of a place is opened. */
export interface StoreAtOptions extends TarStoreOptions {
  /** The way to registries. */
  readonly access: Pick<RegistryAccess, "store">;
  /** What will be done there: a registry is asked for this right and no other. */
  readonly right: Access;
  /** How many requests at a time, where it is not what the settings say. */
  readonly concurrency?: number;
}

/**
 * Opens the store of a place. Nothing is contacted, read or written yet; what knows its kind of place is loaded now,
 * and not before.
 */
export async function storeAt(
  reference: Reference,
  { access, right, concurrency, ...options }: StoreAtOptions,
): Promise<Pick<Opened<Store>, "store" | "layout">> {
  if (isLayoutReference(reference)) {
    const layout = await openLayout(reference, options);
    return { store: layout, layout };
  }
  return { store: await access.store(reference, right, concurrency === undefined ? {} : { concurrency }) };
}

/** Opens a layout. Nothing is read and nothing is written yet. */
export async function openLayout(reference: LayoutReference, options: TarStoreOptions = {}): Promise<LayoutPlace> {
  switch (reference.kind) {
    case "oci-layout": {
      const { directoryStore } = await import("../layout/directory/store.ts");
      return directoryStore(reference, options);
    }
    case "oci-archive": {
      const { tarStore } = await import("../layout/tar/store.ts");
      return tarStore(reference, options);
    }
  }
}

/**
 * Parses the name of a place that can be read more than once.
 *
 * @throws {OptionsError} When it is no reference, or a pipe.
 */
export function parsePlace(text: string): Reference {
  const reference = parsePipedPlace(text);
  refusePiped(reference);
  return reference;
}

/**
 * Parses the name of a place that may be `oci-archive:-`.
 *
 * @throws {OptionsError} When it is no reference.
 */
export function parsePipedPlace(text: string): Reference {
  try {
    return parseReference(text);
  } catch (cause) {
    throw new OptionsError(messageOf(cause), { cause });
  }
}

/**
 * Refuses a pipe where a place is needed that can be read more than once.
 *
 * @throws {OptionsError} Says what to do instead.
 */
export function refusePiped(reference: Reference): void {
  if (!isPiped(reference)) return;
  throw new OptionsError(
    `Cannot use ${formatReference(reference)} here: a pipe is read once, so copy all of it to oci-layout:DIR first`,
  );
}
