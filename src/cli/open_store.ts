import { type LayoutReference, parseReference, type Reference } from "../oci/reference.ts";
import type { Store, StoreReader } from "../store/store.ts";
import { archiveStore, type ArchiveStoreOptions } from "../layout/tar/store.ts";
import { directoryStore } from "../layout/directory/store.ts";
import type { LayoutPlace } from "../layout/layout.ts";
import { refusePiped } from "./piped.ts";
import type { RegistryAccess } from "./registry_access.ts";
import { UsageError } from "./usage_error.ts";

/** What is meant where neither a tag nor a digest is named. */
export const DEFAULT_TAG = "latest";

/** A place that the user named. */
export interface Opened<S extends StoreReader> {
  readonly reference: Reference;
  readonly store: S;
  /** The digest that the user named, or else the tag; absent when there was neither. */
  readonly name?: string;
}

/**
 * Opens a place to read from. Nothing is contacted and nothing is read yet.
 *
 * @throws {UsageError} When the text is no reference.
 */
export function openReader(text: string, access: RegistryAccess): Opened<StoreReader> {
  return open(text, access, "pull", { mustExist: true });
}

/**
 * Opens a place to change. Nothing is contacted and nothing is written yet.
 *
 * @param right What will be done there: a registry is asked for this right and no other.
 * @param options Whether it is an error when there is no layout at the place; it is made otherwise.
 * @throws {UsageError} When the text is no reference.
 */
export function openStore(
  text: string,
  access: RegistryAccess,
  right: "push" | "delete",
  options: ArchiveStoreOptions = {},
): Opened<Store> {
  return open(text, access, right, options);
}

function open(
  text: string,
  access: RegistryAccess,
  right: "pull" | "push" | "delete",
  options: ArchiveStoreOptions,
): Opened<Store> {
  const reference = options.output === undefined ? parsePlace(text) : parsePipedPlace(text);
  const name = reference.digest ?? reference.tag;
  return { reference, store: storeFor(reference, access, right, options), ...(name === undefined ? {} : { name }) };
}

function storeFor(
  reference: Reference,
  access: RegistryAccess,
  right: "pull" | "push" | "delete",
  options: ArchiveStoreOptions,
): Store {
  return reference.kind === "registry" ? access.store(reference, right) : openLayout(reference, options);
}

/** Opens a layout. Nothing is read and nothing is written yet. */
export function openLayout(reference: LayoutReference, options: ArchiveStoreOptions = {}): LayoutPlace {
  return reference.kind === "oci-layout" ? directoryStore(reference, options) : archiveStore(reference, options);
}

/**
 * Parses the name of a place that can be read more than once.
 *
 * @throws {UsageError} When it is no reference, or a pipe.
 */
export function parsePlace(text: string): Reference {
  const reference = parsePipedPlace(text);
  refusePiped(reference);
  return reference;
}

/**
 * Parses the name of a place that may be `oci-archive:-`.
 *
 * @throws {UsageError} When it is no reference.
 */
export function parsePipedPlace(text: string): Reference {
  try {
    return parseReference(text);
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
