import assert from "node:assert/strict";
import { withRepository } from "../../src/oci/change_reference.ts";
import { formatReference, parseReference } from "../../src/oci/reference.ts";

Deno.test("withRepository() changes the repository of a registry, and no place that has none", () => {
  const below = (text: string, name: string): string =>
    formatReference(withRepository(parseReference(text), (repository) => `${repository}/${name}`));
  assert.equal(below("oci://ghcr.io/acme:1.0", "app"), "oci://ghcr.io/acme/app:1.0");
  assert.equal(below("oci-layout:./dist:1.0", "app"), "oci-layout:./dist:1.0");
  assert.throws(() => below("oci://ghcr.io/acme", "App"), SyntaxError);
  assert.throws(() => below("oci://ghcr.io/acme", "a".repeat(250)), SyntaxError);
});
