/** Places of every kind, so that what is tested of every kind is tested of a new one too. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { isLayoutReference, parseReference, PLACE_KIND_NAMES, type Reference } from "../../src/oci/reference.ts";
import { openLayout } from "../../src/places/open_store.ts";
import type { RegistryClient } from "../../src/registry/client.ts";
import type { Access } from "../../src/registry/login/scope.ts";
import { registryStore } from "../../src/registry/store.ts";
import type { Store } from "../../src/store/store.ts";
import { filesOf } from "../layout/tar_variants.ts";
import type { FakeRegistry } from "./fake_registry.ts";

/** Where places can be made. */
export interface PlacesAt {
  readonly registry: FakeRegistry;
  readonly directory: string;
}

/** What tests know of a kind of place. */
interface TestedKind {
  /** Names a place of the kind. */
  readonly named: (name: string, at: PlacesAt) => string;
  /** Reads everything that is in a place, without gantry. */
  readonly contents: (place: string, at: Pick<PlacesAt, "registry">) => Promise<readonly StoredBytes[]>;
}

/** What is stored under a digest. */
type StoredBytes = readonly [digest: string, bytes: Uint8Array];

const KINDS: Readonly<Record<Reference["kind"], TestedKind>> = {
  registry: {
    named: (name, { registry }) => `oci://${registry.host}/acme/${name}`,
    contents(place, { registry }): Promise<readonly StoredBytes[]> {
      const [, repository = ""] = /^oci:\/\/[^/]+\/(.+)$/.exec(place) ?? [];
      const { blobs, manifests } = registry.repositories.get(repository) ?? assert.fail(place);
      const all = [...blobs.values(), ...manifests.values()];
      return Promise.resolve(all.map(({ digest, bytes }) => [digest, bytes ?? assert.fail(digest)] as const));
    },
  },
  "oci-layout": {
    named: (name, { directory }) => `oci-layout:${join(directory, name)}`,
    async contents(place): Promise<readonly StoredBytes[]> {
      const blobs = join(pathOf(place), "blobs");
      const found: StoredBytes[] = [];
      for (const { name: algorithm } of Deno.readDirSync(blobs)) {
        for (const { name } of Deno.readDirSync(join(blobs, algorithm))) {
          found.push([`${algorithm}:${name}`, await Deno.readFile(join(blobs, algorithm, name))]);
        }
      }
      return found;
    },
  },
  "oci-archive": {
    named: (name, { directory }) => `oci-archive:${join(directory, `${name}.tar`)}`,
    async contents(place): Promise<readonly StoredBytes[]> {
      return (await filesOf(pathOf(place))).flatMap(([name, content]): readonly StoredBytes[] => {
        const [, digest] = /^blobs\/(\w+\/\w+)$/.exec(name) ?? [];
        return digest === undefined ? [] : [[digest.replace("/", ":"), content as Uint8Array]];
      });
    },
  },
};

function pathOf(place: string): string {
  return place.slice(place.indexOf(":") + 1);
}

/** Names a place of a kind. */
export function placeOf(kind: Reference["kind"], name: string, at: PlacesAt): string {
  return KINDS[kind].named(name, at);
}

/** A place of every kind, for the same artifacts: a repository, a layout directory and a layout tar. */
export function everyPlace(registry: FakeRegistry, directory: string): readonly string[] {
  return PLACE_KIND_NAMES.map((kind) => placeOf(kind, "app", { registry, directory }));
}

/** Opens a place as a store. */
export async function storeOfPlace(
  place: string,
  { client, access = "push" }: { readonly client: RegistryClient; readonly access?: Access },
): Promise<Store> {
  const reference = parseReference(place);
  if (isLayoutReference(reference)) return await openLayout(reference);
  return registryStore({ reference, client, access });
}

/** Everything that is in a place, read without gantry. */
export async function contentsOfPlace(place: string, registry: FakeRegistry): Promise<readonly StoredBytes[]> {
  return await KINDS[parseReference(place).kind].contents(place, { registry });
}
