import { OPA } from "../../src/consumers/opa.ts";
import { FLUX_CONTENT_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { AMD64, ARM64, index, raw, single, tar, TAR_GZIP, testRule } from "../support/judged.ts";

const UNKNOWN = { os: "unknown", architecture: "unknown" };
const bundle = tar(undefined, { members: [".manifest", "a/policy.rego"] });

testRule("OPA", OPA, {
  accepts: {
    "a bundle": single([bundle], { configType: "x/y", artifactType: "z/z" }),
    "a bundle behind other layers": single([raw("x/y"), bundle]),
    "a bundle in an index": index([single([raw("x/y")]), AMD64], [single([bundle]), ARM64]),
    "data alone": single([tar(undefined, { members: ["/roles/data.json"] })]),
  },
  refuses: {
    "an index without a bundle": [index([single([raw("x/y")]), AMD64]), /and there is none/],
    "a bundle that is an attestation": [index([single([bundle]), UNKNOWN]), /and there is none/],
    "two manifests of the bundle": [
      single([tar(undefined, { members: [".manifest", "a/b.manifest", "c.rego"] })]),
      /several manifests: "\.manifest", "a\/b\.manifest"/,
    ],
    "another media type": [
      single([tar(FLUX_CONTENT_MEDIA_TYPE)]),
      /takes the first layer of media type .* there is none/,
    ],
    "no gzip": [single([tar(TAR_GZIP, { compression: "none" })]), /no gzip-compressed tar/],
    "a file over 1 GiB": [
      single([tar(undefined, { members: ["a.rego", { path: "b", type: "file", size: 1024 ** 3 + 1 }] })]),
      /files over 1 GiB/,
    ],
  },
  notes: { "neither policies nor data": [single([tar(undefined, { members: ["README.md"] })]), /an empty bundle/] },
});
