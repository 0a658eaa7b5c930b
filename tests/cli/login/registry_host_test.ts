import assert from "node:assert/strict";
import { parseRegistryHost } from "../../../src/cli/login/registry_host.ts";
import { UsageError } from "../../../src/cli/usage_error.ts";

const HOSTS: readonly (readonly [text: string, host: string])[] = [
  ["ghcr.io", "ghcr.io"],
  ["localhost:5000", "localhost:5000"],
  ["[::1]:5000", "[::1]:5000"],
  ["https://ghcr.io/", "ghcr.io"],
  ["http://localhost:5000", "localhost:5000"],
  ["oci://ghcr.io", "ghcr.io"],
];

for (const [text, host] of HOSTS) {
  Deno.test(`parseRegistryHost() takes ${text} for ${host}`, () => {
    assert.equal(parseRegistryHost(text), host);
  });
}

for (const text of ["", "ghcr.io/acme", "https://ann:secret@ghcr.io", "ann@ghcr.io", "ghcr.io:99999", "a b", "-u"]) {
  Deno.test(`parseRegistryHost() refuses ${JSON.stringify(text)} without repeating it`, () => {
    assert.throws(() => parseRegistryHost(text), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /^A login is for a registry: /);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
}
