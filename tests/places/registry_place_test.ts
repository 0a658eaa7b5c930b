import assert from "node:assert/strict";
import { formatRegistryPlace, parseRegistryPlace } from "../../src/places/registry_place.ts";

for (
  const [text, host, prefix, written = text] of [
    ["oci://ghcr.io", "ghcr.io", undefined],
    ["oci://ghcr.io/", "ghcr.io", undefined, "oci://ghcr.io"],
    ["oci://localhost:5000/a/b", "localhost:5000", "a/b"],
    ["oci://[::1]:5000/a/", "[::1]:5000", "a", "oci://[::1]:5000/a"],
  ] as const
) {
  Deno.test(`parseRegistryPlace() reads ${text}`, () => {
    const place = parseRegistryPlace(text);
    assert.deepEqual([place.host, place.prefix], [host, prefix]);
    assert.equal(formatRegistryPlace(place), written);
  });
}

const DIGEST = `sha256:${"0".repeat(64)}`;
const WANTED = "write oci://HOST or oci://HOST/PREFIX";

for (
  const [text, says] of [
    ["ghcr.io/a", 'Cannot use "ghcr.io/a": write oci://HOST or oci://HOST/PREFIX'],
    ["oci://", 'Cannot use "oci://": write oci://HOST or oci://HOST/PREFIX'],
    ["oci-layout:a", 'Cannot use "oci-layout:a": write oci://HOST or oci://HOST/PREFIX'],
    ["oci://h/A", 'Cannot use "oci://h/A": write oci://HOST or oci://HOST/PREFIX'],
    ["oci://h/a:1", 'Cannot use "oci://h/a:1": write oci://HOST or oci://HOST/PREFIX, without a tag or a digest'],
    [`oci://h/a@${DIGEST}`, `Cannot use "oci://h/a@${DIGEST}": ${WANTED}, without a tag or a digest`],
    [`oci://u:p@h/a@${DIGEST}`, `Cannot use "oci://h/a@${DIGEST}": ${WANTED}, without a tag or a digest`],
    ["oci://u:p@h", `Cannot use "oci://h": ${WANTED}`],
    ["oci://u:p/q@h/a", `Cannot use "oci://h/a": ${WANTED}`],
    ["oci://u:p@h/a", 'Cannot use "oci://h/a": write oci://HOST or oci://HOST/PREFIX'],
  ] as const
) {
  Deno.test(`parseRegistryPlace() refuses ${text}`, () => {
    assert.throws(() => parseRegistryPlace(text), { name: "OptionsError", message: says });
  });
}
