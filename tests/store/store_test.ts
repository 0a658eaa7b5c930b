import { join } from "node:path";
import type { RegistryReference } from "../../src/oci/reference.ts";
import type { Store } from "../../src/store/store.ts";
import { tarStore } from "../../src/layout/tar/store.ts";
import { directoryStore } from "../../src/layout/directory/store.ts";
import { createRegistryClient, type RegistryClient } from "../../src/registry/client.ts";
import { registryStore } from "../../src/registry/store.ts";
import { type FakeRegistryOptions, startFakeRegistry } from "../support/fake_registry.ts";
import { memoryPlace, memoryStore } from "../support/memory_store.ts";
import { startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { toolTest } from "../support/tools.ts";
import { testClient } from "../registry/support.ts";
import { storeConformance, type StorePlace } from "./store_conformance.ts";

storeConformance("memoryStore()", () => {
  const place = memoryPlace();
  return Promise.resolve({ open: () => memoryStore(place), [Symbol.asyncDispose]: () => Promise.resolve() });
});

storeConformance("directoryStore()", () => inDirectory((path) => directoryStore({ kind: "oci-layout", path })));

storeConformance("tarStore()", () => {
  return inDirectory((path) => tarStore({ kind: "oci-archive", path: `${path}.tar` }));
});

storeConformance("registryStore() of a fake registry", () => fakePlace({}));
storeConformance("registryStore() of a fake registry without a referrers API", () => fakePlace({ referrers: false }));

for (
  const [name, command, untags] of [
    ["distribution 2.8", "docker-registry", false],
    ["distribution 3", "registry", true],
  ] as const
) {
  storeConformance(
    `registryStore() of ${name}`,
    async () => {
      const registry = await startRegistry(command);
      const client = createRegistryClient({ host: registry.host });
      return { ...placeOf(registry.host, client, registry), untags };
    },
    (name, body) => toolTest(name, [command], body),
  );
}

async function inDirectory(open: (path: string) => Store): Promise<StorePlace> {
  const directory = await tempDirectory();
  return {
    open: () => open(join(directory.path, "layout")),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

function fakePlace(options: FakeRegistryOptions): Promise<StorePlace> {
  const fake = startFakeRegistry(options);
  return Promise.resolve(placeOf(fake.host, testClient(fake), fake));
}

function placeOf(host: string, client: RegistryClient, server: AsyncDisposable): StorePlace {
  const reference: RegistryReference = { kind: "registry", host, repository: "acme/app" };
  return {
    open: () => registryStore({ reference, client, access: "delete" }),
    async [Symbol.asyncDispose](): Promise<void> {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
