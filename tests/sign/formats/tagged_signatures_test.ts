import assert from "node:assert/strict";
import { readContent } from "../../../src/oci/bytes_content.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../../../src/oci/media_types.ts";
import { parseManifest } from "../../../src/oci/parse_manifest.ts";
import { signatureLayer, taggedSignatures } from "../../../src/sign/formats/tagged_signatures.ts";
import { companionManifest } from "../../../src/store/companion_manifest.ts";
import { encodeSimpleSigning, parseSimpleSigning } from "../../../src/sign/formats/simple_signing.ts";

const digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
const payload = encodeSimpleSigning({ digest, reference: "registry.example/acme/app" });
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json));

Deno.test("encodeSimpleSigning() writes what `cosign generate` writes", () => {
  assert.equal(
    text(payload),
    '{"critical":{"identity":{"docker-reference":"registry.example/acme/app"},' +
      `"image":{"docker-manifest-digest":"${digest}"},"type":"cosign container image signature"},"optional":null}`,
  );
  assert.deepEqual(parseSimpleSigning(payload), { digest, reference: "registry.example/acme/app" });
});

const type = "cosign container image signature";
const BAD: readonly (readonly [name: string, json: unknown, reason: RegExp])[] = [
  ["another type", { critical: { type: "atomic container signature" } }, /its type is not "cosign/],
  ["no digest", { critical: { type, image: { "docker-manifest-digest": "latest" } } }, /names no digest/],
  ["nothing critical", { optional: {} }, /nothing critical/],
];

for (const [name, json, reason] of BAD) {
  Deno.test(`parseSimpleSigning() refuses ${name}`, () => {
    assert.throws(() => parseSimpleSigning(bytes(json)), { name: "SyntaxError", message: reason });
  });
}

Deno.test("companionManifest() writes the manifest and the config that cosign writes", async () => {
  const layer = signatureLayer(payload, Uint8Array.of(1, 2, 3));
  const { manifest, config } = companionManifest([layer.descriptor, layer.descriptor]);
  const id = layer.descriptor.digest;
  assert.equal(
    text(await readContent(config)),
    '{"architecture":"","config":{},"created":"0001-01-01T00:00:00Z",' +
      '"history":[{"created":"0001-01-01T00:00:00Z"},{"created":"0001-01-01T00:00:00Z"}],"os":"",' +
      `"rootfs":{"type":"layers","diff_ids":["${id}","${id}"]}}`,
  );
  const written = '{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json",' +
    `"digest":"${id}","size":${payload.byteLength},"annotations":{"dev.cosignproject.cosign/signature":"AQID"}}`;
  assert.equal(
    text(await readContent(manifest)),
    `{"schemaVersion":2,"mediaType":"${OCI_MANIFEST_MEDIA_TYPE}",` +
      '"config":{"mediaType":"application/vnd.oci.image.config.v1+json",' +
      `"digest":"${config.descriptor.digest}","size":${config.descriptor.size}},"layers":[${written},${written}]}`,
  );
});

Deno.test("taggedSignatures() gives the signatures in a manifest and leaves out what is none", async () => {
  const signed = signatureLayer(payload, Uint8Array.of(7));
  const unsigned = { ...signed.descriptor, annotations: {} };
  const broken = { ...signed.descriptor, annotations: { "dev.cosignproject.cosign/signature": "?" } };
  const envelope = { ...signed.descriptor, mediaType: "application/vnd.dsse.envelope.v1+json" };
  const { manifest } = companionManifest([unsigned, signed.descriptor, broken, envelope]);
  const parsed = parseManifest(await readContent(manifest), manifest.descriptor);
  assert.deepEqual(taggedSignatures(parsed), [{ layer: signed.descriptor, signature: Uint8Array.of(7) }]);
  assert.deepEqual(taggedSignatures({ kind: "index", mediaType: "", manifests: [signed.descriptor] }), []);
});
