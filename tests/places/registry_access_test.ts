import assert from "node:assert/strict";
import { parseReference } from "../../src/oci/reference.ts";
import { openRegistries } from "../../src/places/registry_access.ts";
import type { RegistryOptions } from "../../src/places/registry_options.ts";
import { testContext } from "../registry/support.ts";
import { startFakeRegistry } from "../support/fake_registry.ts";

const CREDENTIALS = { kind: "password", username: "u", password: "p" } as const;

Deno.test("openRegistries() shows one credential, asks a function for it, and looks at the usual places else", async () => {
  await using registry = startFakeRegistry({ auth: { mode: "basic", users: { u: "p" } } });
  const { host } = registry;
  const config = JSON.stringify({ auths: { [host]: { auth: btoa("u:p") } } });
  const env = (name: string): string | undefined => name === "DOCKER_AUTH_CONFIG" ? config : undefined;
  const cases: readonly (readonly [options: RegistryOptions, isLetIn: boolean])[] = [
    [{ credentials: CREDENTIALS }, true],
    [{ credentials: () => Promise.resolve(CREDENTIALS) }, true],
    [{ credentials: () => Promise.resolve(undefined), env }, false],
    [{ env }, true],
    [{ env: () => undefined }, false],
  ];
  for (const [options, isLetIn] of cases) {
    const context = testContext();
    const reference = { kind: "registry", host, repository: "a/b" } as const;
    const access = await openRegistries(options, { ...context, places: [reference], concurrency: 1 });
    await using store = await access.store(reference, "pull");
    if (isLetIn) assert.equal(await store.resolve("none", context), undefined);
    else await assert.rejects(store.resolve("none", context), { name: "RegistryError", status: 401 });
    access.close();
  }
});

Deno.test("openRegistries() refuses one credential for several registries", async () => {
  const places = ["oci://a.example/x", "oci://b.example/x"].map(parseReference);
  await assert.rejects(openRegistries({ credentials: CREDENTIALS }, { ...testContext(), places, concurrency: 1 }), {
    name: "OptionsError",
    message: "registry.credentials are for one registry, and there are several: a.example, b.example; " +
      "give a function that knows those of each",
  });
});

Deno.test("openRegistries() takes PEM texts in the place of files, and shows none of them", async () => {
  const text = "-----BEGIN SOMETHING-----\nsecret\n-----END SOMETHING-----\n";
  await assert.rejects(openRegistries({ caFile: text }, { ...testContext(), places: [], concurrency: 1 }), {
    name: "OptionsError",
    message: "Cannot use a PEM text: there is no certificate in PEM form in it",
  });
  await assert.rejects(openRegistries({ certFile: text }, { ...testContext(), places: [], concurrency: 1 }), {
    name: "OptionsError",
    message: "certFile and keyFile go together: a certificate is shown with its key",
  });
});
