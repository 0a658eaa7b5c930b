import { PLACE_KIND_NAMES, type RegistryReference } from "../../src/oci/reference.ts";
import { createRegistryClient, type RegistryClient } from "../../src/registry/client.ts";
import { registryStore } from "../../src/registry/store.ts";
import { placeOf, storeOfPlace } from "../support/every_place.ts";
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

for (const kind of PLACE_KIND_NAMES) {
  storeConformance(`a place of the kind ${kind}`, async () => {
    const [registry, directory] = [startFakeRegistry({}), await tempDirectory()];
    const client = testClient(registry);
    const place = placeOf(kind, "app", { registry, directory: directory.path });
    return {
      open: () => storeOfPlace(place, { client, access: "delete" }),
      async [Symbol.asyncDispose](): Promise<void> {
        client.close();
        await registry[Symbol.asyncDispose]();
        await directory[Symbol.asyncDispose]();
      },
    };
  });
}

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
      return { ...servedBy(registry.host, client, registry), untags };
    },
    (name, body) => toolTest(name, [command], body),
  );
}

function fakePlace(options: FakeRegistryOptions): Promise<StorePlace> {
  const fake = startFakeRegistry(options);
  return Promise.resolve(servedBy(fake.host, testClient(fake), fake));
}

function servedBy(host: string, client: RegistryClient, server: AsyncDisposable): StorePlace {
  const reference: RegistryReference = { kind: "registry", host, repository: "acme/app" };
  return {
    open: () => registryStore({ reference, client, access: "delete" }),
    async [Symbol.asyncDispose](): Promise<void> {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
